// Runs the real command against a hostile target, and says what came of it: exit code, output, files, time, memory, and
// what was left running. In this process, so that many runs take seconds; or in a process of its own, to be interrupted.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EdgemarkError } from "../../contract/errors.js";
import { runCertify, type RunParts } from "../certify.js";
import { settingsOf } from "../certify-options.js";
import type { CommandIo } from "../io.js";

export interface Certified {
  readonly code: number | null;
  readonly out: string;
  /** What a person sees, the error's message included. */
  readonly err: string;
  readonly durationMs: number;
  /** The most memory by which the process that runs the command grew at any time. */
  readonly grownBytes: number;
  /** Files of the run by name; empty when there is no run folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Command lines of processes that outlived the command. */
  readonly left: readonly string[];
}

export const hostileTarget = fileURLToPath(new URL("./main.js", import.meta.url));
const program = fileURLToPath(new URL("../../edgemark.js", import.meta.url));
/** Inherited by whatever a run starts. */
const markName = "EDGEMARK_HOSTILE_MARK";
/** What a run keeps for its end, as commands/certify.ts does, ms. */
const reserveMs = 5_000;
let runs = 0;

export interface CertifyOptions {
  /** A name of processes.ts; target is then the adapter. */
  readonly behaviour?: string;
  /** Default: the hostile adapter. */
  readonly target?: string;
  readonly parts: RunParts;
  readonly given?: Readonly<Record<string, unknown>>;
  /** For all checks together, ms. */
  readonly checksMs: number;
  /** Where the run folder goes; a folder of its own is made below it. */
  readonly scratch: string;
}

/** Runs in this process. @returns when the command has ended */
export async function certifyHere({ behaviour = "", target = hostileTarget, parts, given = {}, checksMs, scratch }: CertifyOptions): Promise<Certified> {
  const folder = await mkdtemp(join(scratch, "run-"));
  const mark = `${process.pid}-${++runs}`;
  const said = { out: "", err: "" };
  const io: CommandIo = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isLive: false,
    hasColour: false,
    columns: 100,
    onSignal: () => () => undefined,
    exit: () => undefined,
  };
  // The budget counts from the beginning of the process, which is long ago here.
  const timeout = (performance.now() + reserveMs + checksMs) / 1_000;
  const settings = settingsOf({ target, out: folder, json: true, seed: 1, timeout, ...given }, () => 0);
  Object.assign(process.env, { EDGEMARK_HOSTILE: behaviour, [markName]: mark });
  const before = process.memoryUsage.rss();
  let peak = before;
  const look = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()));
  const looking = setInterval(look, 10);
  const startMs = performance.now();
  let code: number;
  try {
    code = await runCertify("certify", settings, parts, io);
  } catch (error) {
    // As the composition root does.
    code = error instanceof EdgemarkError ? error.exitCode : -1;
    said.err += error instanceof EdgemarkError ? error.message : String(error);
  } finally {
    look();
    clearInterval(looking);
    Reflect.deleteProperty(process.env, "EDGEMARK_HOSTILE");
    Reflect.deleteProperty(process.env, markName);
  }
  return { code, ...said, durationMs: performance.now() - startMs, grownBytes: peak - before, files: await filesIn(folder), left: await processesMarked(mark) };
}

export interface SpawnOptions {
  readonly behaviour?: string;
  readonly args: readonly string[];
  readonly scratch: string;
  /** Gets the process as soon as it has said something on stderr. */
  readonly onWords?: (said: string, interrupt: () => void) => void;
}

/** Runs in a process of its own, as a person would. @returns when the command has ended */
export async function certifyApart({ behaviour = "", args, scratch, onWords }: SpawnOptions): Promise<Certified> {
  const folder = await mkdtemp(join(scratch, "run-"));
  const mark = `${process.pid}-${++runs}`;
  const startMs = performance.now();
  const child = spawn(process.execPath, [program, "certify", "--json", "--out", folder, ...args], {
    env: { ...process.env, EDGEMARK_HOSTILE: behaviour, [markName]: mark },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
    onWords?.(said.err, () => child.kill("SIGINT"));
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...said, durationMs: performance.now() - startMs, grownBytes: 0, files: await filesIn(folder), left: await processesMarked(mark) };
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const [run] = await readdir(folder);
  if (run === undefined) return {};
  const entries = await readdir(join(folder, run), { withFileTypes: true });
  return Object.fromEntries(await Promise.all(entries.filter((entry) => entry.isFile()).map(async ({ name }) => [name, await readFile(join(folder, run, name), "utf8")] as const)));
}

/** Whoever inherited the mark and is alive: group, session and parent do not matter. Empty where there is no /proc. */
async function processesMarked(mark: string): Promise<string[]> {
  const entries = (await readdir("/proc").catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    entries.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      return environment.split("\0").includes(`${markName}=${mark}`) ? [`${pid} ${(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ")}`] : [];
    }),
  );
  return found.flat();
}
