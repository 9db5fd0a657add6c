// The fixture of the checks of what objects are and how they are reached; its program is objects.worker.ts.
import type { Binding } from "../../contract/target/types.js";
import type { Fixture } from "../check.js";

const greeting = (value: string): Binding => ({ kind: "text", name: "GREETING", value });
const namespaces: readonly Extract<Binding, { kind: "durable_object" }>[] = [
  { kind: "durable_object", name: "PROBES", className: "Probe", sqlite: true },
  { kind: "durable_object", name: "OTHERS", className: "Other", sqlite: true },
  { kind: "durable_object", name: "PLAIN", className: "Plain", sqlite: true },
  { kind: "durable_object", name: "ROOMS", className: "Room", sqlite: true },
];

/** One worker with all classes: each deployment may replace the processes of a target, so there are few. */
export const objectsFixture: Fixture = {
  name: "do-objects",
  program: new URL("./objects.worker.js", import.meta.url),
  bindings: [...namespaces, greeting("hello objects")],
};

/** The same program, which has no objects of its own: it borrows those of the deployment above. */
export const borrowingFixture: Fixture = {
  ...objectsFixture,
  name: "do-borrowing",
  bindings: [...namespaces.map((one) => ({ ...one, script: objectsFixture.name })), greeting("hello borrower"), { kind: "service", name: "OWNER", service: objectsFixture.name }],
};

/** The same program under a name of its own, in one of its versions. */
export function versionFixture(version: string): Fixture {
  return { ...objectsFixture, name: "do-version", bindings: [...namespaces, greeting(version)] };
}
