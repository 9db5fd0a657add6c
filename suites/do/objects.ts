// The fixture of the checks of what objects are and how they are reached; its program is objects.worker.ts.
import type { Fixture } from "../check.js";

/** One worker with all classes: each deployment may replace the processes of a target, so there are few. */
export const objectsFixture: Fixture = {
  name: "do-objects",
  program: new URL("./objects.worker.js", import.meta.url),
  bindings: [
    { kind: "durable_object", name: "PROBES", className: "Probe", sqlite: true },
    { kind: "durable_object", name: "OTHERS", className: "Other", sqlite: true },
    { kind: "durable_object", name: "PLAIN", className: "Plain", sqlite: true },
    { kind: "durable_object", name: "ROOMS", className: "Room", sqlite: true },
    { kind: "text", name: "GREETING", value: "hello objects" },
  ],
};
