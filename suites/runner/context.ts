// What a check gets to work with. Everything it records goes through here, and nothing after the check is over.
import { limitOf, thresholdOf } from "../../contract/claims/threshold.js";
import type { Claim } from "../../contract/claims/types.js";
import { EdgemarkError } from "../../contract/errors.js";
import type { Evidence, FaultRecord, HistoryReference, Measurement, Profile } from "../../contract/result/document.js";
import type { Deployment, FaultEffect, FaultSpec, TargetDescription, TargetVerbs } from "../../contract/target/types.js";
import { Inconclusive, type Check, type CheckContext, type DeployedFixture } from "../check.js";
import { whereItCanDeploy } from "./deploying.js";
import type { FixtureDeployments } from "./fixtures.js";
import { shownOperations, writeHistory } from "./histories.js";
import { plainLine } from "./plain.js";
import { randomOf } from "./randomness.js";
import { until } from "./until.js";

/** What all checks of a run record together. */
export interface Recording {
  readonly measurements: Map<string, { readonly checkId: string; readonly measurement: Measurement }>;
  readonly histories: Map<string, HistoryReference>;
  readonly faults: FaultRecord[];
}

/** What every check of a run shares. */
export interface RunScope {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  readonly profile: Profile;
  readonly seed: number;
  readonly claims: ReadonlyMap<string, Claim>;
  readonly fixtures: FixtureDeployments;
  readonly recording: Recording;
  readonly runDirectory: string;
  readonly word: string;
  /** Wall time, ms since 1970. */
  readonly nowMs: () => number;
}

/** A check's context and what its conductor needs to end it. */
export interface OpenContext {
  readonly context: CheckContext;
  readonly evidence: Evidence[];
  /** From now on everything the check tries to record is dropped: its verdict is given. */
  seal(): void;
  /** Heals its faults and undeploys what it deployed. @returns what did not work, in words */
  clean(): Promise<{ readonly notHealed: readonly string[]; readonly notUndeployed: readonly string[] }>;
}

const longestSampleCount = 512;

/**
 * @param check whose context
 * @param ordinal its place in the run, for names
 * @param deployed its fixture, when it declares one
 * @param signal aborted when its time is over
 */
export function openContext(
  scope: RunScope,
  { check, ordinal, deployed, signal }: { check: Check; ordinal: number; deployed: Deployment | undefined; signal: AbortSignal },
): OpenContext {
  const { verbs, description, recording, fixtures } = scope;
  const evidence: Evidence[] = [];
  const openFaults = new Map<string, number>();
  const ownDeployments: string[] = [];
  const unique = `${scope.word}${ordinal.toString(36)}`;
  let isSealed = false;
  const doorOf = (deployment: Deployment): DeployedFixture => fixtures.door(deployment, signal);

  const heal: CheckContext["heal"] = async (faultId) => {
    const index = openFaults.get(faultId);
    if (index === undefined) return { evidence: "it was healed before", effectiveAtMs: scope.nowMs() };
    const effect = await verbs.healFault(faultId);
    openFaults.delete(faultId);
    const record = recording.faults[index];
    if (record !== undefined) recording.faults[index] = { ...record, healedAtMs: scope.nowMs() };
    if (!isSealed && effect.evidence !== "") evidence.push({ kind: "fault", text: plainLine(`healed: ${effect.evidence}`) });
    return effect;
  };

  const claimOf = (id: string): Claim => {
    const claim = scope.claims.get(id);
    if (claim === undefined) throw new EdgemarkError("harness.internal", `check ${check.id} asks for the threshold of claim ${id}; there is no such claim`);
    return claim;
  };

  const context: CheckContext = {
    target: description,
    verbs,
    profile: scope.profile,
    seed: scope.seed,
    unique,
    random: randomOf(scope.seed, check.id),
    signal,
    get fixture() {
      if (deployed === undefined) throw new EdgemarkError("harness.internal", `check ${check.id} uses a fixture; it declares none; declare it`);
      return doorOf(deployed);
    },
    async deploy(fixture, options) {
      const deployment = await whereItCanDeploy(description, fixtures.own(fixture, options?.name, unique));
      ownDeployments.push(deployment.deploymentId);
      return doorOf(deployment);
    },
    async inject(fault: FaultSpec): Promise<FaultEffect> {
      signal.throwIfAborted();
      const effect = await verbs.injectFault(fault);
      const text = plainLine(effect.evidence.trim());
      openFaults.set(effect.faultId, recording.faults.length);
      // Took effect after the check's time was over: nobody else would heal it.
      if (isSealed) void heal(effect.faultId).catch(() => undefined);
      recording.faults.push({ kind: fault.kind, popId: fault.popId, scope: fault.scope ?? "", evidence: text, injectedAtMs: scope.nowMs() });
      if (text === "") throw new Inconclusive(`the fault gave no evidence: ${fault.kind} of ${fault.popId}`);
      evidence.push({ kind: "fault", text: `${fault.kind} of ${fault.popId}: ${text}` });
      return effect;
    },
    heal,
    measure(measurement) {
      if (isSealed) return;
      const other = recording.measurements.get(measurement.id);
      if (other !== undefined && other.checkId !== check.id) {
        throw new EdgemarkError("harness.internal", `one check for measurement ${measurement.id} expected; ${other.checkId} and ${check.id} both record it`);
      }
      recording.measurements.set(measurement.id, { checkId: check.id, measurement: complete(measurement) });
    },
    recordHistory(id, operations) {
      if (isSealed) return;
      const reference = writeHistory(scope.runDirectory, id, operations);
      recording.histories.set(id, reference);
      evidence.push({ kind: "history", text: `${reference.file}: ${reference.operations} operations` });
    },
    recordViolation(historyId, { violation, reason }) {
      if (isSealed || violation === undefined || violation.length === 0) return;
      evidence.push({ kind: "history", text: plainLine(`${historyId}: ${reason}`), operations: shownOperations(violation) });
    },
    note(text) {
      if (!isSealed) evidence.push({ kind: "observation", text: plainLine(text) });
    },
    scaled: (documentedMs) => documentedMs / description.timeScale,
    threshold: (claimId) => thresholdOf(claimOf(claimId), description.timeScale),
    limit: (claimId, name) => limitOf(claimOf(claimId), name, description.timeScale),
    until: (probe, satisfied, options) => until(probe, satisfied, options, signal),
  };

  return {
    context,
    evidence,
    seal() {
      isSealed = true;
    },
    async clean() {
      const notHealed: string[] = [];
      const notUndeployed: string[] = [];
      const messageOfFailure = (error: unknown): string => plainLine(error instanceof Error ? error.message : String(error), 300);
      for (const faultId of [...openFaults.keys()]) await heal(faultId).catch((error: unknown) => notHealed.push(messageOfFailure(error)));
      for (const id of ownDeployments) await fixtures.undeploy(id).catch((error: unknown) => notUndeployed.push(messageOfFailure(error)));
      return { notHealed, notUndeployed };
    },
  };
}

function complete(measurement: Measurement): Measurement {
  if (!Number.isFinite(measurement.value)) {
    throw new EdgemarkError("harness.internal", `a finite number for measurement ${measurement.id} expected; ${measurement.value} came`);
  }
  const { samples } = measurement;
  if (samples === undefined || samples.length <= longestSampleCount) return measurement;
  // Evenly spaced ranks keep the shape, the smallest and the largest.
  const last = samples.length - 1;
  const kept = Array.from({ length: longestSampleCount }, (_, index) => samples[Math.round((index * last) / (longestSampleCount - 1))] ?? 0);
  return { ...measurement, samples: kept };
}
