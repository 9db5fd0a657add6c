// D1 operations from the driver's side: typed requests to the fixture worker, and the failure of one as an assertion.
import { AssertionError } from "node:assert";
import type { Binding } from "../../contract/target/types.js";
import type { DeployedFixture, Fixture } from "../check.js";
import { memberOf } from "../tools/member.js";

const bindings: readonly Binding[] = [
  { kind: "d1", name: "DB", database: "edgemark-d1-suite" },
  { kind: "d1", name: "OTHER", database: "edgemark-d1-suite-other" },
];

/** The D1 suite's worker: two databases, operations by request. */
export const d1Fixture: Fixture = { name: "d1", program: new URL("../fixtures/d1.worker.js", import.meta.url), bindings };

/** The same worker, whose binding speaks RPC to the platform instead of HTTP. */
export const d1RpcFixture: Fixture = { ...d1Fixture, name: "d1-rpc", compatibilityFlags: ["d1_binding_jsrpc"] };

/** A statement with what is bound to it. */
export interface D1Statement {
  readonly sql: string;
  readonly params?: readonly unknown[];
}

export interface D1Operation extends Partial<D1Statement> {
  readonly op: "all" | "run" | "first" | "raw" | "batch" | "exec" | "bookmark" | "reuse" | "concurrent" | "repeat" | "surface";
  /** A binding of the fixture; default DB. */
  readonly database?: string;
  readonly session?: string;
  readonly start?: string;
  readonly column?: string;
  readonly columnNames?: boolean;
  readonly statements?: readonly D1Statement[];
  readonly operations?: readonly D1Operation[];
  readonly times?: number;
}

export interface D1Refused {
  readonly ok: false;
  readonly name: string;
  readonly message: string;
  readonly cause: string;
}

export type D1Answer = { readonly ok: true; readonly value: unknown } | D1Refused;

/** A result as all() and run() give it. */
export interface D1Result {
  readonly success: unknown;
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface D1Client {
  /** Carries operations out in one invocation, one after the other, and gives every answer. */
  attempt(operations: readonly D1Operation[], options?: { readonly deadlineMs?: number }): Promise<readonly D1Answer[]>;
  /** Operations of one invocation that must all succeed. @throws AssertionError with the first error */
  all(operations: readonly D1Operation[], options?: { readonly deadlineMs?: number }): Promise<readonly unknown[]>;
  /** One operation that must succeed. @throws AssertionError with the platform's error */
  run(operation: D1Operation, options?: { readonly deadlineMs?: number }): Promise<unknown>;
  /** Rows of one statement. */
  rows(sql: string, ...params: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Statements as one batch. */
  batch(...statements: readonly (D1Statement | string)[]): Promise<readonly D1Result[]>;
}

/** A client of the fixture at one PoP. @param pop default the first @param database a binding, for operations that name none */
export function d1Client(fixture: DeployedFixture, pop?: string, database?: string): D1Client {
  async function attempt(operations: readonly D1Operation[], options: { readonly deadlineMs?: number } = {}): Promise<readonly D1Answer[]> {
    const response = await fixture.request({
      ...(pop === undefined ? {} : { pop }),
      ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
      method: "POST",
      path: "/operations",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(database === undefined ? operations : operations.map((operation) => ({ database, ...operation }))),
    });
    if (response.status !== 200) throw new AssertionError({ message: `the fixture answered ${response.status}: ${response.text.slice(0, 300)}`, expected: 200, actual: response.status });
    return answersOf(response.json(), operations.length);
  }

  async function all(operations: readonly D1Operation[], options: { readonly deadlineMs?: number } = {}): Promise<readonly unknown[]> {
    return (await attempt(operations, options)).map((answer, index) => valueOf(answer, operations[index]));
  }

  return {
    attempt,
    all,
    async run(operation, options = {}) {
      const [value] = await all([operation], options);
      return value;
    },
    async rows(sql, ...params) {
      const [value] = await all([{ op: "all", sql, ...(params.length === 0 ? {} : { params }) }]);
      return resultOf(value).results;
    },
    async batch(...statements) {
      const [value] = await all([{ op: "batch", statements: statements.map((one) => (typeof one === "string" ? { sql: one } : one)) }]);
      return resultsOf(value);
    },
  };
}

function answersOf(body: unknown, count: number): readonly D1Answer[] {
  if (!Array.isArray(body) || body.length !== count) throw new AssertionError({ message: `the fixture answers one result per operation; ${JSON.stringify(body).slice(0, 300)} came` });
  return body.map(answerOf);
}

/** An answer of the fixture to one operation. */
export function answerOf(answer: unknown): D1Answer {
  if (memberOf(answer, "ok") === true) return { ok: true, value: memberOf(answer, "value") };
  return { ok: false, name: textOf(answer, "name"), message: textOf(answer, "message"), cause: textOf(answer, "cause") };
}

function textOf(value: unknown, name: string): string {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : "";
}

function valueOf(answer: D1Answer, operation: D1Operation | undefined): unknown {
  if (answer.ok) return answer.value;
  const what = operation?.sql ?? operation?.statements?.map(({ sql }) => sql).join("; ") ?? "";
  throw new AssertionError({ message: `${operation?.op ?? "an operation"} ${JSON.stringify(what.slice(0, 120))} was refused: ${answer.name}: ${answer.message}` });
}

/** @throws AssertionError when it is no result of a query */
export function resultOf(value: unknown): D1Result {
  const results = memberOf(value, "results");
  const meta = memberOf(value, "meta");
  if (!Array.isArray(results) || typeof meta !== "object" || meta === null) throw new AssertionError({ message: "a query gives {success, results, meta}", actual: value });
  return value as D1Result;
}

/** @throws AssertionError when it is no list of results */
export function resultsOf(value: unknown): readonly D1Result[] {
  if (!Array.isArray(value)) throw new AssertionError({ message: "a batch gives a list of results", actual: value });
  return value.map(resultOf);
}

/** @throws AssertionError unless the operation was refused with a message that has all of the words */
export function assertRefused(answer: D1Answer | undefined, ...words: readonly RegExp[]): asserts answer is D1Refused {
  if (answer === undefined || answer.ok) throw new AssertionError({ message: "the operation is refused", expected: "an error", actual: answer?.value ?? "success" });
  for (const word of words) {
    if (!word.test(`${answer.name}: ${answer.message}`)) throw new AssertionError({ message: `the error says ${word}`, expected: String(word), actual: `${answer.name}: ${answer.message}` });
  }
}
