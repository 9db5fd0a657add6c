// Defects of ids, names and stubs.
import { namespaceOf, patch, patchGetter, type PlantedSabotage } from "./defect.worker.js";

type Namespace = DurableObjectNamespace;
const unique = (namespace: object): DurableObjectId => (namespace as Namespace).newUniqueId();

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "id-of-name-varies",
    what: "The same name gives another id each time.",
    caughtBy: ["do.id.name", "do.id.by-name", "do.id.inside", "do.instance.ids", "do.stub.many"],
    defect: { env: (env) => patch(namespaceOf(env), "idFromName", (_original, _given, self) => unique(self)) },
  },
  {
    name: "id-ignores-name",
    what: "All names give the same id.",
    caughtBy: ["do.id.name"],
    defect: { env: (env) => patch(namespaceOf(env), "idFromName", (original) => original("all")) },
  },
  {
    name: "id-in-capitals",
    what: "An id is written in capital letters.",
    caughtBy: ["do.id.text"],
    defect: { env: (env) => patch(namespaceOf(env).newUniqueId(), "toString", (original) => String(original()).toUpperCase()) },
  },
  {
    name: "id-forgets-name",
    what: "An id does not know the name it was made from.",
    caughtBy: ["do.id.name.kept"],
    defect: { env: (env) => patchGetter(namespaceOf(env).idFromName("any"), "name", () => undefined) },
  },
  {
    name: "id-of-any-text",
    what: "Any text is taken for an id.",
    caughtBy: ["do.id.text.invalid", "do.id.text.foreign", "do.id.round-trip", "do.id.unique.object", "do.id.equals"],
    defect: { env: (env) => patch(namespaceOf(env), "idFromString", (_original, given, self) => (self as Namespace).idFromName(String(given[0]))) },
  },
  {
    name: "id-unique-repeats",
    what: "Ids that are to be unique repeat.",
    caughtBy: ["do.id.unique", "do.id.unique.object", "do.id.equals"],
    defect: { env: (env) => patch(namespaceOf(env), "newUniqueId", (_original, _given, self) => (self as Namespace).idFromName("not unique")) },
  },
  {
    name: "id-shared-by-classes",
    what: "Two classes share their ids.",
    caughtBy: ["do.id.class"],
    defect: { env: (env) => patch(namespaceOf(env), "idFromName", (original, given, self) => (self === env["OTHERS"] ? (env["PROBES"] as Namespace).idFromName(String(given[0])) : original(...given))) },
  },
  {
    name: "hint-makes-another-object",
    what: "A location hint leads to another object.",
    caughtBy: ["do.id.location-hint"],
    defect: { env: (env) => patch(namespaceOf(env), "get", (original, given, self) => original(given[1] === undefined ? given[0] : unique(self))) },
  },
  {
    name: "two-owners",
    what: "Each PoP has its own instance of an object.",
    caughtBy: ["do.instance.one", "do.instance.at-once", "do.instance.first-contact", "do.instance.storage", "do.instance.memory"],
    isSplit: true,
    defect: {},
  },
];
