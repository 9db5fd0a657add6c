// Opens the target of a run: the target itself, what is known of it, and what to say when it ends by itself.
import { readFile } from "node:fs/promises";
import { didYouMean, EdgemarkError, messageOf } from "../contract/errors.js";
import type { ConnectOptions } from "../contract/target/client.js";
import type { KnownFailure } from "../contract/target/known.js";
import type { RunSession } from "../suites/runner/run.js";
import { knownFailuresOf, parseKnownFailures } from "../targets/known.js";
import { knownTargets } from "../targets/names.js";
import { type OpenedTarget, openTarget } from "../targets/open.js";
import type { RunSettings } from "./certify-options.js";

export interface OpenSession extends RunSession {
  /** What the target is known to get wrong. */
  readonly known?: readonly KnownFailure[];
  /** What an adapter said that ended by itself; undefined while it runs. */
  lastWords?(): Promise<string | undefined>;
  /** Ends the connection and everything that was started for it. */
  close(): Promise<void>;
}

/**
 * @param settings which target, and how to start or reach it
 * @param checkIds every check there is: a known failure must name one
 * @throws EdgemarkError of kind target when it does not start or answer, of kind usage when it cannot be told or read
 */
export async function openSession(settings: RunSettings, checkIds: readonly string[]): Promise<OpenSession> {
  const known = await knownOf(settings, checkIds);
  const opened = await openTarget(settings.target, {
    ...(await accessOf(settings)),
    ...(settings.pops === undefined ? {} : { pops: settings.pops }),
    ...timeScaleOf(settings),
    urls: settings.urls,
    declared: settings.declared,
    openWithinMs: settings.budgetMs - performance.now(),
  });
  let exit: string | undefined;
  void opened.exited.then(({ code, signal }) => {
    exit = signal === null ? `code ${code}` : signal;
  });
  return {
    verbs: opened.verbs,
    description: opened.description,
    address: settings.target,
    isShared: opened.isShared,
    known,
    lastWords: async () => {
      if (exit === undefined) await answerOrEnd(opened);
      return exit === undefined ? undefined : `${settings.target} ended by itself (${exit}); the end of what it wrote:\n${opened.stderrTail()}`;
    },
    close: async () => void (await opened.stop()),
  };
}

/** The connection to a process breaks a moment before its end is told. One that is there and does not answer is not waited for long. */
async function answerOrEnd({ verbs, exited }: OpenedTarget): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, lastWordsMs)));
  await Promise.race([exited, patience, verbs.describe().catch(() => Promise.race([exited, patience]))]);
  clearTimeout(timer);
}

const lastWordsMs = 1_000;

/** In the quick profile a minute of platform time takes three seconds, where the target can; the other profiles run in real time. */
const quickTimeScale = 20;

function timeScaleOf({ timeScale, profile, target }: RunSettings): { readonly timeScale?: number } {
  if (timeScale !== undefined) return { timeScale };
  const canScale = knownTargets.some((one) => one.name === target && one.hasTimeScale === true);
  return profile === "quick" && canScale ? { timeScale: quickTimeScale } : {};
}

/**
 * What a target is known to get wrong: what the person named, or what comes with a target of ours.
 * @throws EdgemarkError usage.known for a file that cannot be read, is not valid or names a check that does not exist
 */
export async function knownOf(settings: RunSettings, checkIds: readonly string[]): Promise<readonly KnownFailure[]> {
  // By the name that was typed, never by the one a target gives itself: a stranger may not borrow another's excuses.
  const isOurs = knownTargets.some((target) => target.name === settings.target);
  const { knownFile } = settings;
  const entries = knownFile !== undefined ? parseKnownFailures(await readGiven(knownFile, "usage.known"), knownFile) : isOurs ? await knownFailuresOf(settings.target) : [];
  for (const { check } of entries) {
    if (checkIds.includes(check)) continue;
    throw new EdgemarkError("usage.known", `known failures of checks that exist expected; ${check} is none; ${didYouMean(check, checkIds, "remove the entry")}`);
  }
  return entries;
}

async function accessOf({ tokenFile, tls }: RunSettings): Promise<ConnectOptions> {
  const read = async (file: string | undefined): Promise<string | undefined> => (file === undefined ? undefined : readGiven(file, "usage.input"));
  const token = (await read(tokenFile))?.trim();
  const [ca, cert, key] = [await read(tls.caFile), await read(tls.certFile), await read(tls.keyFile)];
  if (ca === undefined && cert === undefined && key === undefined) return token === undefined ? {} : { token };
  return {
    ...(token === undefined ? {} : { token }),
    tls: { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) },
  };
}

async function readGiven(file: string, code: "usage.known" | "usage.input"): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new EdgemarkError(code, `a file that can be read expected; ${file} cannot (${messageOf(cause)}); correct the path`, { cause });
  });
}
