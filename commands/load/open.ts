// edgemark load open: open-loop load on a worker of a target, with its latency from the intended send time.
import { EdgemarkError } from "../../contract/errors.js";
import type { Measurement } from "../../contract/result/document.js";
import { classesOf } from "../../load/open-loop/classes.js";
import { percentileInterval } from "../../load/open-loop/interval.js";
import { runOpenLoop, type OpenLoopOptions } from "../../load/open-loop/open-loop.js";
import { seriesOf, type OpenLoopResult } from "../../load/open-loop/result.js";
import type { LatencyHistogram } from "../../load/open-loop/histogram.js";
import { numberBetween, type CommandSpec } from "../command.js";
import { bindingsOn, deployProgram, endpointOf, probeHeaders, probeProgram, readWorker } from "./deploy.js";
import type { LoadCheck } from "./record.js";
import { replayOf, runOnTarget, targetOptions, targetSettingsOf, type Found } from "./session.js";

interface OpenSettings {
  readonly ratePerSecond: number;
  readonly rampToPerSecond?: number;
  readonly arrivals: "uniform" | "poisson";
  readonly durationMs: number;
  readonly warmUpMs?: number;
  readonly threads: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly path: string;
  readonly pop?: string;
  readonly program?: string;
  readonly isWebSocket: boolean;
  readonly isNewConnection: boolean;
  readonly thresholdMs?: number;
}

const seriesBucketMs = 250;

export const loadOpenCommand: CommandSpec = {
  name: "load open",
  summary: "Sends requests to a worker at a rate that the target's slowness does not change, and measures latency from the intended send time.",
  options: [
    ...targetOptions,
    { flags: "--rate <number>", words: "requests per second (default: 100)", parse: numberBetween(0.1, 1_000_000) },
    { flags: "--ramp-to <number>", words: "the rate goes evenly to this one (default: it stays)", parse: numberBetween(0.1, 1_000_000) },
    { flags: "--arrivals <kind>", words: "random arrivals, or evenly spaced ones (default: poisson)", choices: ["poisson", "uniform"] },
    { flags: "--duration-ms <number>", words: "length in ms (default: 10000)", parse: numberBetween(100, 86_400_000) },
    { flags: "--warm-up-ms <number>", words: "the same load before it, not counted, in ms (default: none)", parse: numberBetween(0, 3_600_000) },
    { flags: "--threads <number>", words: "threads of the driver; one drives about 10,000/s (default: 1)", parse: numberBetween(1, 64, { isWhole: true }) },
    { flags: "--connections <number>", words: "most connections; a run that needs more is void (default: 1000)", parse: numberBetween(1, 60_000, { isWhole: true }) },
    { flags: "--timeout-ms <number>", words: "from the intended send time, in ms (default: 5000)", parse: numberBetween(1, 3_600_000) },
    { flags: "--pop <id>", words: "ask this PoP, or anycast (default: the first)" },
    { flags: "--worker <file>", words: "deploy this worker, one ES module (default: one that answers at once)" },
    { flags: "--path <path>", words: "what to ask for; /kv?key=k reads KV in the default worker (default: /)" },
    { flags: "--websocket", words: "messages over WebSockets instead of HTTP requests (default: off)" },
    { flags: "--new-connections", words: "a connection for each request (default: keep-alive)" },
    { flags: "--threshold-ms <number>", words: "p99 to judge by, in ms (default: none)", parse: numberBetween(0, 3_600_000) },
  ],
  examples: [
    ["edgemark load open --rate 1000", "the reference edge, for ten seconds"],
    ["edgemark load open --target miniflare --path '/kv?key=k' --threshold-ms 5", "KV reads, judged by a p99 of 5 ms"],
    ["edgemark load open --rate 100 --ramp-to 5000 --duration-ms 60000", "where it bends"],
  ],
  run: async (given, _args, io) => {
    const settings = settingsOf(given);
    const target = targetSettingsOf(given);
    // Before anything starts: a path that is wrong is told at once.
    const source = settings.program === undefined ? probeProgram : await readWorker(settings.program);
    return runOnTarget(target, { verb: "open", replay: replayOf(loadOpenCommand, given) }, io, async ({ opened, signal, say }) => {
      const deployment = await deployProgram(opened.verbs, { name: "edgemark-load", source, bindings: bindingsOn(opened.description, [{ kind: "kv", name: "KV", namespace: "edgemark-load" }]) });
      const { url, host } = endpointOf(deployment, settings.pop);
      say(`${settings.ratePerSecond}/s for ${settings.durationMs} ms${settings.warmUpMs === undefined ? "" : ` after a warm-up of ${settings.warmUpMs} ms`} to ${url}${settings.path}`);
      const result = await runOpenLoop({ ...optionsOf(settings), url: settings.isWebSocket ? url.replace(/^http/, "ws") : url, host, seed: target.seed, signal });
      await opened.verbs.undeploy(deployment.deploymentId).catch(() => undefined);
      return foundOf(result, settings);
    });
  },
};

function settingsOf(given: Readonly<Record<string, unknown>>): OpenSettings {
  const number = (name: string, usual: number): number => (typeof given[name] === "number" ? given[name] : usual);
  const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
  const [pop, program, path = "/"] = [text("pop"), text("worker"), text("path")];
  if (!path.startsWith("/")) throw new EdgemarkError("usage.flag", `a path that begins with "/" expected; ${path} came; correct --path`);
  return {
    ratePerSecond: number("rate", 100),
    ...(typeof given["rampTo"] === "number" ? { rampToPerSecond: given["rampTo"] } : {}),
    arrivals: given["arrivals"] === "uniform" ? "uniform" : "poisson",
    durationMs: number("durationMs", 10_000),
    ...(typeof given["warmUpMs"] === "number" && given["warmUpMs"] > 0 ? { warmUpMs: given["warmUpMs"] } : {}),
    threads: number("threads", 1),
    connections: number("connections", 1_000),
    timeoutMs: number("timeoutMs", 5_000),
    path,
    ...(pop === undefined ? {} : { pop }),
    ...(program === undefined ? {} : { program }),
    isWebSocket: given["websocket"] === true,
    isNewConnection: given["newConnections"] === true,
    ...(typeof given["thresholdMs"] === "number" ? { thresholdMs: given["thresholdMs"] } : {}),
  };
}

function optionsOf({ ratePerSecond, rampToPerSecond, arrivals, durationMs, warmUpMs, threads, connections, timeoutMs, path, isNewConnection, thresholdMs }: OpenSettings): Omit<OpenLoopOptions, "url" | "host" | "seed"> {
  return {
    ratePerSecond,
    ...(rampToPerSecond === undefined ? {} : { rampToPerSecond }),
    arrivals,
    durationMs,
    ...(warmUpMs === undefined ? {} : { warmUpMs }),
    threads,
    timeoutMs,
    path,
    connections: { max: connections },
    newConnectionPerRequest: isNewConnection,
    classifyHeaders: probeHeaders,
    ...(thresholdMs === undefined ? {} : { thresholdMs }),
  };
}

/** What a run found, as measurements, checks and words. */
export function foundOf(result: OpenLoopResult, settings: Pick<OpenSettings, "ratePerSecond" | "rampToPerSecond" | "arrivals" | "warmUpMs" | "isWebSocket" | "isNewConnection" | "thresholdMs">): Found {
  const { latency, service, lag, log } = result;
  const conditions = {
    mode: `open loop, ${settings.arrivals} arrivals, from the intended send time`,
    ratePerSecond: settings.ratePerSecond,
    ...(settings.rampToPerSecond === undefined ? {} : { rampToPerSecond: settings.rampToPerSecond }),
    ...(settings.warmUpMs === undefined ? {} : { warmUpMs: settings.warmUpMs }),
    protocol: settings.isWebSocket ? "WebSocket message and its answer" : settings.isNewConnection ? "HTTP, a connection for each request" : "HTTP, keep-alive",
  };
  const isVoid = result.void === undefined ? {} : { voidBecause: result.void };
  const interval = percentileInterval(log, 99);
  const measured = (id: string, histogram: LatencyHistogram): Measurement[] =>
    histogram.n === 0 ? [] : [{ id, value: histogram.percentileMs(50), unit: "ms", n: histogram.n, conditions, percentiles: percentilesOf(histogram), samples: histogram.samplesMs(256), ...isVoid }];
  const series = seriesOf(log, seriesBucketMs).flatMap(({ fromMs, p50Ms }) => (p50Ms === undefined ? [] : [[fromMs / 1_000, p50Ms] as const]));
  const classes = classesOf(log).filter(({ outcome }) => outcome === "ok");
  const measurements = [
    ...measured("load.open.latency", latency).map((whole): Measurement => ({ ...whole, series, startedAtMs: result.startedAtMs, percentiles: { ...whole.percentiles, ...(interval === undefined ? {} : { "p99.low": interval.lowMs, "p99.high": interval.highMs }) } })),
    ...measured("load.open.service", service),
    ...measured("load.open.lag", lag),
    ...classes.flatMap(({ tag, isolate, latency: inside }) => measured(["load.open.latency", isolate ?? "unknown", tag ?? ""].filter((word) => word !== "").join(".").toLowerCase(), inside)),
  ];
  const words = [
    row("latency", latency),
    row("service", service),
    row("lag", lag),
    ...classes.map(({ tag, isolate, latency: inside }) => row(`${tag ?? "?"} ${isolate ?? ""}`, inside)),
    interval === undefined ? "p99: too few requests for an interval" : `p99 lies between ${interval.lowMs.toFixed(2)} and ${interval.highMs.toFixed(2)} ms (95 %, as from ${Math.round(interval.effectiveN)} independent requests)`,
  ].join("\n");
  return { measurements, checks: checksOf(result, settings.thresholdMs), words };
}

function percentilesOf(histogram: LatencyHistogram): Record<string, number> {
  const named = [50, 90, 95, 99, 99.9].map((percentile) => [`p${percentile}`, histogram.percentileMs(percentile)] as const);
  return Object.fromEntries([...named, ["max", histogram.percentileMs(100)]]);
}

function row(name: string, histogram: LatencyHistogram): string {
  const { n, p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = histogram.percentiles();
  const cells = [p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map((value) => (Number.isNaN(value) ? "-" : value.toFixed(2)).padStart(9));
  return `${name.padEnd(10)} n ${String(n).padEnd(8)} p50 p90 p99 p99.9 max, ms: ${cells.join(" ")}`;
}

function checksOf(result: OpenLoopResult, thresholdMs: number | undefined): LoadCheck[] {
  const failed = Object.entries(result.counts).filter(([outcome, count]) => outcome !== "ok" && count > 0);
  const failures = failed.map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  const isOurs = result.void !== undefined;
  const p99Ms = result.latency.n === 0 ? Infinity : result.latency.percentileMs(99);
  return [
    { id: "load.driver.health", promise: "the driver kept its schedule", verdict: isOurs ? "inconclusive" : "pass", ...(result.void === undefined ? {} : { reason: `void: ${result.void}` }) },
    { id: "load.answers", promise: "every request is answered with success", verdict: failed.length === 0 && result.counts.ok > 0 ? "pass" : isOurs ? "inconclusive" : "fail", ...(failed.length === 0 ? {} : { reason: failures }) },
    ...(thresholdMs === undefined
      ? []
      : [{ id: "load.threshold", promise: `p99 is at most ${thresholdMs} ms`, verdict: isOurs ? ("inconclusive" as const) : p99Ms <= thresholdMs ? ("pass" as const) : ("fail" as const), reason: `p99 was ${p99Ms.toFixed(2)} ms` }]),
  ];
}
