// Two targets side by side: both are started, get the same worker, and are asked in turns.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { didYouMean, EdgemarkError, messageOf } from "../../contract/errors.js";
import type { TargetVerbs } from "../../contract/target/types.js";
import { runOpenLoop } from "../../load/open-loop/open-loop.js";
import { comparisonSchema, type Comparison, type ComparedSide } from "../../reports/comparison/types.js";
import { confidenceFor } from "../../reports/comparison/paired.js";
import { fingerprint } from "../../suites/runner/environment.js";
import { knownTargets } from "../../targets/names.js";
import { openTarget, type OpenedTarget } from "../../targets/open.js";
import { bindingsOn, deployProgram, endpointOf, probeProgram } from "../load/deploy.js";
import { makeRunDirectory } from "../run-directory.js";
import { seededRandom } from "../../contract/random.js";
import { measurePairs, numbersOf, verdictOfMetrics, type SliceAddress, type Workload } from "./pairs.js";
import { buildRevision, commitOf, type Revision } from "./revision.js";

export interface LiveSettings {
  /** What is looked at: after. */
  readonly target: string;
  /** What it is held against, before: a target, or a revision of this repository. */
  readonly against: string;
  readonly pops?: number;
  readonly pairs: number;
  readonly sliceMs: number;
  readonly ratePerSecond: number;
  readonly minEffect: number;
  readonly seed: number;
  readonly out: string;
}

export interface LiveScope {
  readonly signal: AbortSignal;
  readonly say: (words: string) => void;
}

/**
 * @returns the comparison, and the file it was written to
 * @throws EdgemarkError usage.target when `against` names neither, of kind target when one does not start
 */
export async function compareLive(settings: LiveSettings, scope: LiveScope): Promise<{ readonly comparison: Comparison; readonly file: string }> {
  const commit = await revisionOf(settings.against);
  const startedAtMs = Date.now();
  const directory = makeRunDirectory(settings.out, `${settings.target}-compare`, settings.seed, startedAtMs);
  const closing: (() => Promise<unknown>)[] = [];
  let isWritten = false;
  try {
    const revision = commit === undefined ? undefined : await buildRevision(commit, scope.say);
    if (revision !== undefined) closing.push(() => revision.close());
    const [before, after] = await startBoth(settings, revision, closing, scope);
    const workloads = workloadsOf(await deployedOn(before), await deployedOn(after));
    scope.say(`${settings.pairs} pairs of ${workloads.map(({ id }) => id).join(" and ")}, ${settings.sliceMs} ms at ${settings.ratePerSecond}/s each`);
    const { metrics, raw } = await measurePairs(workloads, {
      pairs: settings.pairs,
      minEffect: settings.minEffect,
      random: seededRandom(settings.seed),
      signal: scope.signal,
      measure: async (address, seed) => numbersOf(await runOpenLoop({ ...address, ratePerSecond: settings.ratePerSecond, arrivals: "poisson", durationMs: settings.sliceMs, seed, timeoutMs: 5_000, connections: { max: 200 }, signal: scope.signal })),
      onPair: (done) => {
        if (done % 10 === 0) scope.say(`${done} of ${settings.pairs} pairs`);
      },
    });
    const isCut = scope.signal.aborted;
    const verdict = isCut ? "cannot tell" : verdictOfMetrics(metrics);
    const runs = Object.values(raw)[0]?.length ?? 0;
    const side = (name: string, { description }: OpenedTarget): ComparedSide => ({ name, target: description.name, version: description.version, runs, firstAtMs: startedAtMs, lastAtMs: Date.now() });
    const comparison: Comparison = {
      schema: comparisonSchema,
      a: side(revision === undefined ? settings.against : `${settings.target} at ${revision.commit.slice(0, 12)}`, before),
      b: side(settings.target, after),
      differences: [],
      leftOut: [],
      confidence: confidenceFor(metrics.length),
      minEffect: settings.minEffect,
      metrics,
      checks: [],
      sameChecks: 0,
      verdict,
      reason: isCut ? "interrupted before all pairs were measured" : `${runs} pairs, side by side on one machine`,
    };
    const file = join(directory, "comparison.json");
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, `${JSON.stringify({ ...comparison, environment: await fingerprint(), settings, pairs: raw }, null, 2)}\n`);
    isWritten = true;
    return { comparison, file };
  } finally {
    for (const close of closing.reverse()) await close().catch((error: unknown) => scope.say(messageOf(error)));
    if (!isWritten) rmSync(directory, { recursive: true, force: true });
  }
}

/** Undefined for a target; the commit of a revision. A target goes first: a branch of the same name is reached by its whole name, refs/heads/reference. */
async function revisionOf(word: string): Promise<string | undefined> {
  const names = knownTargets.map(({ name }) => name);
  if (names.includes(word) || /^grpcs?:\/\//.test(word) || /^[./]/.test(word)) return undefined;
  const commit = await commitOf(word);
  if (commit !== undefined) return commit;
  throw new EdgemarkError("usage.target", `expected a target or a revision of this repository; ${JSON.stringify(word)} is neither; ${didYouMean(word, names, "name one that git rev-parse knows")}`);
}

async function startBoth(settings: LiveSettings, revision: Revision | undefined, closing: (() => Promise<unknown>)[], { say }: LiveScope): Promise<readonly [OpenedTarget, OpenedTarget]> {
  const start = async (name: string, words: string): Promise<OpenedTarget> => {
    say(`starting ${words}`);
    const opened = await openTarget(name, settings.pops === undefined ? {} : { pops: settings.pops });
    closing.push(() => opened.stop());
    return opened;
  };
  const before = await start(revision === undefined ? settings.against : revision.adapterOf(settings.target), revision === undefined ? settings.against : `${settings.target} at ${revision.commit.slice(0, 12)}`);
  return [before, await start(settings.target, settings.target)];
}

interface Deployed {
  readonly address: Omit<SliceAddress, "path">;
  readonly hasKv: boolean;
}

async function deployedOn(opened: OpenedTarget): Promise<Deployed> {
  const bindings = bindingsOn(opened.description, [{ kind: "kv", name: "KV", namespace: "edgemark-compare" }]);
  const deployment = await deployProgram(opened.verbs satisfies Pick<TargetVerbs, "deploy">, { name: "edgemark-compare", source: probeProgram, bindings });
  return { address: endpointOf(deployment, undefined), hasKv: bindings.length > 0 };
}

/** What both can do: a plain answer, and a KV key that is read again and again where both have KV. */
function workloadsOf(a: Deployed, b: Deployed): readonly Workload[] {
  const workload = (id: string, path: string): Workload => ({ id, a: { ...a.address, path }, b: { ...b.address, path } });
  return [workload("hello", "/"), ...(a.hasKv && b.hasKv ? [workload("kv.read", "/kv?key=compare")] : [])];
}
