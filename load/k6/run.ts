// Runs a script in one k6 process, or in several that each take a segment of it, as the operator's pods do.
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import type { Endpoint } from "../../contract/target/types.js";
import { usageOf } from "../machine/processes.js";
import type { K6Program } from "./program.js";

export interface K6Run {
  readonly program: K6Program;
  /** The script's file. */
  readonly script: string;
  /** Folder for k6's output. */
  readonly folder: string;
  readonly processes: number;
  readonly endpoints: readonly Endpoint[];
  readonly signal: AbortSignal;
}

export interface K6Output {
  /** JSON output of each process. */
  readonly files: readonly string[];
  /** Time that k6's threads waited for a processor, as far as it was seen, ms. */
  readonly waitedMs: number;
}

/** Thresholds crossed: said by k6 of its own part; what counts is the whole. */
const thresholdsCrossed = 99;
const watchMs = 100;

/** k6's segments as text. @returns "1/4:2/4" of index 1 of 4, and the sequence of all */
export function segmentOf(index: number, of: number): { readonly segment: string; readonly sequence: string } {
  const mark = (at: number): string => (at === 0 ? "0" : at === of ? "1" : `${at}/${of}`);
  return { segment: `${mark(index)}:${mark(index + 1)}`, sequence: Array.from({ length: of + 1 }, (_, at) => mark(at)).join(",") };
}

/** @throws EdgemarkError harness.environment when a k6 ends otherwise than it should */
export async function runK6({ program, script, folder, processes, endpoints, signal }: K6Run): Promise<K6Output> {
  const env = { ...process.env, EDGEMARK_ENDPOINTS: JSON.stringify(endpoints), K6_NO_USAGE_REPORT: "true" };
  const files = Array.from({ length: processes }, (_, index) => join(folder, `k6-${index + 1}.json`));
  const started: ChildProcess[] = [];
  const stop = (): void => started.forEach((child) => child.kill("SIGKILL"));
  signal.addEventListener("abort", stop, { once: true });
  let waitedMs = 0;
  const seen = new Map<number, number>();
  const watch = setInterval(() => {
    for (const { pid } of started) if (pid !== undefined) seen.set(pid, Math.max(seen.get(pid) ?? 0, usageOf([pid]).waitedMs));
  }, watchMs);
  try {
    await Promise.all(
      files.map((file, index) => {
        const { segment, sequence } = segmentOf(index, processes);
        const segments = processes === 1 ? [] : ["--execution-segment", segment, "--execution-segment-sequence", sequence];
        const child = spawn(program.path, ["run", "--quiet", "--no-color", "--summary-mode=disabled", "--out", `json=${file}`, ...segments, script], { env, stdio: ["ignore", "pipe", "pipe"] });
        started.push(child);
        return ended(child, index);
      }),
    );
    for (const value of seen.values()) waitedMs += value;
    return { files, waitedMs };
  } finally {
    clearInterval(watch);
    signal.removeEventListener("abort", stop);
    stop();
  }
}

function ended(child: ChildProcess, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
    child.once("error", (cause) => reject(new EdgemarkError("harness.environment", `k6 was expected to start; ${cause.message}; see K6_BIN`, { cause })));
    child.once("close", (code, killed) => {
      if (code === 0 || code === thresholdsCrossed) resolve();
      else reject(new EdgemarkError("harness.environment", `k6 (process ${index + 1}) was expected to end with its run; it ended with ${code ?? killed ?? "nothing"}: ${said.trim().slice(-1_500)}`));
    });
  });
}
