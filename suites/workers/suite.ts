// The Workers suite: what a runtime of module workers promises, inside the isolate and seen from outside.
import type { Suite } from "../check.js";
import { isolateAreas, isolateChecks, nodeFixture } from "./isolate.js";

const insideTheIsolate = (await Promise.all(isolateAreas.map((area) => isolateChecks(area)))).flat();
const nodeModules = await isolateChecks("node", nodeFixture, ["workers.node"]);

export const workersSuite: Suite = {
  id: "workers",
  title: "Workers",
  checks: [...insideTheIsolate, ...nodeModules],
};
