// Steps around the end of an adapter: it ends when its stdin closes and on SIGTERM, and leaves nothing behind.
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Deployment } from "../../contract/target/types.js";
import { startAdapter } from "../../contract/target/process.js";
import { programOf, type OpenOptions } from "../open.js";
import { type Examination, attempt } from "./finding.js";

/** How long an adapter may take to end, ms; and how long a port may take to close after that. */
const defaultGraceMs = 5_000;
const portMs = 2_000;

/** Closes the adapter's stdin and looks at what is left. The examination's target is over afterwards. */
export async function examineStop(examination: Examination, deployments: readonly Deployment[], { graceMs = defaultGraceMs }: OpenOptions): Promise<void> {
  const { target } = examination;
  const report = await target.stop();
  if (target.isShared) return examination.skipped("stop", "this target ran before and runs on");
  if (report.by === "gone") examination.broken("stop", "expected an adapter that runs until its stdin closes; it had ended before; see its log");
  else if (report.by === "stdin") examination.held("stop when stdin closes", "it ended by itself");
  else examination.broken("stop when stdin closes", `expected it to end within ${graceMs} ms; it took ${report.by}; end when stdin ends, so that nothing is left when Edgemark is killed`);
  if (report.leftProcesses) examination.broken("processes left behind", "expected every process of the adapter to end with it; some were still there and have been killed; end them before the adapter ends");
  else examination.held("processes left behind", "none");

  const addresses = new Set([target.address, ...deployments.flatMap(({ endpoints }) => endpoints.map(({ url }) => new URL(url).host))].filter(isLoopback));
  const open: string[] = [];
  for (const address of addresses) if (await staysOpen(address)) open.push(address);
  if (open.length === 0) examination.held("ports left behind", "none");
  else examination.broken("ports left behind", `expected its ports to be closed; ${open.join(", ")} still accepts connections; end what listens there`);
}

/** Starts the adapter a second time, for SIGTERM. */
export async function examineSigterm(examination: Examination, name: string, options: OpenOptions): Promise<void> {
  const subject = "stop on SIGTERM";
  const { graceMs = defaultGraceMs } = options;
  const { command, args } = programOf(name, options);
  const adapter = await attempt(examination, subject, () => startAdapter(command, args, { deadlineMs: options.startDeadlineMs ?? 60_000, graceMs }));
  if (adapter === undefined) return;
  process.kill(adapter.pid, "SIGTERM");
  const timer = new AbortController();
  const isGone = await Promise.race([adapter.exited.then(() => true), delay(graceMs, false, { signal: timer.signal }).catch(() => false)]);
  timer.abort();
  await adapter.stop();
  if (isGone) examination.held(subject, "it ended");
  else examination.broken(subject, `expected it to end within ${graceMs} ms; it ran on and was killed; end on SIGTERM`);
}

function isLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/.test(address);
}

async function staysOpen(address: string): Promise<boolean> {
  const lastMs = performance.now() + portMs;
  while (await accepts(address)) {
    if (performance.now() > lastMs) return true;
    await delay(50);
  }
  return false;
}

function accepts(address: string): Promise<boolean> {
  const url = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80) });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(false)).once("connect", () => end(true)).once("error", () => end(false));
  });
}
