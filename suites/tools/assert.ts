// Assertions for programs inside an isolate: plain ECMAScript, so that they work where nothing else does. Strict on
// purpose: `holds` accepts only true itself, because a stub that answers anything truthy must not pass.

/** A promise that did not hold, with both sides as text. */
export class CaseFailure extends Error {
  readonly expected: string;
  readonly observed: string;

  constructor(what: string, expected: string, observed: string) {
    super(`${what}: expected ${expected}, observed ${observed}`);
    this.name = "CaseFailure";
    this.expected = expected;
    this.observed = observed;
  }
}

/** A value as text, for people: strings quoted, errors with their name, byte arrays in full up to 64 bytes. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 300 ? `${value.slice(0, 300)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name}`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) {
    const bytes = Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    return `bytes[${bytes.length}] ${bytes.slice(0, 64).join(" ")}`;
  }
  if (typeof value === "object" && value !== null) {
    try {
      return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner)) ?? Object.prototype.toString.call(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}

/** The very same value (Object.is). @throws CaseFailure */
export function same(observed: unknown, expected: unknown, what: string): void {
  if (!Object.is(observed, expected)) throw new CaseFailure(what, show(expected), show(observed));
}

/** Equal structure, compared as text; for plain data and bytes. @throws CaseFailure */
export function alike(observed: unknown, expected: unknown, what: string): void {
  if (show(observed) !== show(expected)) throw new CaseFailure(what, show(expected), show(observed));
}

/** Exactly true. @throws CaseFailure */
export function holds(condition: unknown, what: string): asserts condition {
  if (condition !== true) throw new CaseFailure(what, "true", show(condition));
}

function nameOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null || !("name" in thrown)) return show(thrown);
  return String(thrown.name);
}

function judge(thrown: unknown, names: readonly string[], what: string): unknown {
  if (!names.includes(nameOf(thrown))) throw new CaseFailure(what, `an error named ${names.join(" or ")}`, show(thrown));
  return thrown;
}

/** Throws an error with one of the names. @returns the error @throws CaseFailure */
export function throws(action: () => unknown, names: readonly string[], what: string): unknown {
  let returned: unknown;
  try {
    returned = action();
  } catch (thrown) {
    return judge(thrown, names, what);
  }
  throw new CaseFailure(what, `an error named ${names.join(" or ")}`, `it returned ${show(returned)}`);
}

/** A promise that rejects with an error of one of the names. @returns the error @throws CaseFailure */
export async function rejects(action: () => unknown, names: readonly string[], what: string): Promise<unknown> {
  let resolved: unknown;
  try {
    resolved = await action();
  } catch (thrown) {
    return judge(thrown, names, what);
  }
  throw new CaseFailure(what, `a rejection named ${names.join(" or ")}`, `it resolved to ${show(resolved)}`);
}

/** UTF-8 bytes of ASCII text, without TextEncoder (which may be what is tested). */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Text of ASCII bytes, without TextDecoder. */
export function textOf(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
}

/** Lower-case hexadecimal of bytes. */
export function hex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A global by name, as unknown: for what the type library does not know or a runtime may lack. */
export function globalOf(name: string): unknown {
  return Reflect.get(globalThis, name);
}
