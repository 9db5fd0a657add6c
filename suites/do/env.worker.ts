// What the cases and the objects of the fixture see of each other. No import from the runtime is in here, because the
// driver loads the case files too.
import type { ObjectCase } from "./case.js";
import type { Other } from "./plain.worker.js";
import type { Probe } from "./probe.worker.js";
import type { Room } from "./room.worker.js";

export interface Env {
  readonly PROBES: DurableObjectNamespace<Probe>;
  readonly OTHERS: DurableObjectNamespace<Other>;
  /** Its class has no methods that can be called. */
  readonly PLAIN: DurableObjectNamespace;
  readonly ROOMS: DurableObjectNamespace<Room>;
  readonly GREETING: string;
  /** The worker that has the classes, in a deployment that only borrows them. */
  readonly OWNER?: Fetcher;
}

export type Case = ObjectCase<Env>;
