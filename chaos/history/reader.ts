// Reads a history file as a stream, so that a long or hostile file costs memory only for what is kept: lines and the
// number of operations are bounded, and text must be UTF-8.
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import { decodeOperation } from "./codec.js";

const newline = 0x0a;
/** A chunk is decoded at once: many lines, and few turns of the event loop. */
const chunkBytes = 1024 * 1024;

export interface ReadLimits {
  /** Longest line, default 1 MiB: a KV value of a workload is short, and a file without line ends must not fill memory. */
  readonly maxLineBytes?: number;
  /** Default 2,000,000, about 1 GB of memory. */
  readonly maxOperations?: number;
}

/**
 * Reads operations from bytes as they come, as many at a time as a chunk has whole lines; empty lines are skipped.
 * @throws EdgemarkError usage.input with the line number
 */
export async function* readOperations(chunks: AsyncIterable<Uint8Array>, limits: ReadLimits = {}): AsyncGenerator<Operation[]> {
  const { maxOperations = 2_000_000, maxLineBytes = 1024 * 1024 } = limits;
  let count = 0;
  let number = 0;
  for await (const block of wholeLines(chunks, maxLineBytes, () => number + 1)) {
    const operations: Operation[] = [];
    for (const text of decode(block, number + 1).split("\n")) {
      number++;
      // A character of text is at most three bytes.
      if (text.length * 3 > maxLineBytes && Buffer.byteLength(text) > maxLineBytes) throw tooLong(number, maxLineBytes);
      if (text.trim() === "") continue;
      if (++count > maxOperations) throw tooMuch(number, `more than ${maxOperations} operations`, "split the history by key");
      operations.push(decodeOperation(text, number));
    }
    yield operations;
  }
}

/**
 * Reads a whole history file.
 * @throws EdgemarkError usage.input when the file cannot be read or a line is not an operation
 */
export async function readHistoryFile(path: string, limits: ReadLimits = {}): Promise<Operation[]> {
  const operations: Operation[] = [];
  const stream = createReadStream(path, { highWaterMark: chunkBytes });
  try {
    for await (const some of readOperations(stream, limits)) for (const operation of some) operations.push(operation);
  } catch (cause) {
    if (cause instanceof EdgemarkError) throw new EdgemarkError(cause.code, `${path}: ${cause.message}`, { cause, facts: cause.facts });
    throw new EdgemarkError("usage.input", `expected a history file; cannot read ${path}: ${messageOf(cause)}; check the path`, { cause });
  } finally {
    stream.destroy();
  }
  return operations;
}

/** The bytes cut behind the last line feed of each chunk, without it; what follows that goes before the next chunk. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>, maxLineBytes: number, lineNumber: () => number): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline);
    // Only the beginning of a line is kept: one that has no end must not fill memory.
    if (sizeBytes + (end === -1 ? chunk.length : chunk.indexOf(newline)) > maxLineBytes) throw tooLong(lineNumber(), maxLineBytes);
    if (end !== -1) {
      yield Buffer.concat([...parts, chunk.subarray(0, end)]);
      parts = [];
      sizeBytes = 0;
    }
    const rest = chunk.subarray(end + 1);
    parts.push(rest);
    sizeBytes += rest.length;
    if (sizeBytes > maxLineBytes) throw tooLong(lineNumber(), maxLineBytes);
  }
  if (sizeBytes > 0) yield Buffer.concat(parts);
}

/** @param lineNumber of the first line */
function decode(block: Uint8Array, lineNumber: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: lineNumber > 1 }).decode(block);
  } catch (cause) {
    const wrong = lineNumber + firstUndecodable(block);
    throw new EdgemarkError("usage.input", `expected UTF-8; line ${wrong} is not; record the history again`, { cause, facts: { lineNumber: wrong } });
  }
}

/** @returns how many lines before it are UTF-8: no line feed is part of another character */
function firstUndecodable(block: Uint8Array): number {
  for (let from = 0, lines = 0; ; lines++) {
    const end = block.indexOf(newline, from);
    if (end === -1 || !isUtf8(block.subarray(from, end))) return lines;
    from = end + 1;
  }
}

function tooLong(lineNumber: number, maxLineBytes: number): EdgemarkError {
  return tooMuch(lineNumber, `longer than ${maxLineBytes} bytes`, "one operation a line, ended by a line feed");
}

function tooMuch(lineNumber: number, what: string, advice: string): EdgemarkError {
  return new EdgemarkError("usage.input", `expected a history within its limits; line ${lineNumber}: ${what}; ${advice}`, { facts: { lineNumber } });
}
