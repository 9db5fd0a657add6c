// The one index of workloads: a new one is its file and a line here.
import { didYouMean, EdgemarkError } from "../../contract/errors.js";
import { appendWorkload } from "./append.js";
import { casWorkload } from "./cas.js";
import { counterWorkload } from "./counter.js";
import { registerWorkload } from "./register.js";
import { sessionsWorkload } from "./sessions.js";
import { setWorkload } from "./set.js";
import { transactionsWorkload } from "./transactions.js";
import type { Workload } from "./workload.js";

/** On Durable Objects. */
export const workloads: readonly Workload[] = [registerWorkload, counterWorkload, setWorkload, casWorkload, appendWorkload];
/** On D1 databases. */
export const databaseWorkloads: readonly Workload[] = [sessionsWorkload, transactionsWorkload];
export const allWorkloads: readonly Workload[] = [...workloads, ...databaseWorkloads];

/** @throws EdgemarkError usage.input for a name that no workload has, with the nearest */
export function workloadOf(id: string): Workload {
  const found = allWorkloads.find((workload) => workload.id === id);
  if (found !== undefined) return found;
  const known = allWorkloads.map((workload) => workload.id);
  throw new EdgemarkError("usage.input", `expected a workload; ${JSON.stringify(id)} is none; ${didYouMean(id, known, `there are ${known.join(", ")}`)}`);
}
