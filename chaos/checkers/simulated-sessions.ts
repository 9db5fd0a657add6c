// A simulated database with a primary and replicas that lag, asked by sessions that hand bookmarks to each other: histories that are
// valid by construction, for the benchmark and the tests of the session checker, and on request with a rare defect.
import type { Operation } from "../../contract/history/types.js";

export interface SimulatedSessionsOptions {
  readonly clients: number;
  readonly operationsPerClient: number;
  readonly items: number;
  /** After so many operations a client begins another session, with the bookmark of another client. */
  readonly operationsPerSession: number;
  /**
   * forgotten-bookmark: an answer from a place before what the session had seen. lost-change: an answer in which one item lacks
   * its last change.
   */
  readonly defect?: { readonly kind: "forgotten-bookmark" | "lost-change"; readonly ratio: number };
  readonly random: () => number;
}

/** @returns operations in the order of their calls, and how many of them are defective */
export function simulateSessions(options: SimulatedSessionsOptions): { readonly operations: readonly Operation[]; readonly planted: number } {
  const { random, clients, items, defect } = options;
  const moments: { call: number; at: number; end: number; client: number; turn: number }[] = [];
  for (let client = 0; client < clients; client++) {
    let now = Math.floor(random() * 1_000);
    for (let turn = 0; turn < options.operationsPerClient; turn++) {
      const call = now + 1 + Math.floor(random() * 1_000);
      const at = call + Math.floor(random() * 1_000);
      now = at + 1 + Math.floor(random() * 1_000);
      moments.push({ call, at, end: now, client, turn });
    }
  }
  const versions: number[][] = Array.from({ length: items }, () => []);
  const places = new Float64Array(clients);
  const sessions = Array.from({ length: clients }, (_, client) => `s${client}-0`);
  let head = 0;
  let planted = 0;
  const bookmark = (place: number): string => `b${String(place).padStart(10, "0")}`;
  const at = (item: number, place: number): number => (versions[item] ?? []).findLast((version) => version <= place) ?? 0;
  const operations: Operation[] = [];
  for (const { call, end, client, turn } of moments.sort((a, b) => a.at - b.at)) {
    if (turn > 0 && turn % options.operationsPerSession === 0) {
      sessions[client] = `s${client}-${turn}`;
      places[client] = places[Math.floor(random() * clients)] ?? 0;
    }
    const session = sessions[client] ?? "";
    const floor = places[client] ?? 0;
    const item = Math.floor(random() * items);
    const common = { process: client, outcome: "ok", key: "database", callNs: BigInt(call), returnNs: BigInt(end), popId: `pop${client % 3}` } as const;
    if (random() < 0.4) {
      head++;
      versions[item]?.push(head);
      places[client] = head;
      operations.push({ ...common, action: "write", input: { session, items: [`i${item}`], bookmark: bookmark(floor) }, output: { version: head, bookmark: bookmark(head) } });
      continue;
    }
    const isDefective = defect !== undefined && random() < defect.ratio;
    if (isDefective) planted++;
    const lagging = Math.max(floor, head - Math.floor(random() * 50));
    const place = isDefective && defect.kind === "forgotten-bookmark" ? Math.floor(floor / 2) : lagging;
    const other = (item + 1) % items;
    const shown = at(item, place);
    const lost = isDefective && defect.kind === "lost-change" ? at(item, shown - 1) : shown;
    operations.push({
      ...common,
      action: "read",
      input: { session, bookmark: bookmark(floor) },
      output: { versions: { [`i${item}`]: lost, [`i${other}`]: at(other, place) }, bookmark: bookmark(lagging) },
    });
    places[client] = lagging;
  }
  return { operations: operations.sort((a, b) => (a.callNs < b.callNs ? -1 : a.callNs > b.callNs ? 1 : 0)), planted };
}
