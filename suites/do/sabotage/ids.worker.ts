// Defects of ids, names and stubs.
import { namespaceOf, patch, type PlantedSabotage } from "./defect.worker.js";

const unique = (namespace: object): DurableObjectId => (namespace as DurableObjectNamespace).newUniqueId();

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "id-of-name-varies",
    what: "The same name gives another id each time.",
    caughtBy: ["do.id.name", "do.id.by-name", "do.id.inside"],
    defect: { env: (env) => patch(namespaceOf(env), "idFromName", (_original, _given, self) => unique(self)) },
  },
  {
    name: "id-ignores-name",
    what: "All names give the same id.",
    caughtBy: ["do.id.name"],
    defect: { env: (env) => patch(namespaceOf(env), "idFromName", (original) => original("all")) },
  },
];
