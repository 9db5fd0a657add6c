// edgemark load k6: user scenarios by k6 on a target, in one process or in several whose samples are merged exactly; and the same run
// as manifests for the k6-operator.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadClaims } from "../../contract/claims/registry.js";
import { didYouMean, EdgemarkError, exitCodes, messageOf } from "../../contract/errors.js";
import type { Measurement } from "../../contract/result/document.js";
import type { Binding, Endpoint, TargetDescription } from "../../contract/target/types.js";
import { thinnedTo } from "../../load/cold-start/statistics.js";
import { bundleOf } from "../../load/k6/bundle.js";
import { findingsOf, voidOf } from "../../load/k6/judge.js";
import { manifestsOf } from "../../load/k6/operator.js";
import { k6Scenarios, planOf, type K6Plan, type K6Scenario } from "../../load/k6/plan.js";
import { findK6, installK6, k6Version, output } from "../../load/k6/program.js";
import { runK6 } from "../../load/k6/run.js";
import { countOf, percentileOf, readSamples, sortedOf, sumOf, type K6Samples } from "../../load/k6/samples.js";
import { pathProblem } from "../../reports/judge-path.js";
import { durationBetween, listOf, numberBetween, type CommandSpec } from "../command.js";
import type { CommandIo } from "../io.js";
import { deployProgram } from "./deploy.js";
import { replayOf, runOnTarget, targetOptions, targetSettingsOf, type Found, type LoadScope } from "./session.js";

interface K6Settings {
  readonly scenarios: readonly K6Scenario[];
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly vus: number;
  readonly processes: number;
}

const siteProgram = new URL("../../load/k6/site.worker.js", import.meta.url);
const siteBindings: readonly Binding[] = [
  { kind: "kv", name: "KV", namespace: "edgemark-k6" },
  { kind: "d1", name: "DB", database: "edgemark-k6" },
  { kind: "durable_object", name: "ROOMS", className: "ChatRoom", sqlite: true },
];

export const loadK6Command: CommandSpec = {
  name: "load k6",
  summary: "Lets users of a small site log in, chat, order and read, by k6, with thresholds from the claims.",
  options: [
    ...targetOptions,
    { flags: "--scenario <names>", words: `of ${k6Scenarios.map(({ id }) => id).join(", ")} (default: all that the target can)`, parse: listOf },
    { flags: "--rate <number>", words: "logins per second; the other scenarios in proportion (default: 5)", parse: numberBetween(0.1, 10_000) },
    { flags: "--for <time>", words: "length of the run (default: 20s)", parse: durationBetween(1_000, 86_400_000) },
    { flags: "--vus <number>", words: "users that may be under way in each scenario; a run that needs more is void (default: 50)", parse: numberBetween(1, 10_000, { isWhole: true }) },
    { flags: "--processes <number>", words: "k6 processes that share the run, merged exactly (default: 1)", parse: numberBetween(1, 16, { isWhole: true }) },
    { flags: "--install", words: `build k6 ${k6Version} with Go into ~/.cache/edgemark, and end (default: off)` },
    { flags: "--operator <folder>", words: "write TestRun, ConfigMap and archive for the k6-operator instead of running" },
    { flags: "--endpoint <pop=url>", words: "with --operator: where the site is deployed; repeatable", parse: listOf },
    { flags: "--merge <files>", words: "merge and judge logs of the operator's pods instead of running", parse: listOf },
  ],
  examples: [
    ["edgemark load k6 --for 30s", "all scenarios on the reference edge"],
    ["edgemark load k6 --scenario orders --processes 2", "one scenario, two processes, one result"],
    ["edgemark load k6 --operator k8s --endpoint fra=http://site.example", "the same for a cluster"],
  ],
  run: async (given, _args, io) => {
    if (given["install"] === true) {
      const { path, version } = await installK6((words) => io.err(`${words}\n`));
      io.out(`k6 ${version}: ${path}\n`);
      return exitCodes.held;
    }
    const settings = settingsOf(given);
    if (Array.isArray(given["merge"])) return mergeLogs(given["merge"].map(String), settings, io);
    if (typeof given["operator"] === "string") return writeOperator(given["operator"], given["endpoint"], settings, io);
    if (given["endpoint"] !== undefined) throw new EdgemarkError("usage.flag", "--endpoint expected with --operator only; it came alone; use --target url to measure what is deployed");
    const program = await findK6();
    const target = targetSettingsOf(given);
    return runOnTarget(target, { verb: "k6", replay: replayOf(loadK6Command, given) }, io, async (scope) => {
      scope.say(`k6 ${program.version}: ${program.path}`);
      return measure(scope, settings, program);
    });
  },
};

function settingsOf(given: Readonly<Record<string, unknown>>): K6Settings {
  const number = (name: string, usual: number): number => (typeof given[name] === "number" ? given[name] : usual);
  const ids = k6Scenarios.map(({ id }) => id);
  const wanted = Array.isArray(given["scenario"]) ? given["scenario"].map(String) : ids;
  for (const id of wanted) {
    if (ids.includes(id)) continue;
    throw new EdgemarkError("usage.flag", `a scenario expected; ${id} is none; ${didYouMean(id, ids, `there are ${ids.join(", ")}`)}`);
  }
  return { scenarios: k6Scenarios.filter(({ id }) => wanted.includes(id)), ratePerSecond: number("rate", 5), durationMs: number("for", 20_000), vus: number("vus", 50), processes: number("processes", 1) };
}

const planFor = (settings: K6Settings, scenarios: readonly K6Scenario[], timeScale: number): K6Plan => planOf({ ...settings, scenarios, timeScale, claims: loadClaims([], pathProblem) });

async function measure({ opened, signal, say }: LoadScope, settings: K6Settings, program: Awaited<ReturnType<typeof findK6>>): Promise<Found> {
  const { description, verbs } = opened;
  const can = settings.scenarios.filter(({ needs }) => needs.every((one) => description.capabilities.includes(one)));
  const cannot = settings.scenarios.filter((one) => !can.includes(one));
  const absent = cannot.map(({ id, title, needs }) => ({ id: `load.k6.${id}`, promise: title, verdict: "not-applicable" as const, reason: `the target does not declare ${needs.filter((one) => !description.capabilities.includes(one)).join(", ")}` }));
  if (can.length === 0) return { measurements: [], checks: absent, words: "no scenario that the target can" };
  const plan = planFor(settings, can, description.timeScale);
  const deployment = await deployProgram(verbs, { name: "edgemark-site", source: siteProgram, bindings: siteBindingsOn(description) });
  const folder = mkdtempSync(join(tmpdir(), "edgemark-k6-"));
  try {
    await setUp(deployment.endpoints[0]);
    const script = join(folder, "site.js");
    writeFileSync(script, await bundleOf(plan));
    say(`${can.map(({ id }) => id).join(", ")} for ${settings.durationMs / 1_000} s in ${settings.processes} ${settings.processes === 1 ? "process" : "processes"}`);
    const { files, waitedMs } = await runK6({ program, script, folder, processes: settings.processes, endpoints: deployment.endpoints, signal });
    const samples = await readSamples(files);
    const found = foundOf(plan, samples, waitedMs / Math.max(1, countOf(samples, "http_reqs")), settings);
    return { ...found, checks: [...found.checks, ...absent] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await verbs.undeploy(deployment.deploymentId).catch(() => undefined);
  }
}

function siteBindingsOn({ capabilities }: TargetDescription): readonly Binding[] {
  const has = { kv: capabilities.includes("kv"), d1: capabilities.includes("d1"), durable_object: capabilities.includes("durable-objects") };
  return siteBindings.filter(({ kind }) => (kind === "kv" || kind === "d1" || kind === "durable_object") && has[kind]);
}

/** Tables and pages, once, before the first user comes. */
async function setUp(endpoint: Endpoint | undefined): Promise<void> {
  if (endpoint === undefined) throw new EdgemarkError("target.contract", "an endpoint of a deployment expected; none came; see what Deploy answers");
  const { request } = await import("node:http");
  const { hostname, port } = new URL(endpoint.url);
  const status = await new Promise<number>((done, reject) => {
    const outgoing = request({ host: hostname, port, path: "/setup", method: "POST", headers: { host: endpoint.host, connection: "close" }, agent: false, timeout: 60_000 }, (response) => response.resume().once("end", () => done(response.statusCode ?? 0)));
    outgoing.once("error", reject);
    outgoing.end();
  }).catch((cause: unknown) => {
    throw new EdgemarkError("target.refused", `the site was expected to set itself up; ${messageOf(cause)}; see what the target says`, { cause });
  });
  if (status !== 200) throw new EdgemarkError("target.refused", `the site was expected to set itself up; it answered ${status}; see what the target says`);
}

function foundOf(plan: K6Plan, samples: K6Samples, waitedMsPerRequest: number | undefined, { ratePerSecond, processes }: K6Settings): Found {
  const voidBecause = voidOf(plan, samples, { waitedMsPerRequest });
  const conditions = { mode: "k6, arrivals at a constant rate; latency from the real send, and nothing was dropped", ratePerSecond, processes, scenarios: plan.scenarios.map(({ id }) => id).join(", ") };
  const names = [...new Set(plan.scenarios.flatMap(({ figures }) => figures.map(({ metric, tag }) => (tag === undefined ? metric : `${metric}{${tag}}`))))];
  const all = [["workers.request.latency", "http_req_duration"] as const, ...names.map((name) => [`load.k6.${name.replace(/^.*\{name:|\}$/g, "")}`, name] as const)];
  const measurements = all.flatMap(([id, name]): Measurement[] => {
    const sorted = sortedOf(samples, name);
    const at = (percentile: number): number => percentileOf(sorted, percentile) ?? 0;
    if (sorted.length === 0) return [];
    return [{ id, value: at(50), unit: "ms", n: sorted.length, conditions: { ...conditions, metric: name }, percentiles: { min: at(0), p50: at(50), p90: at(90), p99: at(99), "p99.9": at(99.9), max: at(100) }, samples: thinnedTo([...sorted], 400), ...(voidBecause === undefined ? {} : { voidBecause }) }];
  });
  const words = [
    ...measurements.map(({ id, n, percentiles = {} }) => `${id.padEnd(26)} n ${String(n).padEnd(7)} ${Object.entries(percentiles).map(([name, value]) => `${name} ${value.toFixed(1)}`).join("  ")} ms`),
    `iterations ${countOf(samples, "iterations")}, requests ${countOf(samples, "http_reqs")}, dropped ${sumOf(samples, "dropped_iterations")}${waitedMsPerRequest === undefined ? "" : `, k6 waited ${waitedMsPerRequest.toFixed(2)} ms for a processor with each request`}`,
  ].join("\n");
  const data = Object.fromEntries(["iterations", "http_reqs", "checks"].map((name) => [name, countOf(samples, name)]));
  return { measurements, checks: findingsOf(plan, samples, voidBecause), words, data };
}

async function mergeLogs(files: readonly string[], settings: K6Settings, io: CommandIo): Promise<number> {
  const samples = await readSamples(files, { hasOtherLines: true });
  const present = settings.scenarios.filter(({ id }) => countOf(samples, `iterations{scenario:${id}}`) > 0);
  if (present.length === 0) throw new EdgemarkError("usage.input", `samples of a scenario expected; ${files.join(", ")} have none; give the logs of the runner pods, whole`);
  const { words, checks } = foundOf(planFor(settings, present, 1), samples, undefined, settings);
  io.out(`${words}\n${checks.map(({ promise, verdict, reason }) => `${verdict}: ${promise}${reason === undefined ? "" : `: ${reason}`}\n`).join("")}`);
  if (checks.some(({ verdict }) => verdict === "fail")) return exitCodes.failed;
  return checks.every(({ verdict }) => verdict === "pass") ? exitCodes.held : exitCodes.inconclusive;
}

async function writeOperator(to: string, given: unknown, settings: K6Settings, io: CommandIo): Promise<number> {
  const endpoints = (Array.isArray(given) ? given.map(String) : []).map((typed): Endpoint => {
    const [, popId = "", url = ""] = /^([a-z0-9-]+)=(https?:\/\/.+)$/.exec(typed) ?? [];
    if (!URL.canParse(url)) throw new EdgemarkError("usage.flag", `an endpoint such as fra=http://site.example expected; ${typed} came; correct --endpoint`);
    return { popId, url: url.replace(/\/$/, ""), host: new URL(url).host };
  });
  if (endpoints.length === 0) throw new EdgemarkError("usage.flag", "an --endpoint expected with --operator, since pods cannot reach a target that is started here; none came; deploy the site (load/k6/site.worker.ts) and name where it answers");
  const folder = resolve(to);
  const { path } = await findK6();
  try {
    mkdirSync(folder, { recursive: true });
    const script = join(folder, "site.js");
    const archive = join(folder, "archive.tar");
    writeFileSync(script, await bundleOf(planFor(settings, settings.scenarios, 1)));
    await output(path, ["archive", "--quiet", "-e", `EDGEMARK_ENDPOINTS=${JSON.stringify(endpoints)}`, "-O", archive, script]);
    const manifests = manifestsOf({ name: "edgemark-k6", namespace: "default", parallelism: settings.processes, endpoints, image: `grafana/k6:${k6Version}`, archive: readFileSync(archive) });
    const files = [script, archive, ...Object.entries({ "configmap.json": manifests.configMap, "testrun.json": manifests.testRun }).map(([name, value]) => {
      writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
      return join(folder, name);
    })];
    io.out(`${files.join("\n")}\nthen: kubectl apply -f ${join(to, "configmap.json")} -f ${join(to, "testrun.json")}\nand, when its pods have ended: edgemark load k6 --merge pod-1.log,pod-2.log\n`);
    return exitCodes.held;
  } catch (cause) {
    if (cause instanceof EdgemarkError) throw cause;
    throw new EdgemarkError("usage.output", `manifests in ${folder} expected; ${messageOf(cause)}; see the folder, and k6`, { cause });
  }
}
