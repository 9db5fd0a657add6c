// How many bytes a value takes as structured clone writes it down, without writing it: storage's limits count these. Only
// values that are about to be stored are measured, so the walk costs less than what follows it.

/** @returns bytes of the text in UTF-8; Infinity as soon as it is certain that they are more than `atMost` */
export function utf8Bytes(text: string, atMost: number): number {
  if (text.length > atMost) return Infinity;
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Half of a pair counts two: three bytes more than one come from each whole pair.
    if (code > 0x7f) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/** Bytes of a number in sevens of bits. */
function varint(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

const wide = /[^\u0000-\u00ff]/;

function textBytes(text: string): number {
  const bytes = text.length * (wide.test(text) ? 2 : 1);
  return 1 + varint(bytes) + bytes;
}

function numberBytes(value: number): number {
  const isSmall = Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) < 2 ** 30;
  return isSmall ? 1 + varint(value < 0 ? -2 * value - 1 : 2 * value) : 9;
}

function bigintBytes(value: bigint): number {
  const digits = 8 * Math.ceil((value < 0n ? -value : value).toString(16).length / 16);
  return value === 0n ? 2 : 1 + varint(2 * digits) + digits;
}

const headerBytes = 2;

/**
 * @param value anything; what cannot be stored counts nothing, as storage refuses it in its own words
 * @param atMost where measuring ends
 * @returns its bytes when written down, about; more than `atMost` as soon as that is certain
 */
export function storedBytes(value: unknown, atMost: number): number {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  let bytes = headerBytes;
  while (waiting.length > 0 && bytes <= atMost) {
    const next = waiting.pop();
    switch (typeof next) {
      case "string":
        bytes += textBytes(next);
        break;
      case "number":
        bytes += numberBytes(next);
        break;
      case "bigint":
        bytes += bigintBytes(next);
        break;
      case "object":
        if (next === null) bytes++;
        else if (seen.has(next)) bytes += 2;
        else {
          seen.add(next);
          bytes += objectBytes(next, waiting);
        }
        break;
      default:
        bytes++;
    }
  }
  return bytes;
}

/** @returns what the object itself takes; what it holds is put into `waiting` */
function objectBytes(object: object, waiting: unknown[]): number {
  if (ArrayBuffer.isView(object)) {
    waiting.push(object.buffer);
    return 2 + varint(object.byteOffset) + varint(object.byteLength) + 1;
  }
  if (object instanceof ArrayBuffer) return 1 + varint(object.byteLength) + object.byteLength;
  if (object instanceof Date) return 9;
  if (object instanceof RegExp) return textBytes(object.source) + 2;
  if (object instanceof Map) {
    for (const [key, value] of object) waiting.push(key, value);
    return 2 + varint(2 * object.size);
  }
  if (object instanceof Set) {
    for (const value of object) waiting.push(value);
    return 2 + varint(object.size);
  }
  return propertiesBytes(object, waiting);
}

function propertiesBytes(object: object, waiting: unknown[]): number {
  const names = Object.keys(object);
  let bytes = 2 + varint(names.length);
  for (const name of names) {
    if (!Array.isArray(object)) bytes += numberOrTextBytes(name);
    // A getter is the program's own, and is called once: by storage.
    waiting.push(Reflect.getOwnPropertyDescriptor(object, name)?.value);
  }
  return Array.isArray(object) ? 3 + 2 * varint(object.length) : bytes;
}

function numberOrTextBytes(name: string): number {
  return /^(?:0|[1-9]\d{0,8})$/.test(name) ? numberBytes(Number(name)) : textBytes(name);
}
