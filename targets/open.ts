// Opens a target: by the name of one that ships, by gRPC address, or by the path of an adapter. All go through the same
// door: a process that prints its address, then the contract over gRPC. The reference edge has no other way in.
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, EdgemarkError } from "../contract/errors.js";
import { isExecutable } from "../contract/executable.js";
import { type ConnectOptions, connectTarget, defaultDeadlinesMs } from "../contract/target/client.js";
import { type StartedAdapter, type StopReport, startAdapter } from "../contract/target/process.js";
import type { TargetDescription, TargetVerbs } from "../contract/target/types.js";
import { type KnownTarget, assertInstalled, knownTargets } from "./names.js";

/** How long an adapter may take to print its handshake, ms: a runtime loaded for the first time from a slow disk. */
const startDeadlineMs = 60_000;

export interface OpenOptions extends ConnectOptions {
  /** PoPs to start. Default: the target's own. */
  readonly pops?: number;
  /** Platform timers run this many times faster. Default: the target's own. */
  readonly timeScale?: number;
  /** For the target url: name=http://... of workers that are deployed already. */
  readonly urls?: readonly string[];
  /** For the target url: capabilities beyond those that every deployed worker has. */
  readonly declared?: readonly string[];
  /** Arguments added for the adapter, as they are (a mutant of the reference: ["--mutant", name]). */
  readonly args?: readonly string[];
  /** Added to the adapter's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what the adapter writes to stderr. */
  readonly onLog?: (text: string) => void;
  /** Default 60,000 ms. */
  readonly startDeadlineMs?: number;
  /** For starting, connecting and describing together, ms. Default: each has its own deadline only. */
  readonly openWithinMs?: number;
  /** How long an adapter may take to end after its stdin closed, and again after SIGTERM. Default 5,000 ms. */
  readonly graceMs?: number;
}

export interface OpenedTarget {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  /** host:port of its control plane. */
  readonly address: string;
  /** Whether it ran already: others may use it too, and stop() only lets go of it. */
  readonly isShared: boolean;
  /** Settles when an adapter that was started here ends; never for one that ran already. */
  readonly exited: StartedAdapter["exited"];
  /** The end of the adapter's stderr; "" for one that ran already. */
  stderrTail(): string;
  stop(): Promise<StopReport>;
}

/**
 * @param name a name of names.ts, `grpc://host:port`, or the path of an executable (or of a .js program)
 * @throws EdgemarkError usage.target when it names nothing, usage.install when its runtime is not here, usage.flag when it
 *   cannot be told what the options say, and of kind target when it does not start or answer
 */
export async function openTarget(name: string, options: OpenOptions = {}): Promise<OpenedTarget> {
  const leftMs = countdown(options.openWithinMs);
  if (/^grpcs?:\/\//.test(name)) return connected(name, undefined, options, leftMs);
  const program = programOf(name, options);
  const adapter = await startAdapter(program.command, program.args, {
    deadlineMs: leftMs(options.startDeadlineMs ?? startDeadlineMs),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
    ...(options.onLog === undefined ? {} : { onStderr: options.onLog }),
  });
  return connected(adapter.address, adapter, options, leftMs);
}

/** @returns a function that shortens a deadline to what is left of the time, and leaves something of it in any case */
function countdown(withinMs: number | undefined): (deadlineMs: number) => number {
  const startMs = performance.now();
  return (deadlineMs) => (withinMs === undefined ? deadlineMs : Math.max(500, Math.min(deadlineMs, Math.ceil(startMs + withinMs - performance.now()))));
}

async function connected(address: string, adapter: StartedAdapter | undefined, options: OpenOptions, leftMs: (deadlineMs: number) => number): Promise<OpenedTarget> {
  const end = async (): Promise<StopReport> => (adapter === undefined ? { by: "gone", leftProcesses: false } : adapter.stop());
  try {
    const deadlines = { ...defaultDeadlinesMs, ...options.deadlines };
    const client = await connectTarget(address, { ...options, deadlines: { ...deadlines, connect: leftMs(deadlines.connect), Describe: leftMs(deadlines.Describe) } });
    try {
      const description = await client.describe();
      return {
        verbs: client,
        description,
        address: address.replace(/^grpcs?:\/\//, ""),
        isShared: adapter === undefined,
        exited: adapter?.exited ?? new Promise(() => undefined),
        stderrTail: () => adapter?.stderrTail() ?? "",
        stop: () => {
          client.close();
          return end();
        },
      };
    } catch (error) {
      client.close();
      throw error;
    }
  } catch (error) {
    await end();
    throw error;
  }
}

/** What to start for a name or a path. @throws EdgemarkError of kind usage */
export function programOf(name: string, options: OpenOptions = {}): { readonly command: string; readonly args: readonly string[] } {
  const target = knownTargets.find((one) => one.name === name);
  if (target !== undefined) {
    const args = argumentsOf(target, options);
    assertInstalled(target);
    return { command: process.execPath, args: [fileURLToPath(target.program), ...args, ...(options.args ?? [])] };
  }
  const path = resolve(name);
  if (!existsSync(path) || !statSync(path).isFile()) throw unknownTarget(name);
  const args = [...pair("--pops", options.pops), ...pair("--time-scale", options.timeScale), ...(options.args ?? [])];
  if (/\.[cm]?js$/.test(path) && !isExecutable(path)) return { command: process.execPath, args: [path, ...args] };
  if (!isExecutable(path)) throw new EdgemarkError("usage.target", `expected an executable adapter; ${name} is a file that may not be executed; type: chmod +x ${name}`);
  return { command: path, args };
}

function argumentsOf(target: KnownTarget, { pops, timeScale, urls = [], declared = [] }: OpenOptions): string[] {
  const { name, mostPops, hasTimeScale = false, hasUrls = false } = target;
  if (pops !== undefined && mostPops === undefined && pops !== 1) throw new EdgemarkError("usage.flag", `expected no more than one PoP of ${name}; ${pops} came; leave --pops out`);
  if (pops !== undefined && mostPops !== undefined && !(Number.isInteger(pops) && pops >= 1 && pops <= mostPops)) {
    throw new EdgemarkError("usage.flag", `expected 1 to ${mostPops} PoPs of ${name}; ${pops} came; correct --pops`);
  }
  if (timeScale !== undefined && timeScale !== 1 && !hasTimeScale) throw new EdgemarkError("usage.flag", `expected real time of ${name}, which has no other; a time scale of ${timeScale} came; leave --time-scale out`);
  if (urls.length > 0 && !hasUrls) throw new EdgemarkError("usage.flag", `expected --url only with the target url; it came with ${name}; leave it out`);
  if (declared.length > 0 && !hasUrls) throw new EdgemarkError("usage.flag", `expected --declare only with the target url; it came with ${name}, which declares what it can itself; leave it out`);
  const listed = [...urls.flatMap((url) => ["--url", url]), ...declared.flatMap((capability) => ["--declare", capability])];
  return [...(mostPops === undefined ? [] : pair("--pops", pops)), ...(hasTimeScale ? pair("--time-scale", timeScale) : []), ...listed];
}

function pair(flag: string, value: number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

function unknownTarget(name: string): EdgemarkError {
  const names = knownTargets.map((target) => target.name);
  const hint = didYouMean(name, names, `there are ${names.join(", ")}`);
  return new EdgemarkError("usage.target", `expected the name of a target, grpc://host:port or the path of an adapter; ${JSON.stringify(name)} is none; ${hint}`);
}
