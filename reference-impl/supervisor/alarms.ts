// Alarms of a process that died. Its peers adopt them in rounds of five seconds; one that is due before the next round is not
// kept waiting: beginning its object at a peer runs it there.
import { leftAlarms, type LeftAlarm, type RecordStore } from "./lease.js";

/** An adoption round of the engine, and some time for it. */
const adoptedMs = 10_000;
/** Objects that are begun at once; a PoP that died with more leaves the others to the rounds. */
const mostObjects = 500;

/**
 * The objects whose alarms are due before the engine's own round can be trusted to have adopted them, the soonest first.
 * @param nowMs wall time
 */
export function dueSoon(alarms: readonly LeftAlarm[], nowMs: number): readonly string[] {
  const due = alarms.filter(({ dueMs }) => dueMs < nowMs + adoptedMs).sort((a, b) => a.dueMs - b.dueMs);
  return [...new Set(due.map(({ objectId }) => objectId))].slice(0, mostObjects);
}

/**
 * Begins the objects of a dead process whose alarms are due soon.
 * @param node the process's name in the cluster
 * @param begin begins objects, by their ids, at a PoP that is up
 * @returns how many
 */
export async function adoptAlarms(store: RecordStore, prefix: string, node: string, begin: (objectIds: readonly string[]) => Promise<unknown>): Promise<number> {
  const objects = dueSoon(await leftAlarms(store, prefix, node), Date.now());
  if (objects.length > 0) await begin(objects);
  return objects.length;
}
