// The Durable Objects suite: every claim about objects that can be seen from outside, an area a file.
import type { Check, Suite } from "../check.js";
import { alarmChecks } from "./alarms/checks.js";
import { objectCaseChecks } from "./cases.js";
import { endingChecks } from "./endings.js";
import { instanceChecks } from "./instances.js";
import { durabilityChecks } from "./durability.js";
import { enduranceChecks } from "./endurance.js";
import { objectsFixture } from "./objects.js";
import { restChecks } from "./rest.js";
import { socketLimitChecks } from "./socket-limits.js";
import { socketChecks } from "./sockets.js";
import { storedCaseChecks } from "./stored.js";

const objectAreas = ["ids", "fetching", "rpc", "clone", "errors"] as const;
const objectChecks = (await Promise.all(objectAreas.map((area) => objectCaseChecks(`./cases/${area}.worker.js`, objectsFixture)))).flat();

const checks: readonly Check[] = [...objectChecks, ...socketChecks, ...socketLimitChecks, ...instanceChecks, ...restChecks, ...endingChecks, ...storedCaseChecks, ...alarmChecks, ...durabilityChecks, ...enduranceChecks];

export const doSuite: Suite = { id: "do", title: "Durable Objects", checks };
