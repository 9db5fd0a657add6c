// SQL as tokens: enough to know what a statement does without running it. SQLite is the judge of everything else; what
// is cut here wrongly, it refuses.

export type TokenKind = "word" | "name" | "string" | "number" | "parameter" | "symbol";

export interface Token {
  readonly kind: TokenKind;
  /** Words and quoted names in lower case and without their quotes; others as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const wordStart = /[A-Za-z_\u0080-\uffff]/;
const wordPart = /[A-Za-z0-9_$\u0080-\uffff]/;
const digit = /[0-9]/;

/** The tokens of a text, comments and white space left out. An unfinished string or comment goes to the text's end. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const start = at;
    const character = sql.charAt(at);
    if (/\s/.test(character)) at++;
    else if (sql.startsWith("--", at)) at = endOr(sql, sql.indexOf("\n", at), 1);
    else if (sql.startsWith("/*", at)) at = endOr(sql, sql.indexOf("*/", at + 2), 2);
    else if (character === "'") {
      at = quotedEnd(sql, at, "'");
      tokens.push({ kind: "string", text: sql.slice(start, at), start, end: at });
    } else if (character === '"' || character === "`" || character === "[") {
      const close = character === "[" ? "]" : character;
      at = quotedEnd(sql, at, close);
      const inner = sql.slice(start + 1, at - 1).toLowerCase();
      tokens.push({ kind: "name", text: character === "[" ? inner : inner.replaceAll(close + close, close), start, end: at });
    } else if ((character === "x" || character === "X") && sql.charAt(at + 1) === "'") {
      at = quotedEnd(sql, at + 1, "'");
      tokens.push({ kind: "string", text: sql.slice(start, at), start, end: at });
    } else if (wordStart.test(character)) {
      while (at < sql.length && wordPart.test(sql.charAt(at))) at++;
      tokens.push({ kind: "word", text: sql.slice(start, at).toLowerCase(), start, end: at });
    } else if (digit.test(character) || (character === "." && digit.test(sql.charAt(at + 1)))) {
      at += /^(?:0x[0-9a-f_]+|[0-9_]*\.?[0-9_]*(?:e[+-]?[0-9_]+)?)/i.exec(sql.slice(at, at + 400))?.[0].length ?? 1;
      at = Math.max(at, start + 1);
      tokens.push({ kind: "number", text: sql.slice(start, at), start, end: at });
    } else if ("?:@$".includes(character)) {
      at++;
      while (at < sql.length && wordPart.test(sql.charAt(at))) at++;
      tokens.push({ kind: "parameter", text: sql.slice(start, at), start, end: at });
    } else {
      at++;
      tokens.push({ kind: "symbol", text: character, start, end: at });
    }
  }
  return tokens;
}

function endOr(sql: string, found: number, length: number): number {
  return found === -1 ? sql.length : found + length;
}

/** Where a quoted text that starts at `at` ends; a doubled quote is part of it (brackets know none). */
function quotedEnd(sql: string, at: number, close: string): number {
  let end = at + 1;
  for (;;) {
    const found = sql.indexOf(close, end);
    if (found === -1) return sql.length;
    if (close === "]" || sql.charAt(found + 1) !== close) return found + 1;
    end = found + 2;
  }
}

/**
 * The tokens statement by statement. A trigger's body holds semicolons of its own and ends with END.
 * @returns statements that hold something, without their semicolons
 */
export function statementsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  /** BEGIN and CASE that are open inside a trigger. */
  let open = 0;
  for (const token of tokens) {
    if (token.kind === "symbol" && token.text === ";" && open === 0) {
      if (current.length > 0) statements.push(current);
      current = [];
      continue;
    }
    current.push(token);
    if (token.kind !== "word" || !isTrigger(current)) continue;
    if (token.text === "begin" || (token.text === "case" && open > 0)) open++;
    else if (token.text === "end" && open > 0) open--;
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

function isTrigger(statement: readonly Token[]): boolean {
  if (statement[0]?.text !== "create") return false;
  return statement.slice(1, 3).some((token) => token.kind === "word" && token.text === "trigger");
}
