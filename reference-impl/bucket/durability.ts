// Judges a store that crashed: from what its clients were told and what it holds afterwards, says which promise was
// broken. Pure, so that it can itself be shown bad histories.

/** One write to a register: a key that writers change by compare-and-swap. `base` is what it replaced. */
export interface RegisterWrite {
  readonly kind: "register";
  readonly key: string;
  /** The content's name that If-Match named; undefined for If-None-Match: *. */
  readonly base: string | undefined;
  readonly content: string;
  readonly outcome: Outcome;
}

/** One write or deletion of an entry: a key that is written once, and deleted at most once, by one client. */
export interface EntryWrite {
  readonly kind: "put" | "delete";
  readonly key: string;
  /** The content's name; that of the put for a deletion. */
  readonly content: string;
  readonly outcome: Outcome;
}

/** What the client was told: done, refused with nothing done, or nothing at all. */
export type Outcome = "ok" | "refused" | "unknown";
export type DurableWrite = RegisterWrite | EntryWrite;

/** What the store holds after recovery: the content's name, or "torn" for bytes that nobody wrote. */
export type Recovered = ReadonlyMap<string, string>;

/**
 * @param history all writes since the store was made, in any order
 * @returns one line per broken promise; empty when all were kept
 */
export function brokenPromises(history: readonly DurableWrite[], recovered: Recovered): string[] {
  const keys = new Set([...history.map(({ key }) => key), ...recovered.keys()]);
  const registers = history.filter((write) => write.kind === "register");
  const entries = history.filter((write) => write.kind !== "register");
  const byKey = <W extends DurableWrite>(writes: readonly W[]): Map<string, W[]> => {
    const groups = new Map<string, W[]>();
    for (const write of writes) groups.set(write.key, [...(groups.get(write.key) ?? []), write]);
    return groups;
  };
  const registersByKey = byKey(registers);
  const entriesByKey = byKey(entries);
  return [...keys].flatMap((key) => {
    const held = recovered.get(key);
    if (held === "torn") return [`${key}: holds bytes that nobody wrote`];
    const writes = registersByKey.get(key);
    return writes === undefined ? judgeEntry(key, entriesByKey.get(key) ?? [], held) : judgeRegister(key, writes, held);
  });
}

function judgeRegister(key: string, writes: readonly RegisterWrite[], held: string | undefined): string[] {
  const broken: string[] = [];
  const winners = new Map<string | undefined, RegisterWrite>();
  for (const write of writes) {
    if (write.outcome !== "ok") continue;
    const other = winners.get(write.base);
    if (other !== undefined) broken.push(`${key}: both ${other.content} and ${write.content} won against ${write.base ?? "nothing"}`);
    winners.set(write.base, write);
  }
  // What may be held: reached from nothing by writes that may have happened, and not behind one that did.
  const possible = new Set<string | undefined>([undefined]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { base, content, outcome } of writes) {
      if (outcome === "refused" || possible.has(content) || !possible.has(base)) continue;
      possible.add(content);
      grew = true;
    }
  }
  if (!possible.has(held)) broken.push(`${key}: holds ${held ?? "nothing"}, which was refused or never written on what was there`);
  const successor = winners.get(held);
  if (successor !== undefined) broken.push(`${key}: holds ${held ?? "nothing"}, but ${successor.content} was acknowledged after it`);
  return broken;
}

function judgeEntry(key: string, writes: readonly EntryWrite[], held: string | undefined): string[] {
  const put = writes.find(({ kind }) => kind === "put");
  const deletion = writes.find(({ kind }) => kind === "delete");
  if (held === undefined) {
    return put?.outcome === "ok" && (deletion === undefined || deletion.outcome === "refused") ? [`${key}: ${put.content} was acknowledged and is lost`] : [];
  }
  if (put?.content !== held || put.outcome === "refused") return [`${key}: holds ${held}, which was refused or never written`];
  return deletion?.outcome === "ok" ? [`${key}: ${held} was deleted and is back`] : [];
}
