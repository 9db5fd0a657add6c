// The miniflare target: Cloudflare's local emulator with all deployments in one instance, one PoP, told apart by Host.
import type { Readable } from "node:stream";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { DeploySpec, TargetServer } from "../../contract/target/types.js";
import { type RunningAdapter, runAdapter } from "../kit/adapter.js";
import { freePort } from "../kit/front.js";
import { known, popId } from "../kit/process-per-worker.js";
import { findRuntime } from "../kit/runtimes.js";
import { hostOf, workerOptions } from "./options.js";

/** Answers what no deployment's Host matches, and keeps Miniflare content while there is none. */
const idle = { name: "edgemark-idle", modules: [{ type: "ESModule" as const, path: "idle.mjs", contents: `export default { fetch: () => new Response("no deployment has this host", { status: 404 }) };` }] };

await runAdapter(async (): Promise<RunningAdapter> => {
  const { version } = findRuntime("miniflare");
  // Its version carries the date of the workerd it comes with, which is the newest date that one knows.
  const newestDate = version.replace(/^\d+\.(\d{4})(\d{2})(\d{2})\..*$/, "$1-$2-$3");
  const port = await freePort();
  const deployments = new Map<string, { spec: DeploySpec; version: number }>();
  let versions = 0;
  let logged = "";

  const options = (): MiniflareOptions => ({
    host: "127.0.0.1",
    port,
    // Without it Miniflare asks the internet where this machine is.
    cf: false,
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      for (const stream of [stdout, stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (logged = (logged + text).slice(-4_000)));
    },
    workers: [{ ...idle, compatibilityDate: newestDate }, ...[...deployments.values()].map(({ spec }) => workerOptions(spec, newestDate))],
  });

  let emulator = new Miniflare(options());
  await emulator.ready;
  // Miniflare takes one set of options at a time.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };

  const deploy: TargetServer["deploy"] = (spec) =>
    inTurn(async () => {
      const before = deployments.get(spec.name);
      const now = { spec, version: ++versions };
      deployments.set(spec.name, now);
      logged = "";
      try {
        await emulator.setOptions(options());
      } catch (error) {
        if (before === undefined) deployments.delete(spec.name);
        else deployments.set(spec.name, before);
        const said = logged;
        await emulator.setOptions(options());
        throw new EdgemarkError("usage.input", `expected a worker that Miniflare can start; ${messageOf(error).slice(0, 1_000)}; its runtime says: ${said.slice(-1_500)}`, { cause: error });
      }
      return { deploymentId: spec.name, version: `v${now.version}`, endpoints: [{ popId, url: `http://127.0.0.1:${port}`, host: hostOf(spec.name) }] };
    });

  const server: TargetServer = {
    describe: async () => ({
      name: "miniflare",
      version,
      vendor: "Cloudflare",
      capabilities: [
        "workers",
        "deploy",
        "workers.multiple",
        "workers.env",
        "workers.modules",
        "workers.service",
        "workers.wait-until",
        "workers.scheduled",
        "workers.websocket",
        "workers.cache",
        "workers.html-rewriter",
        "workers.event-target",
        "workers.node",
        "kv",
        "durable-objects",
        "d1",
        "r2",
        "reset",
      ],
      unknownCapabilities: [],
      timeScale: 1,
      pops: [{ id: popId, region: "local", latitude: 0, longitude: 0, httpAddress: `127.0.0.1:${port}` }],
      anycastAddress: "",
      limits: {},
      notes: [
        `one location; storage is on this machine and never stale; runs its own workerd, compatibility date up to ${newestDate}`,
        "request.cf is a fixed placeholder, so workers.cf is not declared; the contract carries no queue consumers, so queues is not declared",
        "every Deploy restarts the runtime: open connections and what objects hold in memory are lost, stored data stays",
      ],
      compatibilityDate: newestDate,
    }),
    deploy,
    undeploy: (deploymentId) =>
      inTurn(async () => {
        known(deployments, deploymentId);
        deployments.delete(deploymentId);
        await emulator.setOptions(options());
      }),
    reset: () =>
      inTurn(async () => {
        // Its storage is a temporary folder of the instance.
        await emulator.dispose();
        emulator = new Miniflare(options());
        await emulator.ready;
      }),
    async triggerCron({ deploymentId, cron, scheduledTimeMs }) {
      known(deployments, deploymentId);
      const worker = await emulator.getWorker(deploymentId);
      const { outcome, noRetry } = await worker.scheduled({ cron, scheduledTime: new Date(scheduledTimeMs) });
      return { outcome, noRetry };
    },
  };
  return { server, close: () => emulator.dispose() };
});
