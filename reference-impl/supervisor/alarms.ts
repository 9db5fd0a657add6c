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
export function dueSoon(alarms: readonly LeftAlarm[], nowMs: number): readonly LeftAlarm[] {
  const due = alarms.filter(({ dueMs }) => dueMs < nowMs + adoptedMs).sort((a, b) => b.dueMs - a.dueMs);
  // Of an object's records the soonest comes last, and stays.
  return [...new Map(due.map((alarm) => [alarm.objectId, alarm])).values()].sort((a, b) => a.dueMs - b.dueMs).slice(0, mostObjects);
}

/** An object to begin. */
export interface Beginning {
  readonly objectId: string;
  /** An object that has a name is begun by it, or it would not know its name for as long as it lives. */
  readonly name?: string;
}

async function beginningOf(store: RecordStore, { key, objectId }: LeftAlarm): Promise<Beginning> {
  const name = new TextDecoder().decode(await store.get(key));
  return name === "" ? { objectId } : { objectId, name };
}

/**
 * Begins the objects of a dead process whose alarms are due soon.
 * @param node the process's name in the cluster
 * @param begin begins objects at a PoP that is up
 * @returns how many
 */
export async function adoptAlarms(store: RecordStore, prefix: string, node: string, begin: (objects: readonly Beginning[]) => Promise<unknown>): Promise<number> {
  const objects = await Promise.all(dueSoon(await leftAlarms(store, prefix, node), Date.now()).map((alarm) => beginningOf(store, alarm)));
  if (objects.length > 0) await begin(objects);
  return objects.length;
}
