// A folder of nights: a result document each, numbered, so that a missing one is noticed. A document appears whole or not
// at all, whatever dies meanwhile, and two that are appended at once get two numbers.
import { randomBytes } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { ResultDocument } from "../../contract/result/document.js";
import { parseResult } from "../../contract/result/parse.js";

export interface Night {
  /** Name in the folder. */
  readonly file: string;
  readonly document: ResultDocument;
}

export interface Nights {
  /** In the order of their numbers. */
  readonly nights: readonly Night[];
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
}

const digits = 6;
const numbered = /^(\d{6,})\.json$/;
/** A string larger than this would end the process instead of the command. */
const largestDocumentBytes = 256 * 1024 * 1024;

/**
 * Appends a document.
 * @returns its path
 * @throws EdgemarkError usage.output when the folder cannot be written
 */
export async function appendNight(folder: string, document: ResultDocument): Promise<string> {
  const unfinished = join(folder, `.unfinished-${randomBytes(6).toString("hex")}`);
  try {
    await makeFolders(resolve(folder));
    const file = await open(unfinished, "wx");
    try {
      await file.writeFile(`${JSON.stringify(document)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    for (let number = (await lastNumber(folder)) + 1; ; number++) {
      const path = join(folder, `${String(number).padStart(digits, "0")}.json`);
      // A link fails where a file is, and then the number is another run's; a rename would replace it.
      const isTaken = await link(unfinished, path).then(() => false, (error: unknown) => isExisting(error) || Promise.reject(error instanceof Error ? error : new Error(String(error))));
      if (!isTaken) return path;
    }
  } catch (cause) {
    throw new EdgemarkError("usage.output", `a history folder that can be written expected; ${folder}: ${messageOf(cause)}; choose another with --history`, { cause });
  } finally {
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

/**
 * Reads a folder of nights; what cannot be used is named, never passed over.
 * @throws EdgemarkError usage.input when the folder cannot be read
 */
export async function readNights(folder: string): Promise<Nights> {
  let names: readonly string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (cause) {
    throw new EdgemarkError("usage.input", `a history folder that can be read expected; ${folder}: ${messageOf(cause)}; correct the path`, { cause });
  }
  const nights: Night[] = [];
  const leftOut: { file: string; reason: string }[] = [];
  let before: number | undefined;
  for (const name of names) {
    const number = numberOf(name);
    if (name.startsWith(".unfinished-")) leftOut.push({ file: name, reason: "it was not written to its end" });
    if (number === undefined) {
      if (!name.startsWith(".")) leftOut.push({ file: name, reason: "its name is none of a night: 000001.json is expected" });
      continue;
    }
    if (before !== undefined && number > before + 1) leftOut.push({ file: missingName(before, number), reason: "missing: the numbers go on after it" });
    before = number;
    const document = await documentIn(join(folder, name), name);
    if (typeof document === "string") leftOut.push({ file: name, reason: document });
    else nights.push({ file: name, document });
  }
  return { nights, leftOut };
}

function missingName(before: number, after: number): string {
  const shown = (number: number): string => String(number).padStart(digits, "0");
  return after === before + 2 ? shown(before + 1) : `${shown(before + 1)} to ${shown(after - 1)}`;
}

/** The document of a file, or why there is none. */
export async function documentIn(path: string, name: string): Promise<ResultDocument | string> {
  try {
    const { size } = await stat(path);
    if (size > largestDocumentBytes) return `it has ${size} bytes, more than ${largestDocumentBytes}`;
    return parseResult(await readFile(path, "utf8"), name);
  } catch (error) {
    return messageOf(error).replace(/\s+/g, " ").slice(0, 300);
  }
}

// Step by step: Node's recursive mkdir never returns where the system answers ENOENT for a folder whose parent exists,
// as /proc does.
async function makeFolders(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory() === true) return;
  if (dirname(folder) !== folder) await makeFolders(dirname(folder));
  await mkdir(folder).catch((error: unknown) => (isExisting(error) ? undefined : Promise.reject(error instanceof Error ? error : new Error(String(error)))));
}

async function lastNumber(folder: string): Promise<number> {
  return (await readdir(folder)).reduce((last, name) => Math.max(last, numberOf(name) ?? 0), 0);
}

function numberOf(name: string): number | undefined {
  const digitsOf = numbered.exec(name)?.[1];
  return digitsOf === undefined ? undefined : Number(digitsOf);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
