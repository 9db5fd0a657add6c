// Reads JSON of a stranger. The parser itself takes any depth, but whatever walks over the value later, to compare it or
// to show it, would run out of stack, and the target's answer would look like our own mistake.

/** Far deeper than any answer of a fixture. */
const deepestJson = 200;

/** @throws SyntaxError for what is not JSON, or is nested deeper than a fixture ever answers */
export function parsedWithin(text: string): unknown {
  const value: unknown = JSON.parse(text);
  let level: readonly object[] = isObject(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > deepestJson) throw new SyntaxError(`JSON of at most ${deepestJson} levels expected; it is nested deeper`);
    level = level.flatMap((one) => Object.values(one).filter(isObject));
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
