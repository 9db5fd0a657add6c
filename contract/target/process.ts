// Starts an adapter that is an executable, reads its handshake line, and ends it with everything it started. The
// adapter runs in a process group of its own, so that what it leaves behind can be found and ended.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { EdgemarkError } from "../errors.js";
import { isHostAndPort } from "./parse.js";
import { show } from "./fields.js";

/** Longest handshake line, bytes; and how much of stderr is kept for messages. */
const handshakeBytes = 4_096;
const tailCharacters = 4_000;
const defaultGraceMs = 5_000;

export interface StartOptions {
  /** How long until the handshake line, ms. */
  readonly deadlineMs: number;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take to end after its stdin closed, and again after SIGTERM. Default 5,000 ms. */
  readonly graceMs?: number;
  /** Working directory of the adapter. Default: this process's. */
  readonly cwd?: string;
  readonly onStderr?: (text: string) => void;
}

export interface AdapterExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How an adapter ended. */
export interface StopReport {
  /** What it took: its stdin closed, or one signal more. "gone": it had ended before. */
  readonly by: "gone" | "stdin" | "SIGTERM" | "SIGKILL";
  /** Whether processes of its group were still there after it had ended; they are killed. */
  readonly leftProcesses: boolean;
}

export interface StartedAdapter {
  readonly pid: number;
  readonly address: string;
  /** Ends the adapter and its process group. Safe to call twice. */
  stop(): Promise<StopReport>;
  readonly exited: Promise<AdapterExit>;
  stderrTail(): string;
}

/** Told to every adapter and inherited by whatever it starts: so even a daemon that left the group is found. */
const markName = "EDGEMARK_ADAPTER";

/** Groups that are alive, with their marks; ended when this process exits without having stopped them. */
const livingGroups = new Map<number, string>();
let hasExitHook = false;

/**
 * Starts an adapter and waits until it says where it serves.
 * @throws EdgemarkError target.start with the end of its stderr when it cannot be started, exits, stays silent or prints
 *   something else
 */
export async function startAdapter(command: string, args: readonly string[], options: StartOptions): Promise<StartedAdapter> {
  const mark = randomUUID();
  const child = spawn(command, args, {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...options.env, [markName]: mark },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const tail = keepTail(child, options.onStderr);
  const exited = new Promise<AdapterExit>((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  // A pipe that breaks is seen as the exit that broke it.
  child.stdin.on("error", () => undefined);
  const name = [command, ...args].join(" ");
  if (child.pid === undefined) throw await spawnFailure(child, name);
  const pid = child.pid;
  remember(pid, mark);
  let stopping: Promise<StopReport> | undefined;
  const stop = (): Promise<StopReport> => (stopping ??= end({ child, pid, mark }, exited, options.graceMs ?? defaultGraceMs));
  // An adapter that crashed cannot end what it started.
  void exited.then(() => stopping === undefined && (signalGroup(pid, "SIGKILL"), killMarked(mark)));
  try {
    const address = await handshake(child, name, exited, options.deadlineMs, tail);
    return { pid, address, stop, exited, stderrTail: tail };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function handshake(child: ChildProcess, name: string, exited: Promise<AdapterExit>, deadlineMs: number, tail: () => string): Promise<string> {
  const timeUp = new AbortController();
  const expected = `expected ${name} to print {"edgemark":1,"target":"host:port"} as its first line`;
  const failure = (came: string, advice: string): EdgemarkError => new EdgemarkError("target.start", `${expected}; ${came}; ${advice}${quoted(tail())}`, { facts: { name } });
  try {
    const first = await Promise.race([
      firstLine(child).then((line) => ({ line })),
      // stderr is read to its end before the message is made: it says why.
      Promise.all([exited, closed(child)]).then(([exit]) => ({ exit })),
      delay(deadlineMs, undefined, { signal: timeUp.signal }).then(() => ({ silentForMs: deadlineMs })),
    ]);
    if ("exit" in first) throw failure(`it ended before that (${exit(first.exit)})`, "see why");
    if ("silentForMs" in first) throw failure(`nothing came within ${deadlineMs} ms`, "print the line when the target is ready, with a line break, and flush it");
    if (first.line === undefined) throw failure(`a line longer than ${handshakeBytes} bytes came`, "print logs to stderr");
    const read = readHandshake(first.line);
    if ("problem" in read) throw failure(read.problem, "print logs to stderr and this line alone to stdout");
    return read.address;
  } finally {
    timeUp.abort();
  }
}

/** Reads a handshake line. @returns the address, or what is wrong with the line */
export function readHandshake(line: string): { readonly address: string } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: `${show(line)} came, which is not JSON` };
  }
  if (typeof value !== "object" || value === null || !("edgemark" in value)) return { problem: `${show(line)} came` };
  if (value.edgemark !== 1) return { problem: `protocol ${show(value.edgemark)} came; this Edgemark speaks 1` };
  const address = "target" in value ? value.target : undefined;
  return typeof address === "string" && isHostAndPort(address) ? { address } : { problem: `the target ${show(address)} came, which is not host:port` };
}

/** @returns the first line of stdout; undefined when it is too long; never settles when stdout ends without one */
function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    child.stdout?.on("data", function read(chunk: Buffer) {
      head = Buffer.concat([head, chunk]);
      const lineEnd = head.indexOf("\n");
      if (lineEnd < 0 && head.byteLength <= handshakeBytes) return;
      child.stdout?.off("data", read);
      // What follows is nobody's business, but an unread pipe would block the adapter.
      child.stdout?.resume();
      resolve(lineEnd < 0 || lineEnd > handshakeBytes ? undefined : head.subarray(0, lineEnd).toString("utf8").trim());
    });
  });
}

function closed(child: ChildProcess): Promise<void> {
  // A grandchild can hold the pipes open after the adapter's own end, hence the bound.
  return Promise.race([new Promise<void>((resolve) => child.once("close", () => resolve())), exitThen(child, 500)]);
}

async function exitThen(child: ChildProcess, extraMs: number): Promise<void> {
  await new Promise((resolve) => child.once("exit", resolve));
  await delay(extraMs, undefined, { ref: false });
}

function keepTail(child: ChildProcess, onStderr: ((text: string) => void) | undefined): () => string {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-tailCharacters);
    onStderr?.(text);
  });
  return () => tail;
}

function spawnFailure(child: ChildProcess, name: string): Promise<EdgemarkError> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(new EdgemarkError("target.start", `expected to start ${name}; ${error.message}; correct the path, and make the file executable`, { cause: error })));
  });
}

function quoted(tail: string): string {
  const lines = tail.trimEnd().split("\n").filter((line) => line !== "").slice(-15);
  return lines.length === 0 ? " (its stderr is empty)" : `\nits stderr ends:\n${lines.map((line) => `  | ${line}`).join("\n")}`;
}

function exit({ code, signal }: AdapterExit): string {
  return signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly mark: string;
}

async function end({ child, pid, mark }: Running, exited: Promise<AdapterExit>, graceMs: number): Promise<StopReport> {
  const isGone = async (withinMs: number): Promise<boolean> => {
    const timer = new AbortController();
    const gone = await Promise.race([exited.then(() => true), delay(withinMs, false, { signal: timer.signal }).catch(() => false)]);
    timer.abort();
    return gone;
  };
  let by: StopReport["by"] = "gone";
  if (child.exitCode === null && child.signalCode === null) {
    by = "stdin";
    child.stdin?.end();
    if (!(await isGone(graceMs))) {
      by = "SIGTERM";
      signalGroup(pid, "SIGTERM");
      if (!(await isGone(graceMs))) by = "SIGKILL";
    }
  }
  const hasSurvivors = by !== "SIGKILL" && (await groupSurvives(pid));
  signalGroup(pid, "SIGKILL");
  await exited;
  const hadDaemons = killMarked(mark) > 0;
  const leftProcesses = by !== "SIGKILL" && (hadDaemons || hasSurvivors);
  livingGroups.delete(pid);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return { by, leftProcesses };
}

/** Processes that were told to end may need a moment; what is there after half a second was left behind. */
async function groupSurvives(pid: number): Promise<boolean> {
  const until = performance.now() + 500;
  while (signalGroup(pid, 0)) {
    if (performance.now() > until) return (await livingOf(pid)) !== 0;
    await delay(20);
  }
  return false;
}

/** Processes of a group that are not merely dead and unreaped, which a signal cannot tell apart; -1 where there is no /proc. */
async function livingOf(group: number): Promise<number> {
  const entries = await readdir("/proc").catch(() => undefined);
  if (entries === undefined) return -1;
  const stats = await Promise.all(entries.filter((entry) => /^\d+$/.test(entry)).map((entry) => readFile(`/proc/${entry}/stat`, "utf8").catch(() => "")));
  return stats.filter((line) => {
    // pid (command) state parent group ...: the command may contain anything, its last bracket ends it
    const [state, , itsGroup] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return Number(itsGroup) === group && state !== "Z";
  }).length;
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false; // nobody is left in the group
  }
}

/**
 * Kills whatever inherited the mark, in whichever group it is; nothing where there is no /proc.
 * @returns how many there were
 */
function killMarked(mark: string): number {
  let killed = 0;
  // Whoever is being killed may still start another.
  for (let round = 0; round < 5; round++) {
    const marked = processes().filter((pid) => hasMark(pid, mark));
    if (marked.length === 0) break;
    for (const pid of marked) killed += killOne(pid);
  }
  return killed;
}

function processes(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  } catch {
    return []; // no /proc here
  }
}

function hasMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`${markName}=${mark}`);
  } catch {
    return false; // ended meanwhile, or another user's
  }
}

/** @returns 1 when it was there */
function killOne(pid: number): number {
  try {
    process.kill(pid, "SIGKILL");
    return 1;
  } catch {
    return 0; // ended meanwhile
  }
}

function remember(pid: number, mark: string): void {
  livingGroups.set(pid, mark);
  if (hasExitHook) return;
  hasExitHook = true;
  process.on("exit", () => {
    for (const [group, itsMark] of livingGroups) {
      signalGroup(group, "SIGKILL");
      killMarked(itsMark);
    }
  });
}
