// A worker for the suite's own tests: runs a case as the fixture does, but with the case's subject taken away or made
// inert first. A case that still passes proves nothing.
import { allCases } from "./cases/all.worker.js";
import { outcomeOf } from "../tools/isolate-server.js";

// What the saboteur itself needs, kept before anything is broken.
const { Response, JSON, Reflect, Object, setTimeout, Promise } = globalThis;

/** Answers everything with nothing: callable, constructible, any property of an instance is a function of that kind. */
function inert(): unknown {
  const nothing = function (): undefined {
    return undefined;
  };
  return new Proxy(function Inert() {}, {
    apply: () => undefined,
    construct: () => new Proxy({}, { get: (_target, name) => (name === "then" ? undefined : nothing) }),
    get: (target, name) => (name === "prototype" ? (Reflect.get(target, name) as unknown) : name === "then" ? undefined : nothing),
  });
}

/** Breaks what a dotted path names. @returns what puts it back */
function sabotage(path: string, how: string): () => void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let holder: object = globalThis;
  for (const name of names) holder = Reflect.get(holder, name) as object;
  // A property that is inherited (crypto.subtle.digest) is broken where it is found first: on the object itself.
  const before = Reflect.getOwnPropertyDescriptor(holder, last);
  const value = how === "absent" ? undefined : inert();
  const isBroken = Reflect.defineProperty(holder, last, { configurable: true, writable: true, enumerable: false, value });
  if (!isBroken) throw new Error(`cannot break ${path}`);
  return () => {
    if (before === undefined) Reflect.deleteProperty(holder, last);
    else Object.defineProperty(holder, last, before);
  };
}

export default {
  async fetch(request: Request): Promise<Response> {
    const [, how = "", id = ""] = /\/(intact|absent|inert)\/([\w.-]+)$/.exec(request.url) ?? [];
    const unit = allCases.find((candidate) => candidate.id === id);
    if (unit === undefined) return new Response(`no case ${id}`, { status: 404 });
    // As it is, a case takes the time that it takes: on a machine that stood still a second is over at once.
    if (how === "intact") return new Response(JSON.stringify(await outcomeOf(unit)));
    const restore = sabotage(unit.subject, how);
    try {
      // A broken subject may leave a case waiting for ever; that is a failure too. No case waits for as long as this by itself.
      const late = new Promise((resolve) => setTimeout(resolve, 400, { ok: false, name: "Late", message: "no outcome within 400 ms" }));
      const outcome: unknown = await Promise.race([outcomeOf(unit), late]);
      return new Response(JSON.stringify(outcome));
    } finally {
      restore();
    }
  },
};
