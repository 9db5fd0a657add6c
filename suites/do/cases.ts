// Turns cases that run in a worker beside its objects into checks: one request each, and what the case threw is the failure.
import { AssertionError } from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import { capabilities } from "../../contract/target/types.js";
import type { Check, CheckContext, Fixture } from "../check.js";
import { memberOf } from "../tools/member.js";
import type { ObjectCase } from "./case.js";
import { doCheck } from "./check.js";

/**
 * Loads a case file.
 * @param file the compiled file, beside this one: "./cases/ids.worker.js"
 * @throws EdgemarkError harness.internal when the file does not export cases
 */
export async function loadObjectCases(file: string): Promise<readonly ObjectCase[]> {
  const module: unknown = await import(new URL(file, import.meta.url).href);
  const cases = memberOf(module, "cases");
  if (!Array.isArray(cases) || !cases.every(isCase)) {
    throw new EdgemarkError("harness.internal", `a list of cases in ${file} expected; something else is exported; build again`);
  }
  return cases;
}

function isCase(value: unknown): value is ObjectCase {
  const needs = memberOf(value, "needs");
  const areTexts = ["id", "promise"].every((name) => typeof memberOf(value, name) === "string");
  return areTexts && typeof memberOf(value, "run") === "function" && (needs === undefined || (Array.isArray(needs) && needs.every((name) => typeof name === "string" && Object.hasOwn(capabilities, name))));
}

/**
 * The checks of one case file, those of other PoPs included.
 * @param fixture what carries the cases; it answers GET /case/<id>?unique=<word> and GET /touch?unique=<word>
 */
export async function objectCaseChecks(file: string, fixture: Fixture): Promise<readonly Check[]> {
  return (await loadObjectCases(file)).flatMap((unit) => {
    const common = { fixture, ...(unit.claims === undefined ? {} : { claims: unit.claims }), ...(unit.needs === undefined ? {} : { needs: unit.needs }) };
    const here = doCheck({ ...common, id: unit.id, promise: unit.promise, run: (context) => runCase(context, unit.id) });
    if (unit.isAlsoRemote === undefined) return [here];
    const there = doCheck({
      ...common,
      id: `${unit.id}.remote`,
      promise: `${unit.promise}, when the object lives at another PoP`,
      level: "distributed",
      pops: 2,
      async run(context) {
        const [home, away] = context.target.pops;
        const touched = await context.fixture.request({ ...(home === undefined ? {} : { pop: home.id }), path: `/touch?unique=${context.unique}` });
        if (touched.status !== 200) throw new AssertionError({ message: `an object at ${home?.id} expected; ${touched.status} came: ${touched.text.slice(0, 200)}` });
        await runCase(context, unit.id, away?.id);
      },
    });
    return [here, there];
  });
}

/**
 * Runs one case on the target.
 * @param pop default the first
 * @param more further parameters of the request, each beginning with "&"
 * @throws AssertionError with what the case threw
 */
export async function runCase(context: CheckContext, id: string, pop?: string, more = ""): Promise<void> {
  const response = await context.fixture.request({ ...(pop === undefined ? {} : { pop }), path: `/case/${id}?unique=${context.unique}${more}` });
  if (response.status !== 200) throw new AssertionError({ message: `the case's outcome expected; the runtime answered ${response.status}: ${response.text.slice(0, 200)}` });
  const outcome = response.json();
  if (memberOf(outcome, "ok") === true) return;
  const text = (name: string): string => {
    const value = memberOf(outcome, name);
    return typeof value === "string" ? value : "";
  };
  const message = text("name") === "CaseFailure" ? text("message") : `${text("name")}: ${text("message")}`;
  // A failed comparison shows both sides; an exception of the runtime has none.
  if (text("expected") === "") throw new AssertionError({ message });
  throw new AssertionError({ message, expected: text("expected"), actual: text("observed"), operator: "case" });
}
