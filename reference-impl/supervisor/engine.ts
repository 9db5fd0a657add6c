// One workerd process: started on its configuration, watched, and certainly gone when told to go.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { workerdBinary } from "./binary.js";
import { type LogLine, logLineOf } from "./log-line.js";

export interface Engine {
  readonly pid: number;
  /** Loopback ports by socket name. */
  readonly ports: ReadonlyMap<string, number>;
  /** Resolves when the process has been seen to exit. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
  /** The last lines it wrote to stderr. */
  lastWords(): string;
}

export interface EngineOptions {
  readonly configFile: string;
  /** Socket names that must be listening before the engine counts as started. */
  readonly sockets: readonly string[];
  readonly onLog: (line: LogLine) => void;
  readonly deadlineMs: number;
}

/** A process that did not come up; `details` is what it said. */
export class EngineFailed extends Error {
  constructor(
    message: string,
    readonly details: string,
  ) {
    super(details === "" ? message : `${message}\n${details}`);
  }
}

const keptLines = 60;

/** Processes that run. Whatever ends this one, an uncaught error included, none of them outlives it. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * Starts a process and waits until it listens.
 * @throws EngineFailed with its own words when it exits first or is not up before the deadline
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const child = spawn(workerdBinary(), ["serve", options.configFile, "--experimental", "--control-fd=3"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // The engine's clock and logs are UTC, as on the platform it stands for.
    env: { TZ: "UTC", LC_ALL: "C" },
  });
  const lines: string[] = [];
  const keep = (line: LogLine): void => {
    lines.push(line.text);
    if (lines.length > keptLines) lines.shift();
    options.onLog(line);
  };
  readLines(child.stdout, (text) => keep(logLineOf(text, "worker")));
  readLines(child.stderr, (text) => keep(logLineOf(text, "engine")));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    running.add(child);
    child.once("exit", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  const lastWords = (): string => lines.join("\n");
  const ports = await listening(child, exited, options, lastWords);
  return {
    pid: child.pid ?? 0,
    ports,
    exited,
    signal: (signal) => void child.kill(signal),
    lastWords,
  };
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on("line", onLine);
}

async function listening(
  child: ChildProcess,
  exited: Engine["exited"],
  options: EngineOptions,
  lastWords: () => string,
): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new EngineFailed(`workerd was not listening after ${options.deadlineMs} ms`, lastWords())), options.deadlineMs);
      void exited.then(({ code, signal }) => reject(new EngineFailed(`workerd ended before it was listening (${signal ?? `exit code ${code}`})`, lastWords())));
      const control = child.stdio[3] as Readable;
      readLines(control, (line) => {
        const event = JSON.parse(line) as { event: string; socket?: string; port?: number };
        if (event.event !== "listen" || event.socket === undefined || event.port === undefined) return;
        ports.set(event.socket, event.port);
        if (options.sockets.every((name) => ports.has(name))) resolve(ports);
      });
    });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
