// What a person types while the edge runs, read into one action. Pure.

export type TypedAction =
  | { readonly kind: "kill" | "pause"; readonly popId: string | undefined }
  | { readonly kind: "heal"; readonly popId: string | undefined }
  | { readonly kind: "status" | "cron" | "quit" | "help" | "nothing" }
  | { readonly kind: "unknown"; readonly words: string };

export const typedHelp = `kill [pop]   ends a PoP's process (k)       heal [pop]  brings back what was killed or paused (r)
pause [pop]  freezes a PoP (p)              cron        fires every cron trigger now (c)
status       lists PoPs and workers (l)     quit        stops everything (q)
`;

const verbs: Readonly<Record<string, "kill" | "pause" | "heal" | "status" | "cron" | "quit" | "help">> = {
  k: "kill",
  kill: "kill",
  p: "pause",
  pause: "pause",
  r: "heal",
  revive: "heal",
  heal: "heal",
  l: "status",
  list: "status",
  status: "status",
  c: "cron",
  cron: "cron",
  q: "quit",
  quit: "quit",
  exit: "quit",
  h: "help",
  "?": "help",
  help: "help",
};

/** @param line what was typed @param popIds the PoPs there are */
export function readTyped(line: string, popIds: readonly string[]): TypedAction {
  const [word = "", argument, ...more] = line.trim().toLowerCase().split(/\s+/);
  if (word === "") return { kind: "nothing" };
  const kind = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  if (kind === undefined) return { kind: "unknown", words: `a command expected; ${JSON.stringify(word)} is none; type help` };
  if (kind !== "kill" && kind !== "pause" && kind !== "heal") return argument === undefined ? { kind } : { kind: "unknown", words: `${kind} takes no argument` };
  if (more.length > 0) return { kind: "unknown", words: `${kind} takes one PoP` };
  if (argument !== undefined && !popIds.includes(argument)) return { kind: "unknown", words: `a PoP expected (${popIds.join(", ")}); ${JSON.stringify(argument)} is none` };
  return { kind, popId: argument };
}
