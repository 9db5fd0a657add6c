// The one index that registers suites. A new suite is its folder and a line here.
import type { Suite } from "./check.js";
import { d1IsolationSuite, d1LagSuite, d1SessionsSuite } from "./d1/consistency/suites.js";
import { d1Suite } from "./d1/suite.js";
import { doMigrationSuite } from "./do/migration/suite.js";
import { doSerializationSuite } from "./do/serialization/suite.js";
import { doSuite } from "./do/suite.js";
import { failoverSuite } from "./failover/suite.js";
import { kvSuite } from "./kv/suite.js";
import { readied } from "./unmet.js";
import { workersSuite } from "./workers/suite.js";

/** Every suite, in the order in which a run takes them. */
export const suites: readonly Suite[] = readied([workersSuite, kvSuite, doSuite, doSerializationSuite, doMigrationSuite, d1Suite, d1SessionsSuite, d1IsolationSuite, d1LagSuite, failoverSuite]);
