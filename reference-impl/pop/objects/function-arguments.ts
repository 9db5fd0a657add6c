// Counts the arguments of SQL functions, of which the engine allows more than is documented.
import { tokensOf } from "../d1/tokens.js";

/** Functions that take any number of arguments; of all others SQLite knows how many they take. */
const variadic: ReadonlySet<string> = new Set(
  ["max", "min", "coalesce", "printf", "format", "char", "concat", "concat_ws", "json_array", "json_object", "json_insert", "json_replace", "json_set", "json_remove", "json_extract"].flatMap((name) => [name, name.replace("json_", "jsonb_")]),
);

/** @returns whether a text has at least so many commas: most statements have not, and need not be read */
function hasCommas(sql: string, count: number): boolean {
  let at = -1;
  for (let found = 0; found < count; found++) {
    at = sql.indexOf(",", at + 1);
    if (at === -1) return false;
  }
  return true;
}

/**
 * @param most arguments that a function may have
 * @returns the name of the first function that has more
 */
export function overloadedFunction(sql: string, most: number): string | undefined {
  if (!hasCommas(sql, most)) return undefined;
  const tokens = tokensOf(sql);
  const open: { name: string | undefined; commas: number }[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== "symbol") continue;
    const before = tokens[index - 1];
    const innermost = open.at(-1);
    if (text === "(") open.push({ name: before?.kind === "word" && variadic.has(before.text) ? before.text : undefined, commas: 0 });
    else if (text === ")") open.pop();
    else if (text === "," && innermost !== undefined && ++innermost.commas >= most && innermost.name !== undefined) return innermost.name;
  }
  return undefined;
}
