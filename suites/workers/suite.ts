// The Workers suite: what a runtime of module workers promises, inside the isolate and seen from outside.
import type { Suite } from "../check.js";
import { cacheChecks } from "./cache.js";
import { cfChecks } from "./cf.js";
import { deploymentChecks } from "./deployment.js";
import { httpChecks } from "./http/index.js";
import { isolateAreas, isolateChecks, nodeFixture } from "./isolate.js";
import { latencyChecks } from "./latency.js";
import { overheadCheck } from "./overhead.js";
import { lifecycleChecks } from "./lifecycle.js";
import { streamingChecks } from "./streaming.js";
import { websocketChecks } from "./websocket.js";

const insideTheIsolate = (await Promise.all(isolateAreas.map((area) => isolateChecks(area)))).flat();
const nodeModules = await isolateChecks("node", nodeFixture, ["workers.node"]);

export const workersSuite: Suite = {
  id: "workers",
  title: "Workers",
  checks: [
    ...insideTheIsolate,
    ...nodeModules,
    ...lifecycleChecks,
    ...httpChecks,
    ...streamingChecks,
    ...websocketChecks,
    ...deploymentChecks,
    ...cfChecks,
    ...cacheChecks,
    ...latencyChecks,
    overheadCheck,
  ],
};
