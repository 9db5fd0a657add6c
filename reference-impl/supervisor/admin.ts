// Calls to the admin worker inside a PoP's current process, over its loopback socket.
import { request } from "node:http";
import { adminSocket } from "./config.js";
import type { Engine } from "./engine.js";
import { HealthLine } from "./health-line.js";
import type { Pop } from "./pop.js";
import { isStarved, processStat, type ProcessStat } from "./process-stat.js";

/** A PoP that did not carry out an admin call. */
export class AdminFailed extends Error {}

const healthDeadlineMs = 300;
/** An answer that takes longer than this is looked into. */
const slowMs = 100;
/** A timer that fires later than this was held up here, on a busy machine, and says nothing about the PoP. */
const ownLagMs = 50;
const callDeadlineMs = 15_000;

function exchange(port: number, path: string, options: { token: string; body: string; deadlineMs: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path, method: "POST", headers: { authorization: `Bearer ${options.token}` }, agent: false, signal: AbortSignal.timeout(options.deadlineMs) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new AdminFailed(`${path} answered ${response.statusCode}: ${text.slice(0, 300)}`));
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}

/** One admin call. @param deadlineMs for its answer @returns the answer's body @throws AdminFailed when the PoP is down or refuses */
export async function callAdmin(pop: Pop, token: string, path: string, body: unknown = {}, deadlineMs = callDeadlineMs): Promise<string> {
  const port = pop.current?.engine.ports.get(adminSocket);
  if (port === undefined) throw new AdminFailed(`PoP ${pop.id} is down`);
  if (pop.control.isHeld) throw new AdminFailed(`PoP ${pop.id} is cut off from the control plane`);
  return exchange(port, path, { token, body: JSON.stringify(body), deadlineMs });
}

/** A connection for probes to each process that was probed. */
const lines = new WeakMap<Engine, HealthLine>();

function lineTo(engine: Engine, port: number): HealthLine {
  const line = lines.get(engine) ?? new HealthLine(port);
  lines.set(engine, line);
  return line;
}

/**
 * Probes the PoP's process.
 * @returns healthy; silent when no answer had come in time; unclear when this process itself was too late to tell, or the
 *   other one was kept from running by a machine that has too much to do
 */
export async function probeHealth(pop: Pop): Promise<"healthy" | "silent" | "unclear"> {
  const engine = pop.current?.engine;
  const port = engine?.ports.get(adminSocket);
  if (engine === undefined || port === undefined) return "silent";
  const startedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<"silent" | "unclear">((resolve) => {
    timer = setTimeout(() => {
      // Almost every probe is answered long before: only a slow one is worth asking the kernel about.
      const lookedMs = performance.now();
      const before = processStat(engine.pid);
      timer = setTimeout(() => {
        const lagMs = performance.now() - startedMs - healthDeadlineMs;
        // An answer that lies unread in the socket is an answer: what has arrived is read before the verdict.
        setImmediate(() => setImmediate(() => resolve(lagMs > ownLagMs ? "unclear" : wasStarved(engine.pid, before, lookedMs))));
      }, healthDeadlineMs - slowMs);
    }, slowMs);
  });
  const answer = lineTo(engine, port)
    .ask()
    .then((isHealthy) => (isHealthy ? "healthy" : "silent"));
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}

async function wasStarved(pid: number, before: Promise<ProcessStat | undefined>, beforeMs: number): Promise<"silent" | "unclear"> {
  return isStarved(await before, await processStat(pid), performance.now() - beforeMs) ? "unclear" : "silent";
}
