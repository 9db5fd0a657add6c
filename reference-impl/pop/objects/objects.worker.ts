// Runs in the isolate of a worker that defines Durable Objects, around its classes: holds the documented limits of storage
// that the engine does not hold. The methods of storage are replaced where all objects of the isolate find them, when the
// first one is made; classes, instances and all else stay what they are.
import { overloadedFunction } from "./function-arguments.js";
import { limits, tooBig } from "./limits.js";
import { storedBytes, utf8Bytes } from "./sizes.js";

type Method = (this: object, ...given: unknown[]) => unknown;
type Guard = (self: object, given: readonly unknown[]) => Error | undefined;

/** Storage and transactions of the older kind, which has limits of its own. */
const older = new WeakSet();
const guarded = new WeakSet();

/** @returns the class; making an instance of it sees to the limits first */
export function guard<T>(type: T, hasSql: boolean): T {
  if (typeof type !== "function") return type;
  const made: object = new Proxy(type, {
    construct(target, given: unknown[], newTarget) {
      const state: unknown = given[0];
      if (typeof state === "object" && state !== null && "storage" in state) limitStorage(state.storage as DurableObjectStorage, hasSql);
      return Reflect.construct(target, given, newTarget === made ? target : newTarget) as object;
    },
  });
  return made as T;
}

function limitStorage(storage: DurableObjectStorage, hasSql: boolean): void {
  if (!hasSql) older.add(storage);
  limitKeys(storage);
  if (!once(storage, "transaction")) return limitSql(storage, hasSql);
  replace(storage, "transaction", (transaction) =>
    function (...[run, ...more]) {
      if (typeof run !== "function") return Reflect.apply(transaction, this, [run, ...more]);
      const guardedRun = (inside: object): unknown => {
        if (older.has(this)) older.add(inside);
        limitKeys(inside);
        return Reflect.apply(run, undefined, [inside]);
      };
      return Reflect.apply(transaction, this, [guardedRun, ...more]);
    },
  );
  limitSql(storage, hasSql);
}

function limitSql(storage: DurableObjectStorage, hasSql: boolean): void {
  if (!hasSql) return;
  if (once(storage.sql, "exec")) refuseAtOnce(storage.sql, "exec", (_self, given) => tooMuchForSql(given));
  if (once(storage.kv, "put")) refuseAtOnce(storage.kv, "put", (self, [key, value]) => pairError(self, key, value));
}

/** get, put and delete of storage, or of a transaction. */
function limitKeys(storage: object): void {
  if (!once(storage, "put")) return;
  refuseLater(storage, "get", (self, [keys]) => keysError(self, keys));
  refuseLater(storage, "delete", (self, [keys]) => keysError(self, keys));
  refuseLater(storage, "put", (self, [first, second]) => (typeof first === "object" && first !== null ? pairsError(self, first) : pairError(self, first, second)));
}

/** Whether a method has still to be replaced, where all objects of its kind find it. */
function once(object: object, name: string): boolean {
  const prototype = prototypeOf(object);
  const method: unknown = Reflect.get(prototype, name);
  return typeof method === "function" && !guarded.has(method);
}

function prototypeOf(object: object): object {
  return Reflect.getPrototypeOf(object) ?? object;
}

function replace(object: object, name: string, make: (method: Method) => Method): void {
  const prototype = prototypeOf(object);
  const descriptor = Reflect.getOwnPropertyDescriptor(prototype, name);
  if (descriptor === undefined || typeof descriptor.value !== "function") return;
  const made = make(descriptor.value as Method);
  // A method has no prototype of its own, and the engine's have these names and no length.
  const method = { [name](this: object, ...given: unknown[]): unknown { return Reflect.apply(made, this, given); } }[name];
  if (method === undefined) return;
  guarded.add(method);
  Reflect.defineProperty(prototype, name, { ...descriptor, value: method });
}

function refuseAtOnce(object: object, name: string, refusal: Guard): void {
  replace(object, name, (method) =>
    function (...given) {
      const error = refusal(this, given);
      if (error !== undefined) throw error;
      return Reflect.apply(method, this, given);
    },
  );
}

function refuseLater(object: object, name: string, refusal: Guard): void {
  replace(object, name, (method) =>
    function (...given) {
      const error = refusal(this, given);
      return error === undefined ? Reflect.apply(method, this, given) : Promise.reject(error);
    },
  );
}

function keysError(self: object, keys: unknown): Error | undefined {
  if (!Array.isArray(keys)) return keyError(self, keys);
  if (keys.length > limits.keysPerCall) return new RangeError(`Maximum number of keys is ${limits.keysPerCall}.`);
  return firstOf(keys, (key) => keyError(self, key));
}

function keyError(self: object, key: unknown): Error | undefined {
  if (typeof key !== "string" || !older.has(self) || key.length * 3 <= limits.olderKeyBytes) return undefined;
  const bytes = utf8Bytes(key, 3 * key.length);
  return bytes > limits.olderKeyBytes ? new RangeError(`Keys cannot be larger than ${limits.olderKeyBytes} bytes. A key of size ${bytes} was provided.`) : undefined;
}

function pairsError(self: object, pairs: object): Error | undefined {
  const keys = Object.keys(pairs);
  if (keys.length > limits.keysPerCall) return new RangeError(`Maximum number of pairs is ${limits.keysPerCall}.`);
  return firstOf(keys, (key) => pairError(self, key, Reflect.getOwnPropertyDescriptor(pairs, key)?.value));
}

function pairError(self: object, key: unknown, value: unknown): Error | undefined {
  if (older.has(self)) {
    const bytes = storedBytes(value, limits.olderValueBytes);
    return keyError(self, key) ?? (bytes > limits.olderValueBytes ? new RangeError(`Values cannot be larger than ${limits.olderValueBytes} bytes. A value of size ${bytes} was provided.`) : undefined);
  }
  const keyBytes = typeof key === "string" ? utf8Bytes(key, limits.valueBytes) : 0;
  return keyBytes + storedBytes(value, limits.valueBytes) > limits.valueBytes ? new Error(tooBig) : undefined;
}

function tooMuchForSql([statement, ...bound]: readonly unknown[]): Error | undefined {
  if (bound.some(isTooBig)) return new Error(tooBig);
  const name = typeof statement === "string" ? overloadedFunction(statement, limits.functionArguments) : undefined;
  return name === undefined ? undefined : new Error(`too many arguments on function ${name}: SQLITE_ERROR`);
}

function isTooBig(value: unknown): boolean {
  if (typeof value === "string") return value.length * 3 > limits.valueBytes && utf8Bytes(value, limits.valueBytes) > limits.valueBytes;
  return (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) && value.byteLength > limits.valueBytes;
}

function firstOf<T>(values: readonly T[], errorOf: (value: T) => Error | undefined): Error | undefined {
  for (const value of values) {
    const error = errorOf(value);
    if (error !== undefined) return error;
  }
  return undefined;
}
