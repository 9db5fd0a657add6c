// Answers one case a request from inside an isolate. Shared by the fixtures that carry cases; plain Workers code.
import type { CaseOutcome, IsolateCase } from "./case.js";
import { show } from "./assert.js";

/** Runs one case and turns whatever it throws into data. */
export async function outcomeOf(unit: Pick<IsolateCase, "run">): Promise<CaseOutcome> {
  try {
    await unit.run();
    return { ok: true };
  } catch (thrown) {
    const isObject = typeof thrown === "object" && thrown !== null;
    const field = (name: string): string => (isObject && typeof Reflect.get(thrown, name) === "string" ? String(Reflect.get(thrown, name)) : "");
    return {
      ok: false,
      name: field("name") || typeof thrown,
      message: field("message") || show(thrown),
      expected: field("expected"),
      observed: field("observed"),
      stack: field("stack"),
    };
  }
}

/** Answers GET /case/<id> with the case's outcome, anything else with 404. */
export async function serveCase(url: string, cases: readonly IsolateCase[]): Promise<Response> {
  // Parsed by hand: URL may be the very thing that is broken.
  const id = /^[^?#]*\/case\/([\w.-]+)/.exec(url)?.[1];
  const unit = cases.find((candidate) => candidate.id === id);
  const [status, body] = unit === undefined ? [404, { error: `no case ${String(id)} here` }] : [200, await outcomeOf(unit)];
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}
