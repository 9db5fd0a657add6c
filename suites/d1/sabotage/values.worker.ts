// Defects of values: what is bound, and what comes back of it.
import { asked, bound, nothing, results, type PlantedSabotage } from "./defect.worker.js";

const isBytes = (one: unknown): one is ArrayBuffer | ArrayBufferView => one instanceof ArrayBuffer || ArrayBuffer.isView(one);
/** Keeps a refusal of one type from being seen. */
const forgiving = (kind: string, ...ids: readonly [string, ...string[]]): PlantedSabotage => ({
  name: `value-${kind}-forgiven`,
  what: `A value of type ${kind} is taken for null.`,
  caughtBy: ids.map((id) => `d1.value.refused.${id}`) as unknown as PlantedSabotage["caughtBy"],
  defect: bound((one) => (typeof one === kind && !isBytes(one) && !Array.isArray(one) ? null : one)),
});

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "value-null-is-text",
    what: "null is stored as an empty text.",
    caughtBy: ["d1.value.null"],
    defect: bound((one) => one ?? ""),
  },
  {
    name: "value-numbers-single",
    what: "Numbers are kept with seven digits.",
    caughtBy: ["d1.value.number"],
    defect: bound((one) => (typeof one === "number" ? Number(one.toPrecision(7)) : one)),
  },
  {
    name: "value-text-in-ascii",
    what: "Text is kept in ASCII.",
    caughtBy: ["d1.value.text"],
    defect: bound((one) => (typeof one === "string" ? one.replace(/[^\x00-\x7f]/g, "?") : one)),
  },
  {
    name: "value-boolean-is-text",
    what: "true and false are stored as words.",
    caughtBy: ["d1.value.boolean"],
    defect: bound((one) => (typeof one === "boolean" ? String(one) : one)),
  },
  {
    name: "value-bytes-in-base64",
    what: "Bytes are stored as text.",
    caughtBy: ["d1.value.array-buffer", "d1.value.view", "d1.value.bytes"],
    defect: bound((one) => (isBytes(one) || Array.isArray(one) ? "AP8B" : one)),
  },
  {
    name: "value-bytes-cut",
    what: "Of bytes the last one is lost on the way back.",
    caughtBy: ["d1.value.array-buffer", "d1.value.view", "d1.value.bytes", "d1.rpc.result"],
    defect: results((result) => ({ ...result, results: result.results.map((row) => Object.fromEntries(Object.entries(row).map(([name, one]) => [name, Array.isArray(one) ? one.slice(0, -1) : one]))) })),
  },
  forgiving("undefined", "undefined"),
  forgiving("bigint", "bigint"),
  forgiving("symbol", "symbol"),
  forgiving("object", "object"),
  forgiving("function", "function"),
  {
    name: "value-in-words",
    what: "A bound number is stored as text whatever the column.",
    caughtBy: ["d1.value.affinity"],
    defect: asked((one) => ({ ...one, sql: one.sql.replace("(i INTEGER, r REAL, t TEXT)", "(i TEXT, r TEXT, t TEXT)") })),
  },
  {
    name: "value-pasted-in",
    what: "What is bound is put into the statement's text.",
    caughtBy: ["d1.value.inert"],
    defect: {
      async call(call, carryOut) {
        const pasted = call.statements.map(({ sql, params }) => ({ sql: (params ?? []).reduce<string>((text, one) => text.replace("?", () => `'${String(one)}'`), sql) }));
        // Such a text may be several statements.
        return carryOut({ statements: pasted.flatMap(({ sql }) => sql.split("; ").filter((one) => !one.startsWith("--")).map((one) => ({ sql: one }))) });
      },
    },
  },
  {
    name: "value-numbers-as-text",
    what: "Numbers come back as text.",
    caughtBy: ["d1.rpc.result", "d1.result.raw", "d1.statement.trailing", "d1.value.number"],
    defect: {
      async call(call, carryOut) {
        const given = await carryOut();
        return JSON.parse(JSON.stringify(given), (_, one: unknown) => (typeof one === "number" ? String(one) : one)) as unknown;
      },
    },
  },
  {
    name: "values-unbound",
    what: "Statements that bind values do nothing.",
    caughtBy: ["d1.import", "d1.batch.results"],
    defect: {
      async call(call, carryOut) {
        const [first] = call.statements;
        if (first?.params === undefined) return carryOut();
        return call.method === "batch" ? call.statements.map(() => nothing) : nothing;
      },
    },
  },
];
