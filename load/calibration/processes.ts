// Starts and ends the processes of the calibration: the server of a case, and the hogs.
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { EdgemarkError } from "../../contract/errors.js";
import type { ServerModel } from "./server-model.js";

export interface CalibrationServer {
  readonly url: string;
  /** Ends it. @returns how late it was itself, ms at p99 */
  stop(): Promise<{ readonly lateP99Ms: number }>;
}

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Starts a server. @throws EdgemarkError harness.environment when it does not listen */
export async function startCalibrationServer(model: ServerModel): Promise<CalibrationServer> {
  const child = spawn(process.execPath, [program("server"), JSON.stringify(model)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = numberOf(await lines.next(), "port");
  if (port === undefined) {
    child.kill("SIGKILL");
    throw new EdgemarkError("harness.environment", "the calibration server was expected to listen; it ended instead; see what it wrote");
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin.end();
      const lateP99Ms = numberOf(await lines.next(), "lateP99Ms") ?? Infinity;
      await ended(child);
      return { lateP99Ms };
    },
  };
}

/** Starts hogs that spin for at most `durationMs`. @returns a function that ends them */
export async function startHogs(count: number, durationMs: number): Promise<() => Promise<void>> {
  const hogs = Array.from({ length: count }, () => spawn(process.execPath, [program("hog"), String(durationMs)], { stdio: ["pipe", "pipe", "inherit"] }));
  await Promise.all(hogs.map((hog) => Promise.race([new Promise((resolve) => hog.stdout.once("data", resolve)), ended(hog)])));
  return async () => {
    for (const hog of hogs) hog.kill("SIGKILL");
    await Promise.all(hogs.map(ended));
  };
}

/** One line of our own program. */
function numberOf(line: IteratorResult<string>, name: string): number | undefined {
  if (line.done === true) return undefined;
  const value = (JSON.parse(line.value) as Record<string, unknown>)[name];
  return typeof value === "number" ? value : undefined;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}
