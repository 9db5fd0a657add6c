// KV operations from the driver's side: typed requests to the fixture worker, and the failure of one as an assertion.
import { AssertionError } from "node:assert";
import type { Binding } from "../../contract/target/types.js";
import type { CheckContext, DeployedFixture, Fixture } from "../check.js";
import { memberOf } from "../tools/member.js";

const bindings: readonly Binding[] = [
  { kind: "kv", name: "KV", namespace: "edgemark-kv-suite" },
  { kind: "kv", name: "OTHER", namespace: "edgemark-kv-suite-other" },
];

/** The KV suite's worker: two namespaces, operations by request. */
export const kvFixture: Fixture = { name: "kv", program: new URL("../fixtures/kv.worker.js", import.meta.url), bindings };

export interface KvOperation {
  readonly op: "put" | "get" | "getWithMetadata" | "bulk" | "bulkWithMetadata" | "delete" | "list" | "putMany" | "deleteMany" | "digest" | "patternDigest";
  readonly namespace?: "KV" | "OTHER";
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly type?: string;
  readonly text?: string;
  readonly base64?: string;
  readonly json?: unknown;
  readonly sizeBytes?: number;
  readonly options?: Readonly<Record<string, unknown>>;
}

export type KvAnswer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly name: string; readonly message: string };

/** A value as the fixture describes it. */
export interface KvValue {
  readonly text?: string;
  readonly base64?: string;
  readonly json?: unknown;
  readonly kind?: "arrayBuffer" | "stream";
}

export interface KvPage {
  readonly keys: readonly { readonly name: string; readonly expiration?: number; readonly metadata?: unknown }[];
  readonly list_complete: boolean;
  readonly cursor?: string;
}

export interface KvClient {
  /** Carries operations out in one invocation and gives every answer. */
  attempt(operations: readonly KvOperation[], options?: { readonly deadlineMs?: number }): Promise<readonly KvAnswer[]>;
  /** One operation that must succeed. @throws AssertionError with the platform's error */
  run(operation: KvOperation, options?: { readonly deadlineMs?: number }): Promise<unknown>;
  put(key: string, text: string, options?: Readonly<Record<string, unknown>>): Promise<void>;
  /** @returns the text, null when absent */
  get(key: string, options?: Readonly<Record<string, unknown>>): Promise<string | null>;
  delete(key: string): Promise<void>;
  list(options?: Readonly<Record<string, unknown>>): Promise<KvPage>;
}

/** A client of the fixture at one PoP. @param pop default the first */
export function kvClient(fixture: DeployedFixture, pop?: string): KvClient {
  async function attempt(operations: readonly KvOperation[], options: { readonly deadlineMs?: number } = {}): Promise<readonly KvAnswer[]> {
    const response = await fixture.request({
      ...(pop === undefined ? {} : { pop }),
      ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
      method: "POST",
      path: "/operations",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(operations),
    });
    if (response.status !== 200) throw new AssertionError({ message: `the fixture answered ${response.status}: ${response.text.slice(0, 300)}`, expected: 200, actual: response.status });
    return parseAnswers(response.json(), operations.length);
  }

  async function run(operation: KvOperation, options: { readonly deadlineMs?: number } = {}): Promise<unknown> {
    const [answer] = await attempt([operation], options);
    if (answer?.ok === true) return answer.value;
    throw new AssertionError({ message: `${operation.op} of ${JSON.stringify(operation.key ?? operation.keys?.length ?? "")} was refused: ${answer?.name}: ${answer?.message}` });
  }

  return {
    attempt,
    run,
    async put(key, text, options) {
      await run({ op: "put", key, text, ...(options === undefined ? {} : { options }) });
    },
    async get(key, options) {
      return textOf(await run({ op: "get", key, ...(options === undefined ? {} : { options }) }));
    },
    async delete(key) {
      await run({ op: "delete", key });
    },
    async list(options = {}) {
      return pageOf(await run({ op: "list", options }));
    },
  };
}

function parseAnswers(body: unknown, count: number): readonly KvAnswer[] {
  if (!Array.isArray(body) || body.length !== count) throw new AssertionError({ message: `the fixture answers one result per operation; ${JSON.stringify(body).slice(0, 300)} came` });
  return body.map((answer: unknown) => {
    if (memberOf(answer, "ok") === true) return { ok: true, value: memberOf(answer, "value") };
    return { ok: false, name: textMemberOf(answer, "name"), message: textMemberOf(answer, "message") };
  });
}

function textMemberOf(value: unknown, name: string): string {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : `no ${name}`;
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  const text = memberOf(value, "text");
  if (typeof text !== "string") throw new AssertionError({ message: "a text value was expected", actual: value });
  return text;
}

/** @throws AssertionError when it is no page of a listing */
export function pageOf(value: unknown): KvPage {
  const keys = memberOf(value, "keys");
  if (!Array.isArray(keys) || typeof memberOf(value, "list_complete") !== "boolean") throw new AssertionError({ message: "list() gives {keys, list_complete}", actual: value });
  const nameless = keys.findIndex((key) => typeof memberOf(key, "name") !== "string");
  if (nameless !== -1) throw new AssertionError({ message: "list() gives keys with a name each", actual: keys[nameless] });
  return value as KvPage;
}

/** @throws AssertionError unless the operation was refused with a message that has all of the words */
export function assertRefused(answer: KvAnswer | undefined, words: readonly RegExp[]): void {
  if (answer === undefined || answer.ok) throw new AssertionError({ message: "the operation is refused", expected: "an error", actual: answer?.value ?? "success" });
  for (const word of words) {
    if (!word.test(`${answer.name}: ${answer.message}`)) throw new AssertionError({ message: `the error says ${word}`, expected: String(word), actual: `${answer.name}: ${answer.message}` });
  }
}

/** Ids of all PoPs of the target. */
export function popsOf(context: CheckContext): readonly string[] {
  return context.target.pops.map((pop) => pop.id);
}
