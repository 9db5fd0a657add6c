// Starts the reference edge as a target: bucket, PoPs, anycast address and control server, until its parent lets go.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { announce, serveTarget, untilStopped } from "../contract/target/serve.js";
import { edgemarkVersion } from "../contract/version.js";
import { startFaults } from "./control/faults/registry.js";
import { targetOf } from "./control/target.js";
import { parseLag } from "./pop/d1/lag.js";
import { openMemoryFolder } from "./supervisor/memory-folder.js";
import { openStorage } from "./supervisor/storage.js";
import type { ProgramName } from "./supervisor/config.js";
import { type EdgeEvent, startEdge } from "./supervisor/edge.js";
import { maximumPops } from "./topology.js";

const usage = `Starts the reference edge and serves the target contract until stdin closes.

usage: main.js [options]
  --pops N            PoPs, 1 to ${maximumPops} (default 3)
  --time-scale X      platform timers run X times faster (default 1)
  --d1-lag RULES      how late D1's replicas are, ms: 500, fra>iad=300~100 (200 to 400), *>sin=stopped (default 0)
  --on-demand         stateless workers are loaded when they are first asked for, instead of with their PoP's process
  --host ADDRESS      address to listen on (default 127.0.0.1)
  --port N            port of the anycast address; PoPs take the next ones (default 0: any)
  --data DIR          keeps state in DIR (default: a temporary folder, removed at the end)
  --bucket URL        s3://bucket/prefix instead of the embedded bucket; AWS_* variables give endpoint and credentials
  --control-port N    port of the control server (default 0: any)
  --logs              writes what workers and engines say to stderr, a JSON object a line: popId, source, level, text
`;

/** A lease is not scaled as platform timers are: a busy machine, or a slow link, loses a short one that nobody cut. */
const leaseDivisor = 1;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pops: { type: "string", default: "3" },
      "time-scale": { type: "string", default: "1" },
      "d1-lag": { type: "string", default: "" },
      "on-demand": { type: "boolean", default: false },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "0" },
      data: { type: "string" },
      bucket: { type: "string" },
      "control-port": { type: "string", default: "0" },
      mutant: { type: "string", default: "" },
      logs: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const pops = wholeNumber("--pops", values.pops, 1, maximumPops);
  const port = wholeNumber("--port", values.port, 0, 65_535 - maximumPops);
  const controlPort = wholeNumber("--control-port", values["control-port"], 0, 65_535);
  const timeScale = Number(values["time-scale"]);
  if (!(timeScale >= 1 && timeScale <= 1000)) throw new Error(`--time-scale: a number from 1 to 1000 was expected; ${values["time-scale"]} came`);

  const dataFolder = values.data === undefined ? await mkdtemp(join(tmpdir(), "edgemark-")) : resolve(values.data);
  const listeners = new Set<(event: EdgeEvent) => void>();
  const closers: (() => Promise<unknown>)[] = [];
  if (values.data === undefined) closers.push(() => rm(dataFolder, { recursive: true, force: true }));
  try {
    const storage = await openStorage({ dataFolder, pops, external: values.bucket });
    closers.unshift(() => storage.close());
    // State that is to be kept may be large, and stays out of memory.
    const memory = values.data === undefined && values.bucket === undefined ? await openMemoryFolder() : undefined;
    if (memory !== undefined) closers.unshift(() => memory.close());
    const edge = await startEdge({
      pops,
      host: values.host,
      port,
      timeScale,
      leaseDivisor,
      d1Lag: lagRules(values["d1-lag"]),
      dataFolder,
      engineFolder: memory?.path ?? join(dataFolder, "engines"),
      onDemand: values["on-demand"],
      programs: await readPrograms(),
      storage,
      onEvent: (event) => {
        for (const listener of listeners) listener(event);
      },
      onLog: (popId, line) => {
        if (values.logs) process.stderr.write(`${JSON.stringify({ popId, ...line })}\n`);
      },
    });
    closers.unshift(() => edge.close());
    const faults = startFaults(edge);
    closers.unshift(() => Promise.resolve(faults.close()));
    const server = await serveTarget(
      targetOf({
        edge,
        version: edgemarkVersion(),
        timeScale,
        leaseDivisor,
        isOnDemand: values["on-demand"],
        mutant: values.mutant,
        faults,
        subscribe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      }),
      { port: controlPort },
    );
    closers.unshift(() => server.close());
    announce(server.address);
    await untilStopped();
  } finally {
    for (const close of closers) await close();
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw new Error(`${flag}: a whole number from ${least} to ${most} was expected; ${text} came`);
  return value;
}

function lagRules(text: string): string {
  try {
    parseLag(text);
    return text;
  } catch (cause) {
    throw new Error(`--d1-lag: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function readPrograms(): Promise<Record<ProgramName, string>> {
  const read = (name: string): Promise<string> => readFile(new URL(`./pop/${name}/${name}.worker.js`, import.meta.url), "utf8");
  return { kv: await read("kv"), d1: await read("d1"), cache: await read("cache"), admin: await read("admin"), loader: await read("loader"), objects: await read("objects") };
}

// Anything that still throws here would leave processes behind: say it, and end through the closers above.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
    const advice = isFull ? "; the disk of the data folder is full: make room, or choose another with --data or TMPDIR" : "";
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}${advice}\n`);
    process.exit(error instanceof Error && error.message.startsWith("--") ? 2 : 3);
  },
);
