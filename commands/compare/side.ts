// One side of a comparison: a run, a folder of runs, or a folder of nights. What cannot be used is named.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import type { ResultDocument } from "../../contract/result/document.js";
import type { SideOfRuns } from "../../reports/comparison/compare.js";
import { documentIn, readNights } from "../../reports/nights/store.js";

type LeftOut = { readonly file: string; readonly reason: string };

/**
 * @param path a result document, the folder of a run, of runs, or of nights
 * @throws EdgemarkError usage.input when it is none of these, or a single document that cannot be read
 */
export async function readSide(path: string): Promise<SideOfRuns> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) throw noSide(path, "there is nothing of that name");
  if (facts.isFile()) return single(path, path);
  const names = (await readdir(path)).sort();
  if (names.includes("result.json")) return single(path, join(path, "result.json"));
  if (names.some((name) => /^\d{6,}\.json$/.test(name))) {
    const { nights, leftOut } = await readNights(path);
    return sideOf(path, nights.map(({ file, document }) => ({ file, document })), leftOut);
  }
  const runs: { readonly file: string; readonly document: ResultDocument }[] = [];
  const leftOut: LeftOut[] = [];
  for (const name of names) {
    const file = join(path, name, "result.json");
    if ((await stat(file).catch(() => undefined))?.isFile() !== true) continue;
    const document = await documentIn(file, file);
    if (typeof document === "string") leftOut.push({ file, reason: document });
    else runs.push({ file, document });
  }
  if (runs.length + leftOut.length === 0) throw noSide(path, "it is a folder without any result document");
  return sideOf(path, runs, leftOut);
}

async function single(name: string, file: string): Promise<SideOfRuns> {
  const document = await documentIn(file, file);
  if (typeof document === "string") throw new EdgemarkError("usage.input", document);
  return sideOf(name, [{ file, document }], []);
}

/** A run that was cut short says nothing about what it did not come to, and little about the rest. */
function sideOf(name: string, runs: readonly { readonly file: string; readonly document: ResultDocument }[], leftOut: readonly LeftOut[]): SideOfRuns {
  const interrupted = runs.flatMap(({ file, document }) => (document.run.interrupted === undefined ? [] : [{ file, reason: `the run was cut short: ${document.run.interrupted}` }]));
  return { name, documents: runs.map(({ document }) => document).filter(({ run }) => run.interrupted === undefined), leftOut: [...leftOut, ...interrupted] };
}

function noSide(path: string, what: string): EdgemarkError {
  return new EdgemarkError("usage.input", `a result document, the folder of a run, or a folder of runs or nights expected; ${path}: ${what}; correct the path`);
}
