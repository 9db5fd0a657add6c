// What a defect may take hold of, and how: the engine's classes are patched in the isolate of the fixture, before the
// fixture's own code sees them.
import type { Sabotage } from "./sabotage.js";

type Bindings = Readonly<Record<string, unknown>>;

export interface Defect {
  /** Before the first event of an isolate; called for each event and each object, so it patches once (`patch` does). */
  readonly env?: (env: Bindings) => void;
  /** Before an object's constructor. */
  readonly state?: (ctx: DurableObjectState, env: Bindings, className: string) => void;
  /** After an object's constructor. */
  readonly object?: (object: object, ctx: DurableObjectState, className: string) => void;
  /** Around the program's fetch handler. */
  readonly fetch?: (request: Request, next: (request: Request) => Promise<Response>, env: Bindings) => Promise<Response>;
}

export type PlantedSabotage = Sabotage<Defect>;

/** A function that is patched: called with the object it belongs to, the original and what it was given. */
export type Replacement = (original: (...given: unknown[]) => unknown, given: unknown[], self: object) => unknown;

const patched = new WeakMap<object, Set<string>>();

/**
 * Replaces a method of an object's class, once in an isolate.
 * @param of an instance; its prototype chain is searched for the method
 */
export function patch(of: object, name: string, replacement: Replacement): void {
  let holder: object | null = of;
  while (holder !== null && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder) as object | null;
  if (holder === null) throw new TypeError(`a method ${name} to break expected; there is none`);
  const names = patched.get(holder) ?? new Set();
  if (names.has(name)) return;
  patched.set(holder, names.add(name));
  const original = Reflect.get(holder, name) as (...given: unknown[]) => unknown;
  Object.defineProperty(holder, name, {
    configurable: true,
    writable: true,
    value(this: object, ...given: unknown[]): unknown {
      return replacement((...passed) => Reflect.apply(original, this, passed), given, this);
    },
  });
}

/** Replaces an accessor of an object's class, once in an isolate. */
export function patchGetter(of: object, name: string, replacement: (original: () => unknown, self: object) => unknown): void {
  let holder: object | null = of;
  while (holder !== null && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder) as object | null;
  const descriptor = holder === null ? undefined : Object.getOwnPropertyDescriptor(holder, name);
  if (holder === null || descriptor?.get === undefined) throw new TypeError(`an accessor ${name} to break expected; there is none`);
  const names = patched.get(holder) ?? new Set();
  if (names.has(name)) return;
  patched.set(holder, names.add(name));
  const { get } = descriptor;
  Object.defineProperty(holder, name, {
    ...descriptor,
    get(this: object): unknown {
      return replacement(() => Reflect.apply(get, this, []), this);
    },
  });
}

/** Every namespace of an environment; the same class, so that patching one patches all. */
export function namespaceOf(env: Bindings): DurableObjectNamespace {
  const found = Object.values(env).find((value) => typeof value === "object" && value !== null && "idFromName" in value);
  if (found === undefined) throw new TypeError("a namespace of objects expected in env; there is none");
  return found as DurableObjectNamespace;
}

/** A call of a stub: what was asked, and how to carry it out. */
export interface StubCall {
  readonly property: string;
  readonly given: unknown[];
  readonly stub: object;
  carryOut(...given: unknown[]): unknown;
}

/** Puts a defect around every method call of every stub (fetch included). */
export function patchStubs(env: Bindings, onCall: (call: StubCall) => unknown): void {
  for (const name of ["get", "getByName"]) {
    patch(namespaceOf(env), name, (original, given) => {
      const stub = original(...given) as object;
      return new Proxy(stub, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property, target);
          if (typeof property !== "string" || typeof value !== "function") return value;
          // Called on the stub itself: a method of a stub that is taken away from it is refused.
          const carryOut = (...passed: unknown[]): unknown => Reflect.apply(Reflect.get(target, property, target) as (...of: unknown[]) => unknown, target, passed);
          return Object.assign((...passed: unknown[]) => onCall({ property, given: passed, stub: target, carryOut }), {});
        },
      });
    });
  }
}
