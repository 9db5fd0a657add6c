// One thread of a run of the open loop: drives its part of the schedule, beginning at the same instant as the others, and
// sends its log's columns back.
import { parentPort, workerData } from "node:worker_threads";
import { runPart, type PartOptions } from "./part.js";

/** The boundary to threads.ts, which started this thread. */
const { options, index, of } = workerData as { readonly options: PartOptions; readonly index: number; readonly of: number };
const port = parentPort;
if (port === null) throw new Error("thread.js is started by threads.js only");

const aborting = new AbortController();
let begin: (startNs: bigint) => void = () => undefined;
const began = new Promise<bigint>((resolve) => (begin = resolve));
port.on("message", (message: bigint | "abort") => {
  if (message === "abort") aborting.abort();
  else begin(message);
});

const part = await runPart(options, {
  index,
  of,
  signal: aborting.signal,
  ready: () => {
    port.postMessage("ready");
    return began;
  },
});
const { columns } = part;
port.postMessage(part, [columns.intendedMs.buffer, columns.lagMs.buffer, columns.latencyMs.buffer, columns.outcome.buffer, columns.tag.buffer, columns.isolate.buffer]);
port.close();
