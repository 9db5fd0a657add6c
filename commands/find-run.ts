// Which run a person means: a document, a folder, an id, or the latest; and the text of its document.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { didYouMean, EdgemarkError, messageOf } from "../contract/errors.js";
import { recordsFile } from "../contract/result/records.js";

/** What tells of a run: its document, and where it has none yet (it goes on, or was killed), what it wrote down as it went. */
const filesOfRun = ["result.json", recordsFile] as const;

/** Larger than any document of ours; a string that big would end the process instead of the command. */
const largestDocumentBytes = 256 * 1024 * 1024;

/**
 * Finds the document of a run.
 * @param path a result document, the folder of a run, the id of one, or "latest"
 * @param runs where runs are kept
 * @returns the path of its document
 * @throws EdgemarkError usage.input when there is none, with the nearest name
 */
export async function findRun(path: string, runs: string): Promise<string> {
  if (path === "latest") return latest(runs);
  for (const candidate of [path, join(runs, path)]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isDirectory() === true) {
      for (const name of filesOfRun) {
        const inside = join(candidate, name);
        if ((await stat(inside).catch(() => undefined))?.isFile() === true) return inside;
      }
      throw new EdgemarkError("usage.input", `expected the folder of a run; ${candidate} has no result.json; name another folder or a document`);
    }
    if (found !== undefined) return candidate;
  }
  const known = (await runsIn(runs)).map(({ name }) => name);
  throw new EdgemarkError("usage.input", `expected a run; there is no ${path}, here or in ${runs}; ${didYouMean(path, ["latest", ...known], "name a folder of a run, its result.json, or latest")}`);
}

async function latest(runs: string): Promise<string> {
  const found = await runsIn(runs);
  const newest = found.reduce<(typeof found)[number] | undefined>((a, b) => (a === undefined || b.writtenAtMs > a.writtenAtMs || (b.writtenAtMs === a.writtenAtMs && b.name > a.name) ? b : a), undefined);
  if (newest === undefined) throw new EdgemarkError("usage.input", `expected a run in ${runs}; there is none; run edgemark certify first, or name a document`);
  return newest.file;
}

async function runsIn(runs: string): Promise<{ readonly name: string; readonly file: string; readonly writtenAtMs: number }[]> {
  const names = await readdir(runs).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      for (const inside of filesOfRun) {
        const file = join(runs, name, inside);
        const facts = await stat(file).catch(() => undefined);
        if (facts?.isFile() === true) return [{ name, file, writtenAtMs: facts.mtimeMs }];
      }
      return [];
    }),
  );
  return found.flat();
}

/** @throws EdgemarkError usage.input for a file that cannot be read, or is larger than any document */
export async function readRunText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > largestDocumentBytes) throw new Error(`it has ${size} bytes, more than ${largestDocumentBytes}`);
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new EdgemarkError("usage.input", `expected a result document that can be read; ${file}: ${messageOf(cause)}; give the result.json of a run`, { cause });
  }
}
