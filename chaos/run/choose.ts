// Chooses the PoPs that a step of a schedule strikes, at the moment when it does: those it names, some drawn from the seed, or the
// home of what clients work on.
import { messageOf } from "../../contract/errors.js";
import { nemesisOf } from "../nemeses/index.js";
import type { ChaosPort } from "../port.js";
import { pick, randomOf } from "../random.js";
import { majorityOf } from "../schedule/generate.js";
import type { ScheduleStep } from "../schedule/schedule.js";
import { probes, type WorkloadRequest } from "../workloads/protocol.js";
import type { Home } from "../workloads/workload.js";
import { sinceMs, within } from "./clock.js";

/** How long a home may take until it is known, and how often it is asked for, ms. */
const homeLimitMs = 3_000;
const homePollMs = 50;
const locateLimitMs = 60_000;
const askLimitMs = 2_000;

export interface Choice {
  readonly step: ScheduleStep;
  /** The step's place in its schedule. */
  readonly index: number;
  /** The schedule's. */
  readonly seed: number;
  /** The key that clients used last. */
  readonly key: string | undefined;
  readonly home?: Home;
}

/** @returns the PoPs of a step, or why there are none */
export async function choosePops(port: ChaosPort, { step, index, seed, key, home }: Choice): Promise<readonly string[] | string> {
  if (step.popIds !== undefined) return step.popIds;
  const all = port.target.pops.map((pop) => pop.id);
  const random = randomOf(seed, `step ${index} at ${step.atMs}`);
  if (step.select === "majority") return majorityOf(all, random, nemesisOf(step.nemesis));
  if (step.select !== "owner") return [pick(all, random)];
  const { locate } = port;
  if (home === undefined && (key === undefined || locate === undefined)) return "the home of the object in use is not known: the target does not declare locate";
  const what = home === undefined ? `the object ${key ?? ""}` : home.what;
  const find = async (): Promise<string | undefined> => {
    if (home !== undefined) return home.popId(await anyAnswer(port, all, home.request), port.target.pops);
    const place = await within(port, locateLimitMs, "Locate", locate?.(await anyAnswer(port, all, probes.id(key ?? ""))) ?? Promise.reject(new Error("the target cannot locate")));
    return place.found ? place.popId : undefined;
  };
  try {
    // It may have been called for the first time just now, and not have begun yet.
    for (const startNs = port.now(); sinceMs(port, startNs) < homeLimitMs; await port.wait(homePollMs, port.signal)) {
      const popId = await find();
      if (popId !== undefined && all.includes(popId)) return [popId];
      if (port.signal.aborted) break;
    }
    return `the target does not know the home of ${what}`;
  } catch (error) {
    return `the home of ${what} was not told: ${messageOf(error)}`;
  }
}

/** Asks PoP after PoP: some may be down. */
async function anyAnswer(port: ChaosPort, popIds: readonly string[], request: WorkloadRequest): Promise<string> {
  let last: unknown = new Error("there is no PoP");
  for (const pop of popIds) {
    try {
      const { status, text } = await port.send({ pop, ...request, deadlineMs: askLimitMs });
      if (status === 200) return text;
      last = new Error(`HTTP ${status}`);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
