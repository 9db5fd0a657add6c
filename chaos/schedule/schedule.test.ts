// Schedules: drawn ones can always be carried out and are the same again, read ones are refused with everything that is
// wrong, and what is printed comes back.
import assert from "node:assert/strict";
import fc from "fast-check";
import { EdgemarkError } from "../../contract/errors.js";
import { missingFor, nemeses, nemesisOf } from "../nemeses/index.js";
import { selectors } from "../nemeses/nemesis.js";
import { generateSchedule } from "./generate.js";
import { parseSchedule, problemsOf } from "./parse.js";
import { printSchedule, type Schedule } from "./schedule.js";

const popIds = ["a", "b", "c"];
const ids = nemeses.map(({ id }) => id);

describe("schedules", () => {
  const options = fc.record({
    seed: fc.nat(),
    forMs: fc.integer({ min: 500, max: 120_000 }),
    nemeses: fc.subarray(ids, { minLength: 1 }),
    select: fc.constantFrom(...selectors),
    popIds: fc.constantFrom(popIds, ["a", "b"], ["a", "b", "c", "d", "e"]),
  });

  it("can be carried out, come back from their text, and are the same for the same seed", () => {
    fc.assert(
      fc.property(options, (given) => {
        const schedule = generateSchedule(given);
        assert.deepEqual(problemsOf(schedule, given.popIds), []);
        assert.deepEqual(parseSchedule(printSchedule(schedule), given.popIds), schedule);
        assert.deepEqual(generateSchedule(given), schedule);
        assert.ok(schedule.steps.length > 0);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it("let every nemesis strike when there is time, at PoPs of every kind", () => {
    const { steps } = generateSchedule({ seed: 1, forMs: 300_000, nemeses: ids, popIds });
    assert.deepEqual([...new Set(steps.map(({ nemesis }) => nemesis))].sort(), [...ids].sort());
    assert.deepEqual([...new Set(steps.flatMap((step) => step.popIds ?? []))].sort(), popIds);
  });

  it("leave somebody on the other side", () => {
    const { steps } = generateSchedule({ seed: 1, forMs: 60_000, nemeses: ["partition"], popIds: ["a", "b"], select: "majority" });
    assert.ok(steps.length > 0 && steps.every((step) => step.popIds?.length === 1));
  });

  const good: Schedule = { seed: 1, forMs: 10_000, steps: [{ atMs: 1_000, nemesis: "kill", popIds: ["a"], durationMs: 1_000 }] };
  const step = good.steps[0];
  const withStep = (change: object): string => JSON.stringify({ ...good, steps: [{ ...step, ...change }] });
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["text", "kill them all", /not: .*JSON/],
    ["a list", "[]", /instead of an object \{seed, forMs, steps\}/],
    ["a missing field", '{"seed":1,"steps":[]}', /forMs is missing/],
    ["a misspelt field", JSON.stringify({ ...good, step: [] }), /unknown field "step"/],
    ["steps that are no list", '{"seed":1,"forMs":1000,"steps":3}', /steps is not a list/],
    ["too many steps", JSON.stringify({ ...good, steps: Array.from({ length: 1_001 }, () => step) }), /more than 1000/],
    ["a step that is none", JSON.stringify({ ...good, steps: [7] }), /step 1 is not an object/],
    ["an unknown nemesis", withStep({ nemesis: "kil" }), /"kil" is none; did you mean kill/],
    ["PoPs that do not exist", withStep({ popIds: ["a", "atlantis"] }), /the target has no PoP atlantis; it has a, b, c/],
    ["no PoPs", withStep({ popIds: [] }), /popIds is empty/],
    ["an unknown selector", withStep({ popIds: undefined, select: "leader" }), /select is "leader", not one, majority, owner/],
    ["two ways to choose", withStep({ select: "one" }), /popIds and select/],
    ["a fault after the end", withStep({ atMs: 9_500 }), /ends after 10500 ms, and the schedule after 10000 ms/],
    ["a fault for ever", JSON.stringify({ ...good, forMs: 3_600_000, steps: [{ ...step, durationMs: 600_000 }] }), /at most 50000 ms/],
    ["a time before the beginning", withStep({ atMs: -1 }), /atMs is -1/],
    ["a time that is none", withStep({ durationMs: "1s" }), /durationMs is "1s"/],
    ["a scope where there is none", withStep({ scope: "peers" }), /has no scope/],
    ["an unknown scope", withStep({ nemesis: "slow-link", scope: "moon", parameters: { delayMs: 1, jitterMs: 0 } }), /one of clients, peers, storage; "moon" came/],
    ["a missing parameter", withStep({ nemesis: "slow-disk" }), /parameter delayMs is missing/],
    ["an unknown parameter", withStep({ parameters: { delayMs: 3 } }), /no parameter "delayMs"/],
    ["a partition of all from nobody", withStep({ nemesis: "partition", popIds }), /leaves none on the other side/],
    ["two faults of a PoP at once", JSON.stringify({ ...good, steps: [step, { ...step, atMs: 1_500, nemesis: "pause" }] }), /step 2 \(pause\) begins before step 1 is over/],
    ["faults at once of which one chooses late", JSON.stringify({ ...good, steps: [step, { atMs: 1_500, nemesis: "kill", select: "owner", durationMs: 500 }] }), /may meet the same PoP/],
  ];
  for (const [name, text, pattern] of bad) {
    it(`refuse ${name}`, () => {
      assert.throws(
        () => parseSchedule(text, popIds),
        (error) => error instanceof EdgemarkError && error.code === "usage.input" && pattern.test(error.message),
      );
    });
  }

  it("say everything that is wrong at once", () => {
    assert.throws(() => parseSchedule(withStep({ nemesis: "kil", durationMs: 20_000 })), /did you mean kill.*|ends after/);
    assert.throws(() => parseSchedule(JSON.stringify({ ...good, steps: [{ ...step, popIds: ["x"] }, { ...step, atMs: 5_000, popIds: ["y"] }] }), popIds), /no PoP x.*no PoP y/);
  });

  it("may strike different PoPs at once", () => {
    const text = JSON.stringify({ ...good, steps: [step, { ...step, popIds: ["b"] }] });
    assert.equal(parseSchedule(text, popIds).steps.length, 2);
  });
});

describe("nemeses", () => {
  it("make the faults that the contract has, of every PoP they were aimed at", () => {
    for (const nemesis of nemeses) {
      const parameters = Object.fromEntries(Object.entries(nemesis.parameters).map(([name, { most }]) => [name, most]));
      for (const scope of nemesis.scopes ?? [undefined]) {
        const faults = nemesis.faults({ popIds: ["a", "b"], allPopIds: popIds, parameters, ...(scope === undefined ? {} : { scope }) });
        const met = new Set(faults.map(({ popId }) => popId));
        assert.ok(met.has("a"), nemesis.id);
        for (const fault of faults) {
          const capability = fault.scope === "replication" ? "d1.replica-lag" : fault.kind === "isolate" ? `fault.isolate-${fault.scope ?? ""}` : `fault.${fault.kind}`;
          assert.equal(capability, nemesis.needs);
          if (scope !== undefined) assert.equal(fault.scope, scope);
        }
      }
    }
  });

  it("set no clock wrong by so little that nobody could see it", () => {
    const skews = Array.from({ length: 100 }, (_, seed) => generateSchedule({ seed, forMs: 3_000, nemeses: ["clock-skew"], popIds }).steps.map(({ parameters }) => parameters?.["skewMs"] ?? 0)).flat();

    assert.ok(skews.every((skewMs) => Math.abs(skewMs) >= 60_000 && Math.abs(skewMs) <= 180_000), skews.join(", "));
    assert.ok(skews.some((skewMs) => skewMs < 0) && skews.some((skewMs) => skewMs > 0));
  });

  it("split the PoPs in two sides", () => {
    assert.deepEqual(nemesisOf("partition").faults({ popIds: ["b"], allPopIds: popIds, parameters: {} }), [{ kind: "partition", popId: "b", scope: "a,c" }]);
    assert.deepEqual(nemesisOf("partition-one-way").faults({ popIds: ["b"], allPopIds: popIds, parameters: {} }), [{ kind: "partition", popId: "b", scope: "a,c", parameters: { oneWay: 1 } }]);
  });

  it("tell what a target lacks", () => {
    const target = { capabilities: ["fault.kill", "fault.partition"] as const, pops: [1] };
    assert.equal(missingFor(nemesisOf("kill"), target), undefined);
    assert.match(missingFor(nemesisOf("pause"), target) ?? "", /does not declare fault\.pause/);
    assert.match(missingFor(nemesisOf("partition"), target) ?? "", /takes 2 PoPs; the target has 1/);
    assert.throws(() => nemesisOf("paus"), /did you mean pause/);
  });
});
