// Defects of databases as a whole: which one answers, and for how long it keeps what it was given.
import { asked, type Place, type PlantedSabotage } from "./defect.worker.js";

/** Another in each life of an isolate. */
let life: string | undefined;

const databaseOf = ({ env }: Place, binding: string): D1Database => {
  const found = env[binding] ?? env["DB"];
  if (found === undefined) throw new Error("a database expected; there is none");
  return found;
};

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "database-one-for-all",
    what: "All bindings are the same database.",
    caughtBy: ["d1.database.apart", "d1.bookmark.refused.another"],
    defect: { database: (place) => databaseOf(place, "DB") },
  },
  {
    name: "database-in-memory",
    what: "A database goes with the isolate that used it.",
    caughtBy: ["d1.database.kept"],
    defect: asked((one) => ({ ...one, sql: one.sql.replace(/\bt_/g, `t_${(life ??= crypto.randomUUID().slice(0, 8))}_`) })),
  },
  {
    name: "database-of-the-deployment",
    what: "Each deployment has a database of its own.",
    caughtBy: ["d1.database.shared"],
    defect: asked((one, { deployment }) => ({ ...one, sql: one.sql.replace(/\bt_/g, `t_${deployment.replaceAll("-", "_")}_`) })),
  },
  {
    name: "database-of-the-pop",
    what: "Each PoP has a database of its own, with the same schema.",
    caughtBy: ["d1.database.everywhere", "d1.database.counter"],
    defect: asked((one, { popId }) => (one.sql.startsWith("CREATE TABLE") || popId === "a" ? one : { ...one, sql: one.sql.replace(/\bt_(\w+)/g, "(SELECT NULL AS v, NULL AS n)").replace(/^(INSERT|UPDATE).*/, "SELECT 1") })),
  },
];
