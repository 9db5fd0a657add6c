// Turns the cases that run inside an isolate into checks. The lists are loaded from the very files the fixtures bundle,
// so that what is counted is what is there, whatever the target answers.
import { AssertionError } from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import { capabilities, type Capability } from "../../contract/target/types.js";
import type { Check, Fixture } from "../check.js";
import type { CaseOutcome, IsolateCase } from "../tools/case.js";

/** Carries every case but those of Node's modules. */
export const isolateFixture: Fixture = {
  name: "isolate",
  program: new URL("../fixtures/isolate.worker.js", import.meta.url),
  bindings: [],
};

/** Carries the cases of Node's modules. */
export const nodeFixture: Fixture = {
  name: "isolate-node",
  program: new URL("../fixtures/isolate-node.worker.js", import.meta.url),
  bindings: [],
  compatibilityFlags: ["nodejs_compat"],
};

/** The case files of the isolate fixture, by area; a new one is a line here and one in cases/all.worker.ts. */
export const isolateAreas = [
  "api-globals",
  "api-fetch",
  "api-compression",
  "api-streams",
  "api-writable",
  "api-wasm",
  "body",
  "crypto",
  "own",
  "html-rewriter",
  "streams",
  "url-text",
  // Last, because some runtimes end their process over an error that nobody handles, a moment after they have answered;
  // what comes next is in another fixture.
  "api-events",
  "api-errors",
] as const;

/**
 * Loads a case file.
 * @param area its name without the suffix
 * @throws EdgemarkError harness.internal when the file does not export cases
 */
export async function loadCases(area: string): Promise<readonly IsolateCase[]> {
  const module: unknown = await import(new URL(`./cases/${area}.worker.js`, import.meta.url).href);
  const cases: unknown = typeof module === "object" && module !== null ? Reflect.get(module, "cases") : undefined;
  if (!Array.isArray(cases) || !cases.every(isCase)) {
    throw new EdgemarkError("harness.internal", `a list of cases in ${area}.worker.js expected; something else is exported; build again`);
  }
  return cases;
}

function isCase(value: unknown): value is IsolateCase {
  if (typeof value !== "object" || value === null) return false;
  const texts = ["id", "promise", "subject"].every((name) => typeof Reflect.get(value, name) === "string");
  const lists = ["claims", "needs"].map((name): unknown => Reflect.get(value, name)).every((list) => list === undefined || isTextList(list));
  const needs: unknown = Reflect.get(value, "needs");
  return texts && lists && typeof Reflect.get(value, "run") === "function" && (!isTextList(needs) || needs.every(isCapability));
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function isCapability(name: string): name is Capability {
  return Object.hasOwn(capabilities, name);
}

/**
 * The checks of one case file.
 * @param fixture the fixture that carries the file
 * @param needs capabilities that all of its cases need
 */
export async function isolateChecks(area: string, fixture: Fixture = isolateFixture, needs: readonly Capability[] = []): Promise<readonly Check[]> {
  return (await loadCases(area)).map((unit) => ({
    id: unit.id,
    promise: unit.promise,
    level: "isolate",
    needs: ["workers", ...needs, ...(unit.needs ?? [])],
    ...(unit.claims === undefined ? {} : { claims: unit.claims }),
    fixture,
    async run(context) {
      const response = await context.fixture.request({ path: `/case/${unit.id}` });
      if (response.status !== 200) {
        throw new AssertionError({ message: `the case's outcome expected; the runtime answered ${response.status}: ${response.text.slice(0, 200)}` });
      }
      judge(parseOutcome(response.json()));
    },
  }));
}

function judge(outcome: CaseOutcome): void {
  if (outcome.ok) return;
  const message = outcome.name === "CaseFailure" ? outcome.message : `${outcome.name}: ${outcome.message}`;
  // A failed comparison shows both sides; an exception of the runtime has none.
  if (outcome.expected === "") throw new AssertionError({ message });
  throw new AssertionError({ message, expected: outcome.expected, actual: outcome.observed, operator: "case" });
}

/** @throws AssertionError when the answer is not an outcome: the runtime answered for the fixture */
function parseOutcome(answer: unknown): CaseOutcome {
  const field = (name: string): unknown => (typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined);
  if (field("ok") === true) return { ok: true };
  const text = (name: string): string => {
    const value = field(name);
    return typeof value === "string" ? value : "";
  };
  if (field("ok") !== false) throw new AssertionError({ message: `the case's outcome expected; ${JSON.stringify(answer)?.slice(0, 200)} came` });
  return { ok: false, name: text("name"), message: text("message"), expected: text("expected"), observed: text("observed"), stack: text("stack") };
}
