// Reads a run as it stands: its document, or where it has none yet, what it has written down so far.
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ResultDocument } from "../contract/result/document.js";
import { parseResult } from "../contract/result/parse.js";
import { recordsFile } from "../contract/result/records.js";
import { growingRun, type GrowingRun } from "../reports/growing.js";
import { readRunText } from "./find-run.js";

export interface ReadRun {
  readonly document: ResultDocument;
  /** Set while the run goes on. */
  readonly live?: { readonly done: number; readonly total: number };
}

/**
 * @param file result.json, or the records of a run without one
 * @throws EdgemarkError usage.input for what is neither
 */
export async function readRun(file: string): Promise<ReadRun> {
  const text = await readRunText(file);
  if (basename(file) !== recordsFile) return { document: parseResult(text, file) };
  const growing = growingRun(text, file);
  const { done, total } = growing;
  const state = `${done} of ${total} checks done`;
  if (isAlive(growing)) return { document: interrupted(growing, `it is still going on: ${state}`), live: { done, total } };
  return { document: interrupted(growing, `it ended without writing its document (killed?): ${state}`) };
}

/** @returns the file that tells most of a run in this folder now: while its records are there, they do */
export async function currentFile(folder: string): Promise<string> {
  const records = join(folder, recordsFile);
  return (await stat(records).catch(() => undefined)) === undefined ? join(folder, "result.json") : records;
}

function interrupted({ document }: GrowingRun, reason: string): ResultDocument {
  return { ...document, run: { ...document.run, interrupted: reason } };
}

function isAlive({ pid }: GrowingRun): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There, and another person's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
