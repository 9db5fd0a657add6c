// edgemark report --open and --watch: the page of a run, or the comparison of many, in a browser until Ctrl-C. A run that
// goes on is followed in the same page.
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { loadClaims } from "../../contract/claims/registry.js";
import { EdgemarkError, exitCodes, messageOf } from "../../contract/errors.js";
import type { Claim } from "../../contract/claims/types.js";
import { htmlReport } from "../../reports/html/page.js";
import { judge } from "../../reports/judge.js";
import { pathProblem } from "../../reports/judge-path.js";
import { visible } from "../../reports/text.js";
import { findRun } from "../find-run.js";
import type { CommandIo } from "../io.js";
import { currentFile, readRun, type ReadRun } from "../read-run.js";
import { openBrowser } from "./browser.js";
import { servePage, type ServedPage } from "./server.js";

export interface ShowOptions {
  readonly runs: string;
  readonly claimsFiles: readonly string[];
  readonly isComparison: boolean;
  readonly isWatching: boolean;
  readonly isJson: boolean;
  /** 0: any that is free. */
  readonly port: number;
}

type ShowIo = Pick<CommandIo, "out" | "err" | "onSignal">;

/** A run that is followed shares its machine: the page is made anew at most so often, ms. */
const renewalMs = 1_000;

/**
 * @param paths one run; several only for a comparison
 * @returns 0 when it was ended by Ctrl-C
 * @throws EdgemarkError usage.input for several runs where one is expected
 */
export async function showReport(paths: readonly string[], options: ShowOptions, io: ShowIo): Promise<number> {
  const claims = loadClaims(options.claimsFiles, pathProblem);
  const files = await Promise.all(paths.map((path) => findRun(path, options.runs)));
  const [file] = files;
  if (file === undefined) throw new EdgemarkError("usage.input", "expected a run; none was given; name a folder of a run, its result.json, or latest");
  if (files.length > 1 && !options.isComparison) throw await manyRuns(files);
  const folder = dirname(file);
  const judged = async (): Promise<ReadRun> => {
    const run = await readRun(options.isWatching ? await currentFile(folder) : file);
    return { ...run, document: { ...run.document, ...judge(run.document, claims) } };
  };
  // Before anything is served: what cannot be read is said here and not in a browser.
  const first = await judged();
  const page = options.isComparison ? () => comparison(files, claims) : async () => {
    const { document, live } = await judged();
    return htmlReport(document, live);
  };
  const stopped = untilSignal(io);
  const served = await servePage(options.port, page);
  try {
    const hasBrowser = await openBrowser(served.address, process.env, process.platform);
    io.out(options.isJson ? `${JSON.stringify({ address: served.address, pid: process.pid })}\n` : `${served.address}\n`);
    io.err(`${hasBrowser ? "opened in the browser" : "no browser here: open the address"}; Ctrl-C ends it\n`);
    if (options.isWatching && first.live === undefined) io.err("the run is over: nothing to follow\n");
    const follower = options.isWatching && first.live !== undefined ? follow(folder, served, io) : undefined;
    await stopped;
    follower?.stop();
  } finally {
    await served.close();
  }
  return exitCodes.held;
}

async function manyRuns(files: readonly string[]): Promise<EdgemarkError> {
  const names = await Promise.all(files.slice(0, 12).map(async (file) => readRun(file).then(({ document: { target } }) => visible(`${target.name} ${target.version}`, { limit: 60 }), () => visible(file, { limit: 80 }))));
  return new EdgemarkError("usage.input", `expected one run; ${files.length} were given, of ${[...new Set(names)].join(", ")}; name one, or add --compare for one page of all`);
}

async function comparison(files: readonly string[], claims: readonly Claim[]): Promise<string> {
  const { comparisonPage } = await import("../../reports/html/matrix/page.js");
  const runs = await Promise.all(files.map((one) => readRun(one)));
  return comparisonPage(runs.map(({ document }) => ({ ...document, ...judge(document, claims) })));
}

/** Tells browsers of what was written since, until the run is over. */
function follow(folder: string, served: ServedPage, io: Pick<CommandIo, "err">): { stop(): void } {
  let seen = "";
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      const file = await currentFile(folder);
      const facts = await stat(file);
      const now = `${file} ${facts.size} ${facts.mtimeMs}`;
      // A run that was killed writes nothing any more: whether it still lives is asked each time.
      const isOver = (await readRun(file)).live === undefined;
      if (isOver) {
        stop();
        served.tell("ended");
        io.err("the run is over; the page shows how it ended\n");
      } else if (now !== seen) served.tell("changed");
      seen = now;
    } catch (error) {
      // Between its records and its document a run has neither for a moment: the next look finds one.
      io.err(`${messageOf(error)}\n`);
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), renewalMs);
  const stop = (): void => clearInterval(timer);
  return { stop };
}

function untilSignal(io: Pick<CommandIo, "onSignal">): Promise<void> {
  return new Promise((resolve) => {
    const stop = io.onSignal(() => {
      stop();
      resolve();
    });
  });
}
