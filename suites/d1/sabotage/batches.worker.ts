// Defects of batches and of writes that meet.
import { type Call, type CarryOut, type Defect, nothing, type PlantedSabotage, value } from "./defect.worker.js";

/** A defect of batches alone. */
const batch = (instead: (call: Call, carryOut: CarryOut) => Promise<unknown>): Defect => ({ call: (call, carryOut) => (call.method === "batch" ? instead(call, carryOut) : carryOut()) });
const isChange = (sql: string): boolean => /^(INSERT|UPDATE|DELETE)/.test(sql);

/** One after the other, each by itself. */
async function oneByOne({ statements }: Call, carryOut: CarryOut, betweenMs = 0): Promise<unknown> {
  const given: unknown[] = [];
  let failed: unknown;
  for (const one of statements) {
    try {
      given.push(await carryOut({ method: "run", statements: [one] }));
    } catch (error) {
      failed ??= error;
    }
    if (betweenMs > 0) await scheduler.wait(betweenMs);
  }
  if (failed !== undefined) throw failed as Error;
  return given;
}

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "batch-half-applied",
    what: "A batch that fails keeps what was done, and goes on after the error.",
    caughtBy: [
      "d1.batch.rollback.constraint", "d1.batch.rollback.syntax", "d1.batch.rollback.missing-table", "d1.batch.rollback.first", "d1.batch.rollback.schema", "d1.batch.rollback.deletion", "d1.rpc.error", "d1.limit.statement.batch",
    ],
    defect: batch((call, carryOut) => oneByOne(call, carryOut)),
  },
  {
    name: "batch-seen-between",
    what: "Others see what a batch has done so far.",
    caughtBy: ["d1.batch.dirty", "d1.batch.skew"],
    defect: batch((call, carryOut) => oneByOne(call, carryOut, call.statements.some(({ sql }) => isChange(sql)) && !call.statements.some(({ sql }) => sql.startsWith("CREATE")) ? 5 : 0)),
  },
  {
    name: "batch-cut-by-another",
    what: "A batch that begins while another is under way is over after its first change.",
    caughtBy: ["d1.batch.concurrent"],
    defect: (() => {
      let open = 0;
      return batch(async ({ statements }, carryOut) => {
        const isAlone = open++ === 0;
        try {
          return await carryOut(isAlone ? {} : { statements: statements.filter(({ sql }, index) => index === 0 || !isChange(sql)) });
        } finally {
          open--;
        }
      });
    })(),
  },
  {
    name: "batch-out-of-order",
    what: "The changes of a batch are made before its queries.",
    caughtBy: ["d1.batch.order"],
    defect: batch(async ({ statements }, carryOut) => {
      const order = [...statements.keys()].sort((one, other) => rank(statements[one]?.sql) - rank(statements[other]?.sql));
      const given = (await carryOut({ statements: order.flatMap((index) => statements[index] ?? []) })) as readonly unknown[];
      return statements.map((_, index) => given[order.indexOf(index)]);
    }),
  },
  {
    name: "batch-results-mixed",
    what: "Results of a batch come as they are ready.",
    caughtBy: ["d1.batch.results", "d1.meta.batch"],
    defect: value("batch", (given) => [...(given as readonly unknown[])].reverse()),
  },
  {
    name: "batch-in-parts",
    what: "A large batch is made as several.",
    caughtBy: ["d1.batch.large"],
    defect: batch(async ({ statements }, carryOut) => {
      const given: unknown[] = [];
      for (let at = 0; at < statements.length; at += 100) given.push(...((await carryOut({ statements: statements.slice(at, at + 100) })) as readonly unknown[]));
      return given;
    }),
  },
  {
    name: "batch-is-one-statement",
    what: "The limit of a statement counts the whole batch.",
    caughtBy: ["d1.limit.statement.batch"],
    defect: batch((call, carryOut) => {
      if (call.statements.reduce((sum, { sql }) => sum + sql.length, 0) > 100_000) throw new Error("D1_ERROR: statement too long: SQLITE_TOOBIG");
      return carryOut();
    }),
  },
  {
    name: "writes-lost",
    what: "Of writes that come at once some are lost.",
    caughtBy: ["d1.write.concurrent", "d1.database.counter"],
    defect: {
      call: (() => {
        let count = 0;
        return async (call: Call, carryOut: CarryOut): Promise<unknown> => (/SET n = n \+ 1/.test(call.statements[0]?.sql ?? "") && ++count % 7 === 0 ? nothing : carryOut());
      })(),
    },
  },
];

function rank(sql = ""): number {
  return sql.startsWith("CREATE") ? 0 : isChange(sql) ? 1 : 2;
}
