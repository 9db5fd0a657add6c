// The suite's checks themselves under test, on stock workerd: each passes as it is, and fails once the defect that is
// named for it is planted. A check that cannot fail proves nothing.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { loadClaims } from "../../../contract/claims/registry.js";
import type { CheckResult } from "../../../contract/result/document.js";
import type { Check } from "../../check.js";
import { conduct } from "../../runner/conductor.js";
import { openPool } from "../../runner/exchange.js";
import { openFixtures } from "../../runner/fixtures.js";
import { doSuite } from "../suite.js";
import type { Sabotage } from "./sabotage.js";
import { stockTarget } from "./stock.fixture.js";
import { sabotageFiles } from "./files.js";

const sabotages = (await Promise.all(sabotageFiles.map(loadSabotages))).flat();
const byId = new Map(doSuite.checks.map((check) => [check.id, check]));
/** A check that a defect has brought to wait for ever has failed by then. */
const patienceMs = 4_000;
const atATime = 3;

describe("sabotages of the Durable Objects suite", () => {
  it("have a name of their own and name checks of the suite", () => {
    const names = sabotages.map(({ name }) => name);

    assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
    assert.deepEqual(sabotages.flatMap(({ caughtBy }) => caughtBy).filter((id) => !byId.has(id)), []);
  });
});

describe("checks of the Durable Objects suite on stock workerd", function () {
  this.timeout(120_000);
  const named = [...new Set(sabotages.flatMap(({ caughtBy }) => caughtBy))];
  const queue: (() => Promise<void>)[] = [];
  const outcomes = new Map<string, Promise<readonly CheckResult[]>>();
  /** What waits does so beside everything else; the rest goes a few at a time. */
  const plan = (name: string, ids: readonly string[], isSplit = false, isSilent = false): void => {
    const checks = ids.flatMap((id) => byId.get(id) ?? []);
    const waiting = checks.filter((check) => check.isWaiting === true);
    const others = checks.filter((check) => check.isWaiting !== true);
    const waits = waiting.length === 0 ? Promise.resolve([]) : results(name, waiting, isSplit, true);
    const rest = others.length === 0 ? Promise.resolve([]) : new Promise<readonly CheckResult[]>((resolve, reject) => queue.push(() => results(name, others, isSplit, isSilent).then(resolve, reject)));
    outcomes.set(name, Promise.all([rest, waits]).then((lists) => lists.flat()));
  };
  before(() => {
    plan("none", named);
    for (const { name, caughtBy, isSplit, isSilent } of sabotages) plan(name, caughtBy, isSplit, isSilent);
    for (const outcome of outcomes.values()) outcome.catch(() => undefined);
    for (let worker = 0; worker < atATime; worker++) void work();
  });
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next().catch(() => undefined);
  };

  it("pass as they are", async () => {
    const failed = (await outcomes.get("none"))?.filter(({ verdict }) => verdict !== "pass");

    assert.deepEqual(failed?.map(({ id, verdict, reason }) => `${id}: ${verdict}: ${reason}`), []);
  });

  for (const { name, what, caughtBy } of sabotages) {
    it(`notice: ${what} (${name})`, async () => {
      const seen = (await outcomes.get(name)) ?? [];

      assert.deepEqual(seen.filter(({ verdict }) => verdict !== "fail").map(({ id, verdict, reason }) => `${id}: ${verdict} ${reason ?? ""}`), []);
      assert.equal(seen.length, caughtBy.length);
    });
  }
});

async function loadSabotages(file: string): Promise<readonly Sabotage[]> {
  const module = (await import(new URL(file, import.meta.url).href)) as { readonly sabotages: readonly Sabotage[] };
  return module.sabotages;
}

async function results(sabotage: string, checks: readonly Check[], isSplit: boolean, areAtOnce: boolean): Promise<readonly CheckResult[]> {
  const target = stockTarget(sabotage, isSplit);
  const pool = openPool();
  const ending = new AbortController();
  const fixtures = openFixtures({ verbs: target.verbs, description: target.description, pool, nameSuffix: "", recoveryMs: 1_000 });
  const scope = {
    verbs: target.verbs,
    description: target.description,
    profile: "full" as const,
    seed: 1,
    claims: new Map(loadClaims().map((claim) => [claim.id, claim])),
    fixtures,
    recording: { measurements: new Map(), histories: new Map(), faults: [] },
    runDirectory: tmpdir(),
    word: `w${process.pid}`,
    nowMs: Date.now,
  };
  const options = { scope, known: new Map(), runSignal: ending.signal, replayOf: (id: string) => id, onStrayError: () => () => undefined, leftBehind: new Set<string>() };
  const one = async (check: Check, ordinal: number): Promise<CheckResult> => {
    const hurried = check.isWaiting === true || sabotage === "none" ? check : { ...check, timeoutMs: patienceMs };
    return (await conduct(options, doSuite, hurried, ordinal)).result;
  };
  try {
    if (areAtOnce) return await Promise.all(checks.map(one));
    const seen: CheckResult[] = [];
    for (const [ordinal, check] of checks.entries()) seen.push(await one(check, ordinal));
    return seen;
  } finally {
    ending.abort(new Error("the test is over"));
    await fixtures.close();
    pool.close();
    await target.close();
  }
}
