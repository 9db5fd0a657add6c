// The benchmark's client of the counter fixture: single requests, and a client that increments without pause and remembers
// every answer, so that gaps can be measured and losses seen.
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import type { Deployment, DeploySpec, Endpoint, TargetVerbs } from "../../contract/target/types.js";

const program = new URL("./objects.worker.js", import.meta.url);
/** Well under the 5 s after which an engine closes an idle connection. */
const idleMs = 1000;

/** @param version makes the program's bytes differ, as those of a new version do */
export async function counterSpec(name: string, version: number): Promise<DeploySpec> {
  const source = await readFile(program, "utf8");
  return {
    name,
    mainModule: "main.js",
    modules: [{ path: "main.js", kind: "esm", content: Buffer.from(`${source}\n// version ${version}\n`) }],
    compatibilityDate: "2026-01-01",
    compatibilityFlags: [],
    bindings: [{ kind: "durable_object", name: "COUNTER", className: "Counter", sqlite: true }],
    crons: [],
  };
}

export interface Counters {
  readonly deployment: Deployment;
  /** One request to a PoP. @throws when no 200 came before the deadline */
  ask(popId: string, path: string, deadlineMs?: number): Promise<string>;
  endpoint(popId: string): Endpoint;
  close(): void;
}

/** @throws EdgemarkError when the target refuses the worker */
export async function deployCounters(verbs: TargetVerbs, name: string): Promise<Counters> {
  const deployment = await verbs.deploy(await counterSpec(name, 1));
  const agent = new Agent({ keepAlive: true, timeout: idleMs });
  const endpoint = (popId: string): Endpoint => {
    const found = deployment.endpoints.find((one) => one.popId === popId);
    if (found === undefined) throw new RangeError(`there is no PoP ${popId}`);
    return found;
  };
  return {
    deployment,
    endpoint,
    ask: (popId, path, deadlineMs = 10_000) => exchange(endpoint(popId), path, agent, deadlineMs),
    close: () => agent.destroy(),
  };
}

/** One GET over the agent's connections. @throws when no 200 came before the deadline */
export function exchange({ url, host }: Endpoint, path: string, agent: Agent, deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), { agent, headers: { host }, signal: AbortSignal.timeout(deadlineMs) }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`status ${response.statusCode ?? 0}: ${text.slice(0, 200)}`))));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

export interface Answered {
  /** When the request began and its answer came, by performance.now(). */
  readonly sentMs: number;
  readonly doneMs: number;
  readonly value: number;
}

export interface Incrementing {
  readonly answers: readonly Answered[];
  readonly failures: () => number;
  /** Ends after the request that is under way. */
  stop(): Promise<void>;
}

/** One client that increments, one request after the other, without pause; a failed one is followed by the next. */
export function incrementWithoutPause(counters: Counters, popId: string, name: string, deadlineMs: number): Incrementing {
  const answers: Answered[] = [];
  let failures = 0;
  let isOver = false;
  const run = async (): Promise<void> => {
    while (!isOver) {
      const sentMs = performance.now();
      try {
        const value = Number(await counters.ask(popId, `/increment?name=${name}`, deadlineMs));
        answers.push({ sentMs, doneMs: performance.now(), value });
      } catch {
        failures++;
        // As long as an impatient client waits; without it, a PoP that refuses would be asked as fast as the machine can.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  };
  const over = run();
  return {
    answers,
    failures: () => failures,
    stop() {
      isOver = true;
      return over;
    },
  };
}

/** The longest time between an answer and the next one, from a moment on, ms. */
export function longestGapMs(answers: readonly Answered[], fromMs: number): number {
  let longest = 0;
  for (const [index, { doneMs }] of answers.entries()) {
    const before = answers[index - 1]?.doneMs;
    if (before !== undefined && doneMs >= fromMs) longest = Math.max(longest, doneMs - before);
  }
  return longest;
}

/**
 * What one client's acknowledged increments say about loss: each value once, larger than the one before, and the counter is at
 * least as large as the last at the end.
 * @param final the counter's value after everything
 * @returns a line per broken promise
 */
export function lostIncrements(answers: readonly Answered[], final: number): readonly string[] {
  const lost: string[] = [];
  for (const [index, { value }] of answers.entries()) {
    const before = answers[index - 1]?.value ?? 0;
    if (value <= before) lost.push(`${value} was answered after ${before}`);
  }
  const last = answers.at(-1)?.value ?? 0;
  if (final < last) lost.push(`${last} was acknowledged and the counter is at ${final}`);
  return lost;
}
