// The program around a worker on runtimes that know no env and no ctx: written beside the worker's modules, it supplies
// both. What it supplies is the adapter's work, not the runtime's, and the adapter's notes say so.

/** Said by every adapter that uses the entry. */
export const entryNote = "env (text, secret and json bindings) and ctx are supplied by the adapter, in a program around the worker; the runtime has neither";

/**
 * @param mainModule path of the worker's main module, beside the program
 * @param serve JavaScript that serves `handle(request)` and prints "listening <port>"
 */
export function entryProgram(mainModule: string, env: Readonly<Record<string, unknown>>, serve: string): string {
  return `import worker from ${JSON.stringify(`./${mainModule}`)};
const env = JSON.parse(${JSON.stringify(JSON.stringify(env))});
if (typeof worker?.fetch !== "function") throw new TypeError("the worker's default export has no fetch()");
const ctx = () => ({
  waitUntil: (promise) => void Promise.resolve(promise).catch((error) => console.error(error)),
  passThroughOnException: () => undefined,
  props: {},
});
const handle = (request) => worker.fetch(request, env, ctx());
${serve}
`;
}
