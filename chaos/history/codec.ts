// A history as text: one JSON operation a line, nanoseconds as decimal strings because they exceed JSON's safe
// integers. Reading is the parse boundary: what comes out of here is a well-formed operation or an error with its line.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";

const outcomes = ["ok", "fail", "info"] as const;
const fields = new Set(["process", "outcome", "action", "key", "input", "output", "callNs", "returnNs", "popId"]);
/** Longest decimal string taken for a nanosecond time: 2^63 has 19 digits. */
const maxDigits = 19;

/** One operation as a line, without the line end. */
export function encodeOperation(operation: Operation): string {
  const { callNs, returnNs, ...rest } = operation;
  return JSON.stringify({ ...rest, callNs: callNs.toString(), returnNs: returnNs === null ? null : returnNs.toString() });
}

/** A whole history as the text of a file. */
export function encodeHistory(operations: readonly Operation[]): string {
  return operations.map((operation) => `${encodeOperation(operation)}\n`).join("");
}

/**
 * Reads one line.
 * @param lineNumber counted from 1, for the message
 * @returns the operation
 * @throws EdgemarkError usage.input that names the line and everything that is wrong with it
 */
export function decodeOperation(line: string, lineNumber: number): Operation {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw malformed(lineNumber, `not JSON: ${messageOf(cause)}`, cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw malformed(lineNumber, `${show(parsed)} instead of an object`);
  }
  // The one place where unknown JSON becomes fields; each is checked below.
  const raw = parsed as Record<string, unknown>;
  const problems: string[] = [];
  const process = raw["process"];
  const outcome = outcomes.find((known) => known === raw["outcome"]);
  const action = raw["action"];
  const key = raw["key"];
  const popId = raw["popId"];
  const callNs = nanoseconds(raw["callNs"]);
  const returnNs = raw["returnNs"] === null ? null : nanoseconds(raw["returnNs"]);
  if (typeof process !== "number" || !Number.isSafeInteger(process) || process < 0) problems.push(`process is ${show(process)}, not an integer from 0`);
  if (outcome === undefined) problems.push(`outcome is ${show(raw["outcome"])}, not ok, fail or info`);
  if (typeof action !== "string" || action === "") problems.push(`action is ${show(action)}, not a word`);
  if (typeof key !== "string") problems.push(`key is ${show(key)}, not a string`);
  if (popId !== undefined && typeof popId !== "string") problems.push(`popId is ${show(popId)}, not a string`);
  if (callNs === undefined) problems.push(`callNs is ${show(raw["callNs"])}, not a string of digits`);
  if (returnNs === undefined) problems.push(`returnNs is ${show(raw["returnNs"])}, neither a string of digits nor null`);
  if (outcome === "info" && typeof returnNs === "bigint") problems.push("outcome info has a return; a lost answer has returnNs null");
  if (outcome !== undefined && outcome !== "info" && returnNs === null) problems.push(`outcome ${outcome} has no return`);
  if (typeof callNs === "bigint" && typeof returnNs === "bigint" && returnNs < callNs) problems.push("it returns before it is called");
  for (const name in raw) if (!fields.has(name)) problems.push(`unknown field ${show(name)}`);
  if (
    problems.length > 0 ||
    typeof process !== "number" ||
    outcome === undefined ||
    typeof action !== "string" ||
    typeof key !== "string" ||
    callNs === undefined ||
    returnNs === undefined
  ) {
    throw malformed(lineNumber, problems.join("; "));
  }
  // What was parsed becomes the operation itself: a copy would cost as much as the parsing, and lie further from its values.
  raw["callNs"] = callNs;
  raw["returnNs"] = returnNs;
  return raw as unknown as Operation;
}

function nanoseconds(value: unknown): bigint | undefined {
  if (typeof value !== "string" || value.length > maxDigits || !/^\d+$/.test(value)) return undefined;
  return BigInt(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function malformed(lineNumber: number, problem: string, cause?: unknown): EdgemarkError {
  return new EdgemarkError(
    "usage.input",
    `expected one JSON operation a line; line ${lineNumber}: ${problem}; correct the line or record the history again`,
    { cause, facts: { lineNumber } },
  );
}
