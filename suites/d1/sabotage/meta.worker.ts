// Defects of the numbers beside a result.
import { meta, type Result, type PlantedSabotage } from "./defect.worker.js";

const isQuery = (sql: string): boolean => sql.startsWith("SELECT");

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "meta-without-timings",
    what: "Results do not say how long they took.",
    caughtBy: ["d1.meta.fields"],
    defect: meta(({ timings: _, ...rest }) => rest),
  },
  {
    name: "meta-size-as-text",
    what: "Sizes are written as text with a unit.",
    caughtBy: ["d1.meta.fields", "d1.meta.size"],
    defect: meta((all) => ({ ...all, size_after: `${String(all["size_after"])} bytes` })),
  },
  {
    name: "meta-changes-kept",
    what: "A query says what the write before it changed.",
    caughtBy: ["d1.meta.changes"],
    defect: meta((all, { sql }) => (isQuery(sql) ? { ...all, changes: 1 } : all)),
  },
  {
    name: "meta-changes-one",
    what: "A write changes one row, however many it changed.",
    caughtBy: ["d1.meta.changes", "d1.meta.batch"],
    defect: meta((all) => ({ ...all, changes: Math.min(1, Number(all["changes"])) })),
  },
  {
    name: "meta-last-row-zero",
    what: "The number of the row that was inserted last is not told.",
    caughtBy: ["d1.meta.last-row-id", "d1.meta.batch"],
    defect: meta((all) => ({ ...all, last_row_id: 0 })),
  },
  {
    name: "meta-always-changed",
    what: "Every statement is said to have changed the database.",
    caughtBy: ["d1.meta.changed"],
    defect: meta((all) => ({ ...all, changed_db: true })),
  },
  {
    name: "meta-reads-results",
    what: "Rows read are those of the result.",
    caughtBy: ["d1.meta.rows-read"],
    defect: meta((all) => ({ ...all, rows_read: 1 })),
  },
  {
    name: "meta-writes-without-indexes",
    what: "Entries of indexes are not counted.",
    caughtBy: ["d1.meta.rows-written"],
    defect: meta((all) => ({ ...all, rows_written: Number(all["changes"]) })),
  },
  {
    name: "meta-size-fixed",
    what: "A database says that it is always as large.",
    caughtBy: ["d1.meta.size"],
    defect: meta((all) => ({ ...all, size_after: 4_096 })),
  },
  {
    name: "meta-of-the-batch",
    what: "Each result of a batch has the numbers of the last.",
    caughtBy: ["d1.meta.batch"],
    defect: {
      async call(call, carryOut) {
        const given = await carryOut();
        if (call.method !== "batch") return given;
        const all = given as readonly Result[];
        return all.map((one) => ({ ...one, meta: all.at(-1)?.meta ?? one.meta }));
      },
    },
  },
  {
    name: "meta-attempts-doubled",
    what: "Each query takes two attempts.",
    caughtBy: ["d1.meta.attempts"],
    defect: meta((all) => ({ ...all, total_attempts: 2 })),
  },
  {
    name: "meta-served-nowhere",
    what: "Results do not say which region served them.",
    caughtBy: ["d1.meta.served"],
    defect: meta(({ served_by_region: _, ...rest }) => rest),
  },
];
