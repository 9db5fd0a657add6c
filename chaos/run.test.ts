// Runs on a simulated edge: a sound one passes every workload under every nemesis, each planted defect turns a run red or
// inconclusive as it must, and whatever a target does, a run ends and heals.
import assert from "node:assert/strict";
import { missingFor, nemeses } from "./nemeses/index.js";
import type { ChaosPort } from "./port.js";
import { missingForRun, runChaos, type ChaosOptions, type ChaosRun } from "./run.js";
import { generateSchedule } from "./schedule/generate.js";
import type { Schedule, ScheduleStep } from "./schedule/schedule.js";
import { shrinkSchedule } from "./schedule/shrink.js";
import { simulatedEdge, simulatedPops, type Defect, type SimulatedEdge } from "./simulated-edge.fixture.js";
import { workloadOf, workloads } from "./workloads/index.js";

const { target } = simulatedEdge({ seed: 1 }).port;
const able = nemeses.filter((nemesis) => missingFor(nemesis, target) === undefined).map(({ id }) => id);

interface Given extends Partial<ChaosOptions> {
  readonly workloadId?: string;
  readonly defect?: Defect;
  readonly nemeses?: readonly string[];
}

function scheduleOf(seed: number, nemeses: readonly string[], forMs = 6_000): Schedule {
  return generateSchedule({ seed, forMs, nemeses, popIds: simulatedPops });
}

function simulated({ seed = 1, defect, workloadId = "register", nemeses = ["kill"], ...options }: Given): Promise<ChaosRun> {
  return runOn(simulatedEdge({ seed, ...(defect === undefined ? {} : { defect }) }), { seed, workloadId, nemeses, ...options });
}

function runOn(edge: SimulatedEdge, { seed = 1, workloadId = "register", nemeses = ["kill"], ...options }: Given): Promise<ChaosRun> {
  const schedule = scheduleOf(seed, nemeses);
  return edge.time.run(runChaos(edge.port, { workload: workloadOf(workloadId), schedule, clients: 5, seed, unique: "t", ...options }));
}

const steps = (...given: readonly ScheduleStep[]): Schedule => ({ seed: 1, forMs: 6_000, steps: given });

describe("chaos run", function () {
  // Virtual time costs real time where the machine is busy with something else.
  this.timeout(120_000);

  for (const { id } of workloads) {
    it(`passes a sound edge: ${id} under everything`, async () => {
      for (let seed = 1; seed <= 3; seed++) {
        const run = await simulated({ seed, workloadId: id, nemeses: able });
        assert.deepEqual([run.verdict, run.isHealed], ["pass", true], `seed ${seed}: ${run.reason}`);
        assert.ok(run.faults.length > 0 && run.faults.every(({ evidence, injectedAtMs, healedAtMs }) => evidence.length > 0 && injectedAtMs !== undefined && healedAtMs !== undefined));
      }
    });
  }

  it("is the same again with the same seed", async () => {
    const [one, other] = [await simulated({ seed: 5, nemeses: able }), await simulated({ seed: 5, nemeses: able })];
    assert.deepEqual(one, other);
    assert.notDeepEqual(one.operations, (await simulated({ seed: 6, nemeses: able })).operations);
  });

  it("has the faults in the history, on its clock, with their evidence", async () => {
    const { history, operations } = await simulated({});
    const faults = history.filter(({ action }) => action.startsWith("nemesis:"));
    assert.deepEqual([...new Set(faults.map(({ action }) => action))], ["nemesis:kill", "nemesis:heal"]);
    for (const { output, outcome, popId } of faults) assert.ok(outcome === "ok" && popId !== undefined && JSON.stringify(output).includes("evidence"));
    assert.equal(history.length, operations.length + faults.length);
    assert.deepEqual(history.map(({ callNs }) => callNs), history.map(({ callNs }) => callNs).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });

  it("finds the home of the object in use", async () => {
    const run = await simulated({ schedule: steps({ atMs: 1_000, nemesis: "kill", select: "owner", durationMs: 500 }) });
    assert.equal(run.verdict, "pass", run.reason);
    assert.equal(run.faults[0]?.popIds.length, 1);
  });

  for (const [workloadId, defect, nemesis] of [
    ["register", "two-owners", "pause"],
    ["counter", "two-owners", "isolate-peers"],
    ["append", "two-owners", "isolate-peers"],
    ["register", "lost-write", "kill"],
    ["counter", "lost-write", "kill"],
    ["set", "lost-write", "kill"],
    ["append", "lost-write", "kill"],
    ["register", "stale-read", "kill"],
    ["counter", "stale-read", "kill"],
    ["cas", "stale-read", "kill"],
    ["append", "stale-read", "kill"],
  ] as const) {
    it(`fails ${defect} by ${workloadId} under ${nemesis}, and shows it`, async () => {
      const verdicts: string[] = [];
      for (let seed = 1; seed <= 3; seed++) {
        const run = await simulated({ seed, workloadId, defect, nemeses: [nemesis] });
        verdicts.push(run.verdict);
        if (run.verdict === "fail") assert.ok(run.answer.violation !== undefined && run.answer.violation.length > 0 && run.answer.violation.length < 20, run.reason);
      }
      // A write soon after hides a lost one: not every seed shows it.
      assert.ok(verdicts.includes("fail"), verdicts.join(", "));
    });
  }

  for (const [defect, verdict, reason] of [
    ["idle-nemesis", "inconclusive", /nothing is seen of kill/],
    ["silent-nemesis", "inconclusive", /no evidence of kill/],
    ["unimplemented-nemesis", "fail", /declared as a capability, but not implemented/],
    ["never-heals", "fail", /did not heal: PoP . took no write within 30000 ms/],
    ["hanging-heal", "fail", /did not heal: kill of . could not be healed: HealFault .*no answer within 60000 ms/],
    ["lost-object", "fail", /reads were never answered/],
    ["refusing-heal", "pass", /some order explains/],
  ] as const) {
    it(`says of ${defect}: ${verdict}`, async () => {
      const edge = simulatedEdge({ seed: 1, defect });
      const run = await runOn(edge, {});
      assert.equal(run.verdict, verdict, run.reason);
      assert.match(run.reason, reason);
      assert.ok(edge.time.nowMs() < 400_000, "it ends in bounded time");
    });
  }

  it("sees nothing of any idle nemesis that a client could see", async () => {
    for (const nemesis of able) {
      const run = await simulated({ defect: "idle-nemesis", nemeses: [nemesis], seed: 3 });
      const isHidden = run.faults.every(({ unseen }) => unseen !== undefined);
      assert.equal(run.verdict, isHidden ? "pass" : "inconclusive", `${nemesis}: ${run.reason}`);
      assert.ok(!isHidden || ["reset-connections", "isolate-control"].includes(nemesis), nemesis);
      assert.ok(run.faults.every(({ sight, unseen, problem }) => sight !== undefined || unseen !== undefined || problem !== undefined), nemesis);
      if (isHidden) assert.equal(run.conditions["faultsOnTheTargetsWord"], run.faults.length, nemesis);
    }
  });

  for (const scope of ["clients", "peers", "storage"]) {
    it(`sees what the links to ${scope} lose, much or little, and does not see what they do not`, async () => {
      for (const [lossRatio, stallMs] of [[0.05, 50], [0.4, 400]] as const) {
        const schedule = steps({ atMs: 500, nemesis: "lossy-link", popIds: ["b"], durationMs: 1_000, scope, parameters: { lossRatio, stallMs } });
        assert.equal((await simulated({ schedule })).verdict, "pass");
        assert.match((await simulated({ schedule, defect: "idle-nemesis" })).reason, /nothing is seen of lossy-link: PoP b: 0 of \d+ answers came/);
      }
    });

    it(`sees that the links to ${scope} are slow, and does not see it when they are not`, async () => {
      const schedule = steps({ atMs: 500, nemesis: "slow-link", popIds: ["b"], durationMs: 1_000, scope, parameters: { delayMs: 40, jitterMs: 0 } });
      assert.equal((await simulated({ schedule })).verdict, "pass");
      assert.match((await simulated({ schedule, defect: "idle-nemesis" })).reason, /nothing is seen of slow-link/);
    });
  }

  const skewed = (skewMs: number): Schedule => steps({ atMs: 500, nemesis: "clock-skew", popIds: ["b"], durationMs: 1_000, parameters: { skewMs } });
  for (const [skews, skewMs, seen] of [
    ["workers", 90_000, /Date\.now\(\) of a worker went (89|90)\d{3} ms ahead/],
    ["workers", -5_000, /went -\d{4} ms ahead/],
    ["kv", 90_000, /PoP a wrote and has had ended at PoP b at once/],
    ["kv", -90_000, /PoP b wrote and has had ended at PoP a at once/],
  ] as const) {
    it(`sees a clock of ${skews} that is wrong by ${skewMs} ms`, async () => {
      const run = await runOn(simulatedEdge({ seed: 1, skews }), { schedule: skewed(skewMs) });
      assert.equal(run.verdict, "pass", run.reason);
      assert.match(run.faults[0]?.sight?.text ?? "", seen);
    });
  }

  it("does not take a KV that is slow to show values for a wrong clock", async () => {
    const edge = simulatedEdge({ seed: 1, defect: "idle-nemesis" });
    const shownAtMs = new Map<string, number>();
    const slow: ChaosPort["sendToExpirations"] = async (request) => {
      const key = new URL(request.path, "http://edge").searchParams.get("key") ?? "";
      if (request.body !== undefined) shownAtMs.set(key, edge.time.nowMs() + 600);
      const answer = await edge.port.sendToExpirations?.(request);
      assert.ok(answer);
      return request.pop === "b" && edge.time.nowMs() < (shownAtMs.get(key) ?? 0) ? { ...answer, text: "gone" } : answer;
    };
    const run = await edge.time.run(runChaos({ ...edge.port, sendToExpirations: slow }, { workload: workloadOf("register"), schedule: skewed(90_000), clients: 2, seed: 1, unique: "t" }));
    assert.match(run.reason, /nothing is seen of clock-skew/);
  });

  it("does not believe a wrong clock that nothing shows", async () => {
    const idle = await simulated({ schedule: skewed(90_000), defect: "idle-nemesis" });
    const small = await simulated({ schedule: skewed(5_000) });
    const edge = simulatedEdge({ seed: 1 });
    const { sendToExpirations: _, ...withoutKv } = edge.port;
    const blind = await edge.time.run(runChaos(withoutKv, { workload: workloadOf("register"), schedule: skewed(90_000), clients: 2, seed: 1, unique: "t" }));

    assert.deepEqual([idle, small, blind].map(({ verdict }) => verdict), ["inconclusive", "inconclusive", "inconclusive"]);
    assert.match(idle.reason, /as where both clocks are right/);
    assert.match(small.reason, /5000 ms shows in no expiry of KV at once/);
    assert.match(blind.reason, /cannot have a program with KV beside the workload's/);
  });

  it("heals when it is interrupted, and says so", async () => {
    const edge = simulatedEdge({ seed: 1 });
    const stopping = edge.time.wait(2_000).then(() => edge.abort(new Error("stop")));
    const run = await runOn(edge, { schedule: steps({ atMs: 1_000, nemesis: "kill", popIds: ["a"], durationMs: 4_000 }) });
    await stopping;
    assert.deepEqual([run.verdict, edge.inEffect()], ["inconclusive", 0]);
    assert.match(run.reason, /interrupted/);
    assert.ok(edge.time.nowMs() < 10_000);
  });

  it("is inconclusive when nothing was answered, however well it healed", async () => {
    const edge = simulatedEdge({ seed: 1 });
    const port = { ...edge.port, send: async (request: Parameters<typeof edge.port.send>[0]) => (request.path === "/operation" ? { status: 500, text: "no" } : edge.port.send(request)) };
    const run = await edge.time.run(runChaos(port, { workload: workloadOf("register"), schedule: steps(), clients: 2, seed: 1, unique: "t", quietWithinMs: 1_000 }));
    assert.notEqual(run.verdict, "pass", run.reason);
  });

  it("tells what a target lacks", () => {
    const { port } = simulatedEdge({ seed: 1, capabilities: ["workers", "durable-objects", "fault.kill"] });
    const step: ScheduleStep = { atMs: 0, nemesis: "kill", popIds: ["a"], durationMs: 500 };
    assert.equal(missingForRun(port.target, workloadOf("register"), steps(step)), undefined);
    assert.match(missingForRun(port.target, workloadOf("register"), steps({ ...step, nemesis: "pause" })) ?? "", /pause: the target does not declare fault\.pause/);
    assert.match(missingForRun(port.target, workloadOf("register"), steps({ atMs: 0, nemesis: "kill", select: "owner", durationMs: 500 })) ?? "", /locate/);
    assert.match(missingForRun({ ...port.target, capabilities: ["workers"] }, workloadOf("register"), steps()) ?? "", /durable-objects/);
  });

  it("shrinks a failing schedule to the one fault that matters", async () => {
    const fails = async (schedule: Schedule): Promise<boolean> => (await simulated({ defect: "lost-after-pause", schedule })).verdict === "fail";
    const pause: ScheduleStep = { atMs: 2_500, nemesis: "pause", popIds: ["a", "b"], durationMs: 1_600 };
    const long: Schedule = {
      seed: 1,
      forMs: 9_000,
      steps: [
        { atMs: 500, nemesis: "kill", popIds: ["a"], durationMs: 700 },
        { atMs: 1_500, nemesis: "slow-link", popIds: ["b"], durationMs: 500, scope: "peers", parameters: { delayMs: 20, jitterMs: 0 } },
        pause,
        { atMs: 4_800, nemesis: "isolate-clients", popIds: ["c"], durationMs: 600 },
        { atMs: 6_000, nemesis: "kill", popIds: ["c"], durationMs: 900 },
      ],
    };
    assert.equal(await fails(long), true);
    const shrunk = await shrinkSchedule(long, { fails, mostRuns: 60 });
    assert.equal(shrunk.isSmallest, true);
    assert.deepEqual(shrunk.schedule.steps, [{ ...pause, popIds: ["b"], durationMs: 100 }]);
  });

  it("keeps to its budget while it shrinks", async () => {
    let runs = 0;
    const schedule = scheduleOf(9, able, 60_000);
    const shrunk = await shrinkSchedule(schedule, {
      mostRuns: 5,
      fails: async ({ steps: left }) => {
        runs++;
        return left.length > 1;
      },
    });
    assert.deepEqual([runs, shrunk.runs, shrunk.isSmallest], [5, 5, false]);
    assert.ok(shrunk.schedule.steps.length < schedule.steps.length);
  });
});
