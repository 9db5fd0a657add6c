// Nemeses of a PoP's processes: they die, end in order, freeze, starve, or live by a wrong clock.
import type { FaultKind, FaultSpec } from "../../contract/target/types.js";
import { shortestLifeMs } from "../workloads/protocol.js";
import type { Aim, Nemesis } from "./nemesis.js";

const each = (kind: FaultKind, { popIds, parameters }: Aim): readonly FaultSpec[] =>
  popIds.map((popId) => ({ kind, popId, ...(Object.keys(parameters).length === 0 ? {} : { parameters }) }));

const whole = { leastPops: 1, selectors: ["one", "majority", "owner"], parameters: {} } as const;

export const kill: Nemesis = {
  ...whole,
  id: "kill",
  description: "ends a PoP's processes at once (SIGKILL), and starts them again later",
  needs: "fault.kill",
  durationMs: { least: 500, most: 5_000 },
  faults: (aim) => each("kill", aim),
  observation: ({ popIds }) => ({ see: "unanswered", popIds }),
};

export const stop: Nemesis = {
  ...whole,
  id: "stop",
  description: "asks a PoP to end in order (SIGTERM), and starts it again later",
  needs: "fault.stop",
  durationMs: { least: 500, most: 5_000 },
  faults: (aim) => each("stop", aim),
  observation: ({ popIds }) => ({ see: "unanswered", popIds }),
};

export const pause: Nemesis = {
  ...whole,
  id: "pause",
  description: "freezes a PoP with its connections open (gray failure), and lets it go on later",
  needs: "fault.pause",
  durationMs: { least: 500, most: 5_000 },
  faults: (aim) => each("pause", aim),
  observation: ({ popIds }) => ({ see: "unanswered", popIds }),
};

export const overload: Nemesis = {
  ...whole,
  id: "overload",
  description: "takes most of its CPU time from a PoP",
  needs: "fault.overload",
  durationMs: { least: 1_000, most: 5_000 },
  parameters: { cpuRatio: { least: 0.05, most: 0.2 } },
  faults: (aim) => each("overload", aim),
  observation: ({ popIds }) => ({ see: "starved", popIds }),
};

export const clockSkew: Nemesis = {
  ...whole,
  id: "clock-skew",
  description: "sets a PoP's clock wrong",
  needs: "fault.clock-skew",
  durationMs: { least: 1_000, most: 5_000 },
  parameters: { skewMs: { least: -180_000, most: 180_000, leastSize: shortestLifeMs } },
  faults: (aim) => each("clock-skew", aim),
  // Which clock it is (of the machine, of the platform's timers) the target chooses: a worker's may stay right.
  observation: ({ popIds, parameters }) => ({ see: "clock", popIds, skewMs: parameters["skewMs"] ?? 0 }),
};
