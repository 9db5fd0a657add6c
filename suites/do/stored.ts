// The checks of what objects keep: cases that run inside objects or beside them, one request each.
import type { Check, CheckContext, Fixture } from "../check.js";
import { memberOf } from "../tools/member.js";
import { loadObjectCases, runCase } from "./cases.js";
import { doCheck } from "./check.js";

/** One worker for all cases of storage; its program is stored.worker.ts. */
export const storedFixture: Fixture = {
  name: "do-stored",
  program: new URL("./stored.worker.js", import.meta.url),
  bindings: [
    { kind: "durable_object", name: "STORED", className: "Stored", sqlite: true },
    { kind: "durable_object", name: "LEGACY", className: "Legacy", sqlite: false },
    { kind: "durable_object", name: "PREPARED", className: "Prepared", sqlite: true },
  ],
};

/** The checks of one case file. @param area its name without the suffix */
async function storedChecks(area: string): Promise<readonly Check[]> {
  return (await loadObjectCases(`./cases/${area}.worker.js`)).map((unit) => {
    const figures = memberOf(unit, "figures");
    return doCheck({
      id: unit.id,
      promise: unit.promise,
      fixture: storedFixture,
      ...(unit.claims === undefined ? {} : { claims: unit.claims }),
      ...(unit.needs === undefined ? {} : { needs: unit.needs }),
      run: (context) => runCase(context, unit.id, undefined, Array.isArray(figures) ? `&figures=${figures.map((figure) => figureOf(context, figure)).join(",")}` : ""),
    });
  });
}

/** A documented figure, which is written in its claim only. */
function figureOf(context: CheckContext, figure: unknown): number {
  const [claim = "", limit] = Array.isArray(figure) ? figure.map(String) : [];
  return limit === undefined ? context.threshold(claim) : context.limit(claim, limit);
}

const areas = ["values", "values-sync", "listing", "sql", "sql-statements", "sql-language", "sql-limits", "transactions", "writes", "gates"] as const;

export const storedCaseChecks: readonly Check[] = (await Promise.all(areas.map((area) => storedChecks(area)))).flat();
