// Starts and ends the processes an adapter drives. They stay in the adapter's own process group, so that whoever
// started the adapter can end them even when the adapter cannot.
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { EdgemarkError } from "../../contract/errors.js";

/** How much of a child's output is kept for messages, characters; how long it may take to end after SIGTERM, ms. */
const tailCharacters = 4_000;
const graceMs = 2_000;

const living = new Set<ChildProcess>();

/** Kills whatever still runs; for the end of this process. */
export function killAllNow(): void {
  for (const child of living) child.kill("SIGKILL");
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  /** Undefined while it runs. */
  exit(): ChildExit | undefined;
  /** The end of what it printed to stdout and stderr. */
  tail(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with every line of stdout. */
  readonly onLine?: (line: string) => void;
}

/** @throws EdgemarkError harness.environment when the program cannot be started */
export async function startChild(command: string, args: readonly string[], options: ChildOptions = {}): Promise<Child> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    throw new EdgemarkError("harness.environment", `expected to start ${command}; ${error.message}; install it again`, { cause: error });
  }
  living.add(child);
  let state: ChildExit | undefined;
  const exited = new Promise<ChildExit>((resolve) => {
    child.once("exit", (code, signal) => {
      living.delete(child);
      state = { code, signal };
      resolve(state);
    });
  });
  const tail = follow(child, options.onLine);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = new AbortController();
    const isGone = await Promise.race([exited.then(() => true), delay(graceMs, false, { signal: timer.signal }).catch(() => true)]);
    timer.abort();
    if (!isGone) child.kill("SIGKILL");
    await exited;
  };
  return { pid, exited, exit: () => state, tail, kill: (signal) => void child.kill(signal), stop };
}

/**
 * Starts a child that prints "listening <port>" when it serves.
 * @throws EdgemarkError usage.input with its output when it ends before that: the worker is at fault, not the machine
 */
export async function startListening(command: string, args: readonly string[], options: ChildOptions & { readonly deadlineMs: number }): Promise<Child & { readonly port: number }> {
  let announce: (port: number) => void = () => undefined;
  const announced = new Promise<number>((resolve) => (announce = resolve));
  const onLine = (line: string): void => {
    const port = /^listening (\d+)$/.exec(line)?.[1];
    if (port !== undefined) announce(Number(port));
    options.onLine?.(line);
  };
  const child = await startChild(command, args, { ...options, onLine });
  const timer = new AbortController();
  const first = await Promise.race([
    announced,
    child.exited.then(({ code, signal }) => `it ended with ${signal ?? `exit code ${code ?? "unknown"}`}`),
    delay(options.deadlineMs, `it did not listen within ${options.deadlineMs} ms`, { signal: timer.signal }).catch(() => ""),
  ]);
  timer.abort();
  if (typeof first === "number") return { ...child, port: first };
  await child.stop();
  throw new EdgemarkError("usage.input", `expected the worker to start; ${first}; see its output: ${child.tail().trim().slice(-1_500)}`);
}

function follow(child: ChildProcess, onLine: ((line: string) => void) | undefined): () => string {
  let tail = "";
  let rest = "";
  const keep = (text: string): void => void (tail = (tail + text).slice(-tailCharacters));
  child.stderr?.setEncoding("utf8").on("data", keep);
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    keep(text);
    if (onLine === undefined) return;
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(-tailCharacters);
    lines.forEach((line) => onLine(line));
  });
  return () => tail;
}
