// Steps around what is optional: what is declared must be implemented, what is not declared must say UNIMPLEMENTED.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Capability, Deployment, FaultKind, FaultSpec, TargetVerbs } from "../../contract/target/types.js";
import { probeName } from "./deploying.js";
import { type Examination, attempt, mustRefuse } from "./finding.js";
import { ask, differsFrom, probeWorker, untilSays } from "./probe.js";

/** How long a silent Watch is listened to before it counts as open, ms; and how long a healed PoP may take to answer. */
const watchMs = 300;
const healMs = 30_000;

interface OptionalVerb {
  readonly verb: string;
  readonly capability: Capability;
  /** Whether it drops what others may need. */
  readonly disturbs: boolean;
  readonly call: (verbs: TargetVerbs, deployment: Deployment) => Promise<unknown>;
}

const someObject = "0".repeat(64);

const optionalVerbs: readonly OptionalVerb[] = [
  { verb: "Reset", capability: "reset", disturbs: true, call: (verbs) => verbs.reset() },
  { verb: "Evict", capability: "evict", disturbs: false, call: (verbs, { deploymentId }) => verbs.evict(deploymentId) },
  { verb: "Clock", capability: "clock", disturbs: false, call: (verbs) => verbs.clock(0) },
  { verb: "Watch", capability: "watch", disturbs: false, call: (verbs) => watched(verbs) },
  // The probe has no Durable Objects: a refusal with words is an answer too, UNIMPLEMENTED is not.
  { verb: "Locate", capability: "locate", disturbs: false, call: (verbs, { deploymentId }) => unlessRefused(verbs.locate(deploymentId, "NoClass", someObject)) },
  { verb: "TriggerAlarm", capability: "durable-objects.trigger-alarm", disturbs: false, call: (verbs, { deploymentId }) => unlessRefused(verbs.triggerAlarm(deploymentId, "NoClass", someObject)) },
  // Nor has it a database.
  { verb: "BookmarkDatabase", capability: "d1.time-travel", disturbs: false, call: (verbs, { deploymentId }) => unlessRefused(verbs.bookmarkDatabase({ deploymentId, binding: "NONE" })) },
  { verb: "RestoreDatabase", capability: "d1.time-travel", disturbs: false, call: (verbs, { deploymentId }) => unlessRefused(verbs.restoreDatabase({ deploymentId, binding: "NONE" }, "0")) },
];

export async function examineOptionalVerbs(examination: Examination, deployment: Deployment): Promise<void> {
  const { description, verbs } = examination.target;
  for (const { verb, capability, disturbs, call } of optionalVerbs) {
    const isDeclared = description.capabilities.includes(capability);
    if (disturbs && !examination.mayDisturb) {
      examination.skipped(verb, "others may use this target; --disturb examines it");
      continue;
    }
    const outcome = await call(verbs, deployment).then(() => undefined, (error: unknown) => error);
    const isUnimplemented = outcome instanceof EdgemarkError && outcome.code === "target.unimplemented";
    if (isDeclared && outcome === undefined) examination.held(verb, `declared (${capability}) and implemented`);
    else if (isDeclared && isUnimplemented) examination.broken(verb, `expected ${verb}, because "${capability}" is declared; UNIMPLEMENTED came; implement it, or do not declare it`);
    else if (isDeclared) examination.broken(verb, messageOf(outcome));
    else if (isUnimplemented) examination.held(verb, "not declared and not implemented");
    else examination.broken(verb, `expected UNIMPLEMENTED, because "${capability}" is not declared; ${outcome === undefined ? "it was done" : messageOf(outcome)}; declare it, or answer UNIMPLEMENTED`);
  }
}

function watched(verbs: TargetVerbs): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, watchMs);
    const stop = verbs.watch(
      () => undefined,
      (error) => {
        clearTimeout(timer);
        reject(error ?? new EdgemarkError("target.contract", "Watch: expected a stream that stays open until the client ends it; the target ended it; keep it open"));
      },
    );
  });
}

async function unlessRefused(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof EdgemarkError) || error.code !== "target.refused") throw error;
  }
}

/** TriggerCron needs a worker with a scheduled handler. */
export async function examineCron(examination: Examination): Promise<void> {
  const { verbs, description } = examination.target;
  const trigger = (deploymentId: string): ReturnType<TargetVerbs["triggerCron"]> => verbs.triggerCron({ deploymentId, cron: "*/5 * * * *", scheduledTimeMs: 1_700_000_000_000 });
  if (!description.capabilities.includes("workers.scheduled")) {
    const outcome: unknown = await trigger(probeName).then(() => undefined, (error: unknown) => error);
    if (outcome instanceof EdgemarkError && outcome.code === "target.unimplemented") return examination.held("TriggerCron", "not declared and not implemented");
    return examination.broken("TriggerCron", `expected UNIMPLEMENTED, because "workers.scheduled" is not declared; ${outcome === undefined ? "it was done" : messageOf(outcome)}; declare it, or answer UNIMPLEMENTED`);
  }
  const program = `let seen = "never";
export default {
  scheduled(controller) { seen = controller.cron + " " + controller.scheduledTime; },
  fetch() { return new Response(seen); },
};
`;
  await attempt(examination, "TriggerCron", async () => {
    const { deploymentId } = await verbs.deploy(probeWorker(`${probeName}-cron`, program, { crons: ["*/5 * * * *"] }));
    const { outcome } = await trigger(deploymentId);
    if (outcome === "ok") examination.held("TriggerCron", "the scheduled handler ran");
    else examination.broken("TriggerCron", `expected the outcome "ok" of a handler that returns; ${JSON.stringify(outcome)} came; say how the handler ended`);
    await verbs.undeploy(deploymentId);
  });
}

/** The capability that declares a fault, and the fault that tries it. */
const faults: readonly { readonly capability: Capability; readonly kind: FaultKind; readonly scope?: string; readonly parameters?: Record<string, number>; readonly pops?: number }[] = [
  { capability: "fault.kill", kind: "kill" },
  { capability: "fault.stop", kind: "stop" },
  { capability: "fault.pause", kind: "pause" },
  { capability: "fault.isolate-clients", kind: "isolate", scope: "clients" },
  { capability: "fault.isolate-storage", kind: "isolate", scope: "storage" },
  { capability: "fault.isolate-peers", kind: "isolate", scope: "peers", pops: 2 },
  { capability: "fault.isolate-control", kind: "isolate", scope: "control" },
  { capability: "fault.partition", kind: "partition", pops: 2 },
  { capability: "fault.slow-link", kind: "slow-link", parameters: { delayMs: 100 } },
  { capability: "fault.lossy-link", kind: "lossy-link", parameters: { lossRatio: 0.1 } },
  { capability: "fault.reset-connections", kind: "reset-connections" },
  { capability: "fault.clock-skew", kind: "clock-skew", parameters: { skewMs: 60_000 } },
  { capability: "fault.slow-disk", kind: "slow-disk", parameters: { delayMs: 50 } },
  { capability: "fault.full-disk", kind: "full-disk" },
  { capability: "fault.overload", kind: "overload" },
];

/** Each declared fault takes effect with evidence and heals; one that is not declared is refused. */
export async function examineFaults(examination: Examination, deployment: Deployment, text: string): Promise<void> {
  const { description, verbs } = examination.target;
  const declared = faults.filter(({ capability }) => description.capabilities.includes(capability));
  const undeclared = faults.find(({ capability }) => !description.capabilities.includes(capability));
  if (!examination.mayDisturb) return examination.skipped("faults", "others may use this target; --disturb examines them");
  const popId = description.pops.at(-1)?.id ?? "";
  for (const { capability, kind, scope, parameters, pops = 1 } of declared) {
    if (description.pops.length < pops) {
      examination.skipped(capability, `takes ${pops} PoPs; there is 1`);
      continue;
    }
    const others = description.pops.slice(0, -1).map((pop) => pop.id).join(",");
    const sides = kind === "partition" ? others : scope;
    await examineFault(examination, { kind, popId, ...(sides === undefined ? {} : { scope: sides }), ...(parameters === undefined ? {} : { parameters }) }, capability, deployment, text);
  }
  if (undeclared !== undefined) {
    const { kind, scope, capability } = undeclared;
    const outcome: unknown = await verbs.injectFault({ kind, popId, ...(scope === undefined ? {} : { scope }) }).then(({ faultId }) => faultId, (error: unknown) => error);
    if (typeof outcome === "string") {
      examination.broken(capability, "expected a refusal, because it is not declared; it was injected; declare it, or answer UNIMPLEMENTED");
      await attempt(examination, capability, () => verbs.healFault(outcome));
    } else if (outcome instanceof EdgemarkError && (outcome.code === "target.unimplemented" || outcome.code === "target.refused")) examination.held(capability, "not declared and refused");
    else examination.broken(capability, messageOf(outcome));
  }
  if (declared.length > 0) {
    await mustRefuse(examination, "a fault at an unknown PoP", "a fault at a PoP that does not exist", () => verbs.injectFault({ kind: declared[0]?.kind ?? "kill", popId: "edgemark-no-such-pop" }));
    await mustRefuse(examination, "healing an unknown fault", "HealFault of an id that names nothing", () => verbs.healFault("edgemark-no-such-fault"));
  }
}

async function examineFault(examination: Examination, fault: FaultSpec, subject: string, deployment: Deployment, text: string): Promise<void> {
  const { verbs } = examination.target;
  const endpoint = deployment.endpoints.find((one) => one.popId === fault.popId);
  // A worker that does not answer rightly was told before; nothing about healing follows from it.
  const isWell = endpoint !== undefined && (await differsFrom(endpoint, text)) === undefined;
  // An effect without evidence is refused where answers are parsed.
  const effect = await attempt(examination, subject, () => verbs.injectFault(fault));
  if (effect === undefined) return;
  const mustBeSilent = fault.kind === "kill" || fault.kind === "stop" || fault.kind === "pause" || (fault.kind === "isolate" && fault.scope === "clients");
  const during = endpoint === undefined || !mustBeSilent ? undefined : await ask(endpoint, 500);
  const healed = await attempt(examination, subject, () => verbs.healFault(effect.faultId));
  if (healed === undefined) return;
  if (during !== undefined && typeof during !== "string") {
    return examination.broken(subject, `expected ${fault.popId} not to answer while the fault lasts; it answered with status ${during.status} although the evidence says ${JSON.stringify(effect.evidence)}; return when the fault is in effect`);
  }
  const came = !isWell ? undefined : await untilSays(endpoint, text, healMs);
  if (came === undefined) examination.held(subject, `${effect.evidence}; healed: ${healed.evidence}`);
  else examination.broken(subject, `expected ${fault.popId} to answer again within ${healMs / 1_000} s of HealFault; ${came}; heal what was injected`);
}
