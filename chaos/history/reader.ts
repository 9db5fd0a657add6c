// Reads a history file as a stream, so that a long or hostile file costs memory only for what is kept: lines and the
// number of operations are bounded, and text must be UTF-8.
import { createReadStream } from "node:fs";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import { decodeOperation } from "./codec.js";

export interface ReadLimits {
  /** Longest line, default 1 MiB: a KV value of a workload is short, and a file without line ends must not fill memory. */
  readonly maxLineBytes?: number;
  /** Default 2,000,000, about 1 GB of memory. */
  readonly maxOperations?: number;
}

/**
 * Reads operations from bytes as they come; empty lines are skipped.
 * @throws EdgemarkError usage.input with the line number
 */
export async function* readOperations(chunks: AsyncIterable<Uint8Array>, limits: ReadLimits = {}): AsyncGenerator<Operation> {
  const { maxOperations = 2_000_000 } = limits;
  let count = 0;
  for await (const { text, number } of lines(chunks, limits.maxLineBytes ?? 1024 * 1024)) {
    if (text.trim() === "") continue;
    if (++count > maxOperations) throw tooMuch(number, `more than ${maxOperations} operations`, "split the history by key");
    yield decodeOperation(text, number);
  }
}

/**
 * Reads a whole history file.
 * @throws EdgemarkError usage.input when the file cannot be read or a line is not an operation
 */
export async function readHistoryFile(path: string, limits: ReadLimits = {}): Promise<Operation[]> {
  const operations: Operation[] = [];
  const stream = createReadStream(path);
  try {
    for await (const operation of readOperations(stream, limits)) operations.push(operation);
  } catch (cause) {
    if (cause instanceof EdgemarkError) throw new EdgemarkError(cause.code, `${path}: ${cause.message}`, { cause, facts: cause.facts });
    throw new EdgemarkError("usage.input", `expected a history file; cannot read ${path}: ${messageOf(cause)}; check the path`, { cause });
  } finally {
    stream.destroy();
  }
  return operations;
}

async function* lines(chunks: AsyncIterable<Uint8Array>, maxLineBytes: number): AsyncGenerator<{ text: string; number: number }> {
  const newline = 0x0a;
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  let number = 1;

  function add(part: Uint8Array): void {
    sizeBytes += part.length;
    if (sizeBytes > maxLineBytes) throw tooMuch(number, `longer than ${maxLineBytes} bytes`, "one operation a line, ended by a line feed");
    if (part.length > 0) parts.push(part);
  }
  function take(): { text: string; number: number } {
    const line = { text: decode(Buffer.concat(parts), number), number };
    parts = [];
    sizeBytes = 0;
    number++;
    return line;
  }
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    add(chunk.subarray(from));
  }
  if (sizeBytes > 0) yield take();
}

function decode(bytes: Uint8Array, lineNumber: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected UTF-8; line ${lineNumber} is not; record the history again`, { cause, facts: { lineNumber } });
  }
}

function tooMuch(lineNumber: number, what: string, advice: string): EdgemarkError {
  return new EdgemarkError("usage.input", `expected a history within its limits; line ${lineNumber}: ${what}; ${advice}`, { facts: { lineNumber } });
}
