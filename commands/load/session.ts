// A target for a load run: opened, closed whatever happens, with a folder for what is found out.
import { rmSync } from "node:fs";
import { exitCodes } from "../../contract/errors.js";
import type { ResultDocument } from "../../contract/result/document.js";
import { openTarget, type OpenedTarget } from "../../targets/open.js";
import { numberBetween, quoted, typedAgain, type CommandSpec, type OptionSpec } from "../command.js";
import { listenForInterruption } from "../interruption.js";
import type { CommandIo } from "../io.js";
import { makeRunDirectory } from "../run-directory.js";
import { exitCodeOf } from "../run-outcome.js";
import { documentOf, writeRun, type LoadRun } from "./record.js";

/** The options that every load command has. */
export const targetOptions: readonly OptionSpec[] = [
  { flags: "--target <name>", words: "name, grpc://host:port, or the path of an adapter (default: reference)" },
  { flags: "--pops <number>", words: "PoPs to start, 1 to 12 (default: the target's own)", parse: numberBetween(1, 12, { isWhole: true }) },
  { flags: "--seed <number>", words: "seed of everything random (default: 1)", parse: numberBetween(0, 2 ** 32 - 1, { isWhole: true }) },
  { flags: "--out <folder>", words: "folder of runs (default: runs)" },
  { flags: "--json", words: "one JSON object on stdout (default: off)" },
];

export interface TargetSettings {
  readonly target: string;
  readonly pops?: number;
  readonly seed: number;
  readonly out: string;
  readonly isJson: boolean;
  /** Arguments added for the adapter. */
  readonly args?: readonly string[];
}

export function targetSettingsOf(given: Readonly<Record<string, unknown>>): TargetSettings {
  const { target, pops, seed, out, json } = given;
  return {
    target: typeof target === "string" ? target : "reference",
    ...(typeof pops === "number" ? { pops } : {}),
    seed: typeof seed === "number" ? seed : 1,
    out: typeof out === "string" ? out : "runs",
    isJson: json === true,
  };
}

/** The line that repeats a load. Target and seed are spelled out; where results went, and how they were printed, is left out. */
export function replayOf({ name, options }: Pick<CommandSpec, "name" | "options">, given: Readonly<Record<string, unknown>>): string {
  const { target, seed } = targetSettingsOf(given);
  const own = options.filter(({ flags }) => !/^--(target|seed|out|json)\b/.test(flags));
  return [`edgemark ${name}`, `--target ${quoted(target)}`, ...typedAgain(own, given), `--seed ${seed}`].join(" ");
}

export interface LoadScope {
  readonly opened: OpenedTarget;
  /** Ends the target and opens it anew, empty; what was opened before is not usable after that. @param pops other than the settings' */
  readonly reopen: (pops?: number) => Promise<OpenedTarget>;
  readonly signal: AbortSignal;
  readonly say: (words: string) => void;
}

/** What a load command's own part gives back. */
export type Found = Pick<LoadRun, "measurements" | "checks"> & { readonly words: string; readonly data?: unknown };

/**
 * Opens the target, measures, writes the run's folder, prints, closes.
 * @param about verb and replay line
 * @returns the exit code: 0 when the numbers can be believed and no claim that binds is broken
 */
export async function runOnTarget(settings: TargetSettings, about: Pick<LoadRun, "verb" | "replay">, io: CommandIo, measure: (scope: LoadScope) => Promise<Found>): Promise<number> {
  const interruption = listenForInterruption(io);
  const startedAtMs = Date.now();
  const directory = makeRunDirectory(settings.out, `${settings.target}-${about.verb}`, settings.seed, startedAtMs);
  let isWritten = false;
  let opened: OpenedTarget | undefined;
  try {
    io.err(`starting ${settings.target}\n`);
    const open = (pops = settings.pops): Promise<OpenedTarget> => openTarget(settings.target, { ...(pops === undefined ? {} : { pops }), ...(settings.args === undefined ? {} : { args: settings.args }) });
    const reopen = async (pops?: number): Promise<OpenedTarget> => {
      await opened?.stop();
      opened = undefined;
      return (opened = await open(pops));
    };
    const first = (opened = await open());
    const found = await measure({ opened: first, reopen, signal: interruption.signal, say: (words) => io.err(`${words}\n`) });
    const document = await documentOf({ ...about, target: first.description, address: settings.target, seed: settings.seed, startedAtMs, ...found, ...(interruption.signal.aborted ? { interrupted: "interrupted" } : {}) }, directory);
    const files = await writeRun(document, directory);
    isWritten = true;
    if (settings.isJson) io.out(`${JSON.stringify({ verdict: document.verdict, document: files[0], measurements: document.measurements, checks: document.checks.map(({ id, verdict, reason }) => ({ id, verdict, reason })), ...(found.data === undefined ? {} : { data: found.data }) })}\n`);
    else io.out(`${found.words}\n${wordsOf(document)}${files[0] ?? ""}\n`);
    return interruption.signal.aborted ? exitCodes.error : exitCodeOf(document);
  } finally {
    interruption.stop();
    await opened?.stop().catch(() => undefined);
    if (!isWritten) rmSync(directory, { recursive: true, force: true });
  }
}

function wordsOf({ checks, claims }: ResultDocument): string {
  const lines = [
    ...checks.map(({ promise, verdict, reason }) => `${verdict}: ${promise}${reason === undefined ? "" : `: ${reason}`}`),
    ...claims.map(({ id, statement, verdict, documented, reason }) => `${id} ${verdict}: ${statement} (${documented}): ${reason}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
