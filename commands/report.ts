// edgemark report RUN...: judges recorded runs again by today's claims and writes their reports, without the target.
import { dirname, join } from "node:path";
import { loadClaims } from "../contract/claims/registry.js";
import type { Claim } from "../contract/claims/types.js";
import { EdgemarkError, exitCodes, nearestName } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import { type Format, formatNames, isFormat, usualFormats, writeOne, writeReports } from "../reports/index.js";
import { judge } from "../reports/judge.js";
import { pathProblem } from "../reports/judge-path.js";
import { overview } from "../reports/overview.js";
import { visible } from "../reports/text.js";
import { listOf, numberBetween, type CommandSpec } from "./command.js";
import { findRun } from "./find-run.js";
import type { CommandIo } from "./io.js";
import { showReport } from "./live/show.js";
import { readRun } from "./read-run.js";

export interface ReportOptions {
  /** Default html, junit and md. */
  readonly formats?: readonly Format[];
  /** Folder to write to; several runs get a folder each in it. Default: beside each document. */
  readonly out?: string;
  /** Where runs are kept, for "latest" and for ids. Default runs. */
  readonly runs?: string;
  /** A user's own claims files. */
  readonly claimsFiles?: readonly string[];
  /** One page that compares all runs, instead of reports of each. */
  readonly isComparison?: boolean;
  /** Tell what the document says, by the claims of its day. */
  readonly isAsRecorded?: boolean;
  readonly isJson?: boolean;
}

/**
 * Writes the reports of runs.
 * @param paths result documents, folders of runs, ids of runs, or "latest"
 * @returns 0 when all were written, whatever their verdicts
 * @throws EdgemarkError usage.input for a run that is not there or is no result document, before anything is written
 */
export async function runReport(paths: readonly string[], options: ReportOptions, io: Pick<CommandIo, "out" | "err">): Promise<number> {
  if (paths.length === 0) throw new EdgemarkError("usage.input", "expected a run; none was given; name a folder of a run, its result.json, or latest");
  const claims = options.isAsRecorded === true ? [] : loadClaims(options.claimsFiles ?? [], pathProblem);
  const documents = [];
  for (const path of paths) {
    const file = await findRun(path, options.runs ?? "runs");
    const recorded = (await readRun(file)).document;
    if (options.isAsRecorded !== true) warnOfLost(recorded, claims, file, io);
    documents.push({ file, document: options.isAsRecorded === true ? recorded : { ...recorded, ...judge(recorded, claims) } });
  }
  if (options.isComparison === true) return writeComparison(documents.map(({ document }) => document), options, io);
  const written = [];
  for (const [index, { file, document }] of documents.entries()) {
    const files = await writeReports(document, directoryFor(file, index, documents.length, options.out), options.formats ?? usualFormats);
    written.push({ document: file, verdict: document.verdict, level: document.level, counts: document.counts, claims: document.claimCounts, files });
    if (options.isJson === true) continue;
    io.err(`${visible(document.target.name, { limit: 60 })} ${visible(document.target.version, { limit: 40 })}: ${overview(document).headline}\n`);
    io.out(files.map((one) => `${one}\n`).join(""));
  }
  if (options.isJson === true) io.out(`${JSON.stringify({ runs: written })}\n`);
  return exitCodes.held;
}

/** Mixed targets are what this is for; each run is judged by the same claims. */
async function writeComparison(documents: readonly ResultDocument[], options: ReportOptions, io: Pick<CommandIo, "out">): Promise<number> {
  const { comparisonPage } = await import("../reports/html/matrix/page.js");
  const path = join(options.out ?? options.runs ?? "runs", "comparison.html");
  await writeOne(path, comparisonPage(documents));
  io.out(options.isJson === true ? `${JSON.stringify({ comparison: path, runs: documents.map(({ run, target }) => ({ id: run.id, target: target.name, version: target.version })) })}\n` : `${path}\n`);
  return exitCodes.held;
}

/** Two runs may have the same folder name; a number keeps them apart. */
function directoryFor(file: string, index: number, count: number, out: string | undefined): string {
  if (out === undefined) return dirname(file);
  if (count === 1) return out;
  const name = dirname(file).split(/[\\/]/).at(-1) ?? "";
  return join(out, `${index + 1}-${name === "" || name === "." || name === ".." ? "run" : name}`);
}

/** A claim that cannot be judged today must not vanish without a word. */
function warnOfLost(document: ResultDocument, claims: readonly Claim[], file: string, io: Pick<CommandIo, "err">): void {
  const known = new Set(claims.map((claim) => claim.id));
  const lost = document.claims.filter((claim) => !known.has(claim.id)).map((claim) => visible(claim.id, { limit: 60 }));
  if (lost.length === 0) return;
  io.err(`${file}: ${lost.length} of its claims are not among today's and are left out: ${lost.slice(0, 5).join(", ")}${lost.length > 5 ? ", ..." : ""}; name their file with --claims, or use --as-recorded\n`);
}

function formatsOf(given: unknown): readonly Format[] | undefined {
  if (!Array.isArray(given)) return undefined;
  return given.map(String).map((name) => {
    if (isFormat(name)) return name;
    const near = nearestName(name, formatNames);
    throw new EdgemarkError("usage.flag", `expected formats among ${formatNames.join(", ")}; ${name} is none${near === undefined ? "; correct it" : `; did you mean ${near}?`}`);
  });
}

export const reportCommand = {
  name: "report",
  summary: "Judges recorded runs again by today's claims and writes their reports.",
  args: [{ flags: "<runs...>", words: "folders of runs, their result.json, ids of runs, or latest" }],
  options: [
    { flags: "--format <names>", words: `what to write: ${formatNames.join(", ")} (default: ${usualFormats.join(",")})`, parse: listOf },
    { flags: "--out <folder>", words: "where to write (default: beside each document)" },
    { flags: "--compare", words: "one page that compares all runs, of whatever targets: comparison.html (default: off)" },
    { flags: "--open", words: "serve the page on loopback and open it, until Ctrl-C (default: off)" },
    { flags: "--watch", words: "the same of a run that goes on: the page follows it (default: off)" },
    { flags: "--port <number>", words: "port of --open and --watch (default: any that is free)", parse: numberBetween(1, 65_535, { isWhole: true }) },
    { flags: "--runs <folder>", words: "where runs are kept (default: runs)" },
    { flags: "--claims <files>", words: "claims files of your own, besides the documented ones", parse: listOf },
    { flags: "--as-recorded", words: "do not judge again (default: off)" },
    { flags: "--json", words: "print one JSON object on stdout (default: off)" },
  ],
  examples: [
    ["edgemark report latest", "the last run, as page, JUnit and Markdown beside its document"],
    ["edgemark report runs/* --compare --out pages", "one page: targets by checks, ratios, trends"],
    ["edgemark report latest --watch", "the run that goes on, live in a browser"],
  ],
  async run(given, args, io) {
    const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
    const formats = formatsOf(given["format"]);
    const [out, runs] = [text("out"), text("runs")];
    const options: ReportOptions = {
      ...(formats === undefined ? {} : { formats }),
      ...(out === undefined ? {} : { out }),
      ...(runs === undefined ? {} : { runs }),
      claimsFiles: Array.isArray(given["claims"]) ? given["claims"].map(String) : [],
      isComparison: given["compare"] === true,
      isAsRecorded: given["asRecorded"] === true,
      isJson: given["json"] === true,
    };
    const isWatching = given["watch"] === true;
    if (given["open"] !== true && !isWatching) {
      if (given["port"] !== undefined) throw new EdgemarkError("usage.flag", "expected --open or --watch with --port; neither came; add one, or leave --port out");
      return runReport(args, options, io);
    }
    const unfit = (["format", "out", "compare", "asRecorded"] as const).filter((name) => given[name] !== undefined && given[name] !== false && !(name === "compare" && !isWatching));
    if (unfit.length > 0) throw new EdgemarkError("usage.flag", `expected --${isWatching ? "watch" : "open"} without --${unfit.map((name) => (name === "asRecorded" ? "as-recorded" : name)).join(" and --")}: it shows the page and writes nothing; leave out one of them`);
    return showReport(args, { runs: runs ?? "runs", claimsFiles: options.claimsFiles ?? [], isComparison: options.isComparison === true, isWatching, isJson: options.isJson === true, port: typeof given["port"] === "number" ? given["port"] : 0 }, io);
  },
} as const satisfies CommandSpec;
