// What a history of D1 has in it, counted by kind: a run that never read a replica's past, or never handed a bookmark on, says
// nothing of what happens then, whatever its checker finds.
import type { Operation } from "../../contract/history/types.js";

/** Kind of operation to how many there are that were answered; `oldestMs` is a time. */
export type Tally = Readonly<Record<string, number>>;

const nsPerMs = 1e6;

/**
 * Sessions: writes, reads, those outside of sessions, sessions by what they began with, and reads of the past: of an item as it was
 * before a write whose answer had come when the read was asked. `oldestMs` says how long ago at most that answer had come.
 */
export function tallySessions(operations: readonly Operation[]): Tally {
  const answered = operations.filter(({ outcome }) => outcome === "ok");
  const written = new Map<string, { readonly version: number; readonly returnNs: bigint }[]>();
  const begun = new Set<string>();
  const count = { writes: 0, reads: 0, outside: 0, unconstrained: 0, firstPrimary: 0, handedOn: 0, past: 0, oldestMs: 0 };
  for (const { action, key, input, output, returnNs } of answered) {
    const version = numberIn(output, "version");
    if (action !== "write" || version === undefined || returnNs === null) continue;
    for (const item of itemsOf(input)) written.set(`${key} ${item}`, [...(written.get(`${key} ${item}`) ?? []), { version, returnNs }]);
  }
  for (const { action, key, input, output, callNs } of answered) {
    count[action === "write" ? "writes" : "reads"]++;
    const session = textIn(input, "session");
    if (session === undefined) count.outside++;
    else if (!begun.has(session)) {
      begun.add(session);
      const start = textIn(input, "start");
      count[start === "first-primary" ? "firstPrimary" : start === undefined ? "handedOn" : "unconstrained"]++;
    }
    if (action !== "read") continue;
    const versions = memberOf(output, "versions");
    const missed = itemsOf(input).flatMap((item) => (written.get(`${key} ${item}`) ?? []).filter((write) => write.returnNs < callNs && write.version > (numberIn(versions, item) ?? 0)));
    if (missed.length > 0) count.past++;
    for (const { returnNs } of missed) count.oldestMs = Math.max(count.oldestMs, Math.round(Number(callNs - returnNs) / nsPerMs));
  }
  return count;
}

/** Transactions: those that only append, only read or do both, lists that were read with something in them, and those that were refused. */
export function tallyTransactions(operations: readonly Operation[]): Tally {
  const count = { appends: 0, reads: 0, both: 0, filled: 0, refused: 0 };
  for (const { outcome, input, output } of operations) {
    if (outcome === "fail") count.refused++;
    if (outcome !== "ok") continue;
    const steps = Array.isArray(input) ? (input as readonly unknown[]).map((step) => (Array.isArray(step) ? (step as readonly unknown[])[0] : undefined)) : [];
    const [hasAppend, hasRead] = [steps.includes("append"), steps.includes("r")];
    count[hasAppend && hasRead ? "both" : hasAppend ? "appends" : "reads"]++;
    if (Array.isArray(output) && (output as readonly unknown[]).some((step) => Array.isArray(step) && Array.isArray(step[2]) && step[2].length > 0)) count.filled++;
  }
  return count;
}

function itemsOf(input: unknown): readonly string[] {
  const items = memberOf(input, "items");
  return Array.isArray(items) ? items.map(String) : [];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string | undefined {
  const found = memberOf(value, name);
  return typeof found === "string" ? found : undefined;
}

function numberIn(value: unknown, name: string): number | undefined {
  const found = memberOf(value, name);
  return typeof found === "number" ? found : undefined;
}
