// Defects of limits: on the one side what is allowed is refused, on the other what is too much is taken.
import { type Defect, failing, nothing, refusing, type PlantedSabotage } from "./defect.worker.js";

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const sizeOf = (value: unknown): number => (typeof value === "string" ? bytesOf(value) : value instanceof ArrayBuffer ? value.byteLength : 0);
/** What is too much is taken for a success. */
const generous: Defect = failing((error, { method, statements }) => {
  if (!/too long|too big|too many|too complex|variable/i.test(error.message)) throw error;
  return method === "batch" ? statements.map(() => nothing) : nothing;
});

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "limits-off",
    what: "What is over a limit succeeds.",
    caughtBy: [
      "d1.limit.statement", "d1.limit.statement.bytes", "d1.limit.statement.batch", "d1.limit.parameters", "d1.limit.columns", "d1.limit.arguments", "d1.limit.pattern",
    ],
    defect: generous,
  },
  {
    name: "limit-statement-in-characters",
    what: "A statement's length counts characters.",
    caughtBy: ["d1.limit.statement.bytes"],
    defect: failing((error, { statements }) => {
      if (/too long|too big/i.test(error.message) && statements.every(({ sql }) => sql.length <= 100_000)) return nothing;
      throw error;
    }),
  },
  {
    name: "limits-halved",
    what: "Half of what is documented is too much.",
    caughtBy: ["d1.limit.statement", "d1.limit.parameters", "d1.limit.columns", "d1.limit.arguments", "d1.limit.pattern", "d1.limit.text", "d1.limit.blob"],
    defect: refusing(
      ({ sql, params = [] }) => bytesOf(sql) > 50_000 || params.length > 50 || sql.split(",").length > 50 || (/max\(/.test(sql) && sql.split(",").length > 16) || (/LIKE|GLOB/.test(sql) && sizeOf(params[0]) > 25) || params.some((one) => sizeOf(one) > 1_000_000),
      "too big",
    ),
  },
  {
    name: "limit-connections-refused",
    what: "A seventh query at once is refused.",
    caughtBy: ["d1.limit.connections"],
    defect: {
      call: (() => {
        let open = 0;
        return async (_call, carryOut): Promise<unknown> => {
          if (open >= 6) throw new Error("D1_ERROR: too many queries at once");
          open++;
          return carryOut().finally(() => open--);
        };
      })(),
    },
  },
  {
    name: "limit-queries-of-plan",
    what: "The fiftieth query of an invocation is the last.",
    caughtBy: ["d1.limit.queries"],
    defect: {
      call: (() => {
        const asked = new WeakMap<object, number>();
        return async ({ place }, carryOut): Promise<unknown> => {
          const count = (asked.get(place) ?? 0) + 1;
          asked.set(place, count);
          if (count > 50) throw new Error("D1_ERROR: too many queries of one invocation");
          return carryOut();
        };
      })(),
    },
  },
];
