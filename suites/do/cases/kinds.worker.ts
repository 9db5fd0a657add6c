// The kinds of values that storage keeps.

/** One value of each kind that structured clone keeps, and how it is told from another after storage. */
export const kinds: readonly (readonly [name: string, value: unknown, tell: (value: unknown) => unknown])[] = [
  ["null", null, (value) => value],
  ["true", true, (value) => value],
  ["number", 1.5e300, (value) => value],
  ["negative zero", -0, (value) => Object.is(value, -0)],
  ["not a number", NaN, (value) => Number.isNaN(value)],
  ["infinity", -Infinity, (value) => value],
  ["large integer", 2n ** 80n, (value) => String(value as bigint)],
  ["text", "plain \u0000 é 漢字 😀 \r\n", (value) => value],
  ["date", new Date(1_700_000_000_123), (value) => (value instanceof Date ? value.getTime() : "no date")],
  ["pattern", /a+b/giu, (value) => (value instanceof RegExp ? `${value.source}/${value.flags}` : "no pattern")],
  ["map", new Map<unknown, unknown>([["k", 1], [2, new Map([["inner", true]])]]), (value) => (value instanceof Map ? [...value.keys(), (value.get(2) as Map<string, unknown>).get("inner")] : "no map")],
  ["set", new Set(["x", 3]), (value) => (value instanceof Set ? [...value] : "no set")],
  ["bytes", Uint8Array.of(0, 127, 255), (value) => (value instanceof Uint8Array ? [...value] : "no bytes")],
  ["buffer", Uint8Array.of(9, 8).buffer, (value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : "no buffer")],
  ["floats", Float64Array.of(0.1, -2), (value) => (value instanceof Float64Array ? [...value] : "no floats")],
  ["error", new RangeError("kept"), (value) => (value instanceof RangeError ? value.message : "no error")],
  ["nested", { a: [1, { b: undefined }, null], "": "empty name" }, (value) => (Object.hasOwn((value as { a: [number, object] }).a[1], "b") ? JSON.stringify(value) : "b is lost")],
  ["holes", [1, , 3], (value) => (Array.isArray(value) && value.length === 3 && !(1 in value) ? (value[2] as unknown) : "no hole")],
];
