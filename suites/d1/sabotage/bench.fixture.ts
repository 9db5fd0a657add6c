// Runs checks of the suite on the stock target, each with a defect planted for its requests only.
import type { CheckResult } from "../../../contract/result/document.js";
import type { Check } from "../../check.js";
import { conductAlone } from "../../runner/conduct.fixture.js";
import { openPool } from "../../runner/exchange.js";
import { type FixtureDeployments, openFixtures } from "../../runner/fixtures.js";
import { d1Fixture, d1RpcFixture } from "../client.js";
import { d1Suite } from "../suite.js";
import { stockTarget } from "./stock.fixture.js";

export interface SabotageBench {
  /** Deploys what checks share, so that no check restarts the target under another. */
  ready(): Promise<void>;
  /** @param sabotage its name; "none" plants nothing */
  result(sabotage: string, check: Check): Promise<CheckResult>;
  close(): Promise<void>;
}

export function openSabotageBench(): SabotageBench {
  const target = stockTarget();
  const pool = openPool();
  const ending = new AbortController();
  const fixtures = openFixtures({ verbs: target.verbs, description: target.description, pool, nameSuffix: "", recoveryMs: 1_000 });
  let ordinal = 0;
  const planted = (sabotage: string): FixtureDeployments => ({
    ...fixtures,
    door(deployment, signal) {
      const door = fixtures.door(deployment, signal);
      return { ...door, request: (request) => door.request({ ...request, headers: { ...request.headers, "x-sabotage": sabotage } }) };
    },
  });
  return {
    async ready() {
      for (const fixture of [d1Fixture, d1RpcFixture]) await fixtures.shared(fixture);
    },
    result(sabotage, check) {
      return conductAlone({ suite: d1Suite, ...target, fixtures: planted(sabotage), runSignal: ending.signal }, check, ordinal++);
    },
    async close() {
      ending.abort(new Error("the test is over"));
      await fixtures.close();
      pool.close();
      await target.close();
    },
  };
}
