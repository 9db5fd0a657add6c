// Every generated check under test, on a simulated edge in virtual time: each fails one that forgets what it acknowledged. Some of
// each workload and each nemesis pass a sound one, and say nothing where the nemesis did nothing. A check that cannot fail proves
// nothing.
import assert from "node:assert/strict";
import { simulatedEdge, type Defect, type SimulatedEdge } from "../../../chaos/simulated-edge.fixture.js";
import { workloads } from "../../../chaos/workloads/index.js";
import { randomOf } from "../../runner/randomness.js";
import { type Check, type CheckContext, Inconclusive } from "../../check.js";
import { matrixChecksOf } from "./matrix.js";

interface Outcome {
  readonly verdict: "pass" | "fail" | "inconclusive" | "error";
  readonly reason: string;
  readonly notes: readonly string[];
}

/** What a check has to say of an edge with a defect. */
async function outcomeOf(id: string, defect?: Defect): Promise<Outcome> {
  const edge = simulatedEdge({ seed: 1, ...(defect === undefined ? {} : { defect }) });
  const check = matrixChecksOf(() => edge.port).find((one) => one.id === id);
  assert.ok(check);
  const notes: string[] = [];
  try {
    await edge.time.run(check.run(contextOf(edge, check, notes)));
    return { verdict: "pass", reason: "", notes };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { verdict: error instanceof Inconclusive ? "inconclusive" : error instanceof assert.AssertionError ? "fail" : "error", reason, notes };
  }
}

/** What these checks use of a context; anything else fails the test. */
function contextOf({ port }: SimulatedEdge, { id }: Check, notes: string[]): CheckContext {
  const used: Partial<CheckContext> = {
    target: port.target,
    profile: "quick",
    seed: 1,
    unique: "t",
    random: randomOf(1, id),
    signal: port.signal,
    recordHistory: () => undefined,
    recordViolation: () => undefined,
    measure: () => undefined,
    note: (text) => void notes.push(text),
  };
  return used as CheckContext;
}

const ids = matrixChecksOf().map(({ id }) => id);
const isQuiet = (id: string): boolean => id.endsWith(".quiet");
/** Each workload, and each nemesis with one of the workloads: what it takes to see that an edge is sound, or that a nemesis is idle. */
const some = ids.filter((id, index) => isQuiet(id) || index % (ids.length / workloads.length) % workloads.length === Math.floor(index / (ids.length / workloads.length)));
/** Nobody but the target can see any of its faults: its notes must say so. */
const isUnseen = ({ notes }: Outcome): boolean => notes.length > 0 && notes.every((note) => note.includes("no proof but the target's word"));

describe("checks of every workload under every nemesis", function () {
  // Virtual time costs real time where the machine is busy with something else.
  this.timeout(240_000);

  const differing = async (chosen: readonly string[], defectOf: (id: string) => Defect | undefined, expected: (outcome: Outcome, id: string) => boolean): Promise<readonly string[]> => {
    const outcomes: string[] = [];
    for (const id of chosen) {
      const outcome = await outcomeOf(id, defectOf(id));
      if (!expected(outcome, id)) outcomes.push(`${id}: ${outcome.verdict} ${outcome.reason} ${outcome.notes.join("; ")}`);
    }
    return outcomes;
  };

  it("pass a sound edge", async () => {
    assert.deepEqual(await differing(some, () => undefined, ({ verdict }) => verdict === "pass"), []);
  });

  it("fail an edge that forgets what it acknowledged, where there is a fault only from then on", async () => {
    assert.deepEqual(await differing(ids, (id) => (isQuiet(id) ? "forgets" : "forgets-under-fire"), ({ verdict }) => verdict === "fail"), []);
  });

  it("say nothing of an edge whose faults do nothing, or say that there is only its word", async () => {
    assert.deepEqual(await differing(some, () => "idle-nemesis", (outcome, id) => (isQuiet(id) || isUnseen(outcome) ? outcome.verdict === "pass" : outcome.verdict === "inconclusive")), []);
  });
});
