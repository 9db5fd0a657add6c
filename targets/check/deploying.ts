// Steps around Deploy and Undeploy: a worker answers at every PoP, a second version replaces it, what is wrong is refused.
import type { Deployment } from "../../contract/target/types.js";
import { type Examination, attempt, mustRefuse } from "./finding.js";
import { ask, differsFrom, probeWorker, sayingWorker } from "./probe.js";

export const probeName = "edgemark-probe";

/** Describe must hold together. */
export async function examineDescription(examination: Examination): Promise<void> {
  const { description, verbs } = examination.target;
  const { capabilities, unknownCapabilities, pops } = description;
  if (capabilities.includes("workers")) examination.held("Describe", `${description.name} ${description.version}, ${pops.length} PoP${pops.length === 1 ? "" : "s"}, ${capabilities.length} capabilities`);
  else examination.broken("Describe", 'expected the capability "workers", without which nothing can be tested; it is not declared; implement Deploy and declare it');
  if (unknownCapabilities.length > 0) {
    examination.broken("Describe: capabilities", `expected names of contract/target/types.ts; ${unknownCapabilities.map((name) => JSON.stringify(name)).join(", ")} came; correct or remove them`);
  }
  const again = await attempt(examination, "Describe twice", () => verbs.describe());
  if (again === undefined) return;
  const stable = (one: typeof description): string => JSON.stringify([one.name, one.version, one.capabilities, one.timeScale, one.pops.map((pop) => pop.id)]);
  if (stable(again) === stable(description)) examination.held("Describe twice", "the same answer");
  else examination.broken("Describe twice", "expected the same name, version, capabilities, time scale and PoPs as the first time; they differ; declare what does not change");
}

/** @returns the probe's deployment, or undefined when nothing further can be examined */
export async function examineDeploy(examination: Examination): Promise<Deployment | undefined> {
  const { verbs } = examination.target;
  const first = await attempt(examination, "Deploy", () => verbs.deploy(sayingWorker(probeName, "one")));
  if (first === undefined) return undefined;
  if (!(await saysEverywhere(examination, "Deploy", first, "one"))) return first;

  const second = await attempt(examination, "Deploy a second version", () => verbs.deploy(sayingWorker(probeName, "two")));
  if (second === undefined) return first;
  await saysEverywhere(examination, "Deploy a second version", second, "two");
  if (second.version === first.version) {
    examination.broken("Deploy a second version", `expected a version of its own; ${JSON.stringify(second.version)} came twice; give every version another name`);
  }
  return second;
}

async function saysEverywhere(examination: Examination, subject: string, deployment: Deployment, text: string): Promise<boolean> {
  const { pops, capabilities } = examination.target.description;
  const problems: string[] = [];
  for (const { id } of pops) {
    const endpoint = deployment.endpoints.find((one) => one.popId === id);
    const came = endpoint === undefined ? "no endpoint in the answer" : await differsFrom(endpoint, text);
    if (came !== undefined) problems.push(`at ${id}: ${came}`);
  }
  for (const { popId } of deployment.endpoints) if (!pops.some((pop) => pop.id === popId)) problems.push(`at ${popId}: a PoP that Describe does not name`);
  if (capabilities.includes("anycast")) {
    const came = deployment.anycast === undefined ? "no anycast endpoint in the answer, although anycast is declared" : await differsFrom(deployment.anycast, text);
    if (came !== undefined) problems.push(`at the anycast address: ${came}`);
  }
  if (problems.length === 0) examination.held(subject, `${JSON.stringify(text)} at every PoP as soon as Deploy returned`);
  else examination.broken(subject, `expected status 200 with ${JSON.stringify(text)} at every PoP when Deploy returns; ${problems.join("; ")}; return when the version is live everywhere`);
  return problems.length === 0;
}

/** Workers that are larger than one message, that have an environment, that live beside others. */
export async function examineWorkers(examination: Examination): Promise<void> {
  const { verbs, description } = examination.target;
  const declares = (name: (typeof description.capabilities)[number]): boolean => description.capabilities.includes(name);
  if (!declares("workers.multiple")) return examination.skipped("workers.multiple", "not declared");

  const padding = "x".repeat(700_000);
  const program = `const padding = ${JSON.stringify(padding)};\nexport default { fetch(request, env) { return new Response(padding.length + (env.WORD ?? "")); } };\n`;
  const bindings = declares("workers.env") ? ([{ kind: "text", name: "WORD", value: " é\n" }] as const) : [];
  const subject = `a worker of 700 kB${declares("workers.env") ? " with a text binding" : ""} beside the first`;
  const deployment = await attempt(examination, subject, () => verbs.deploy(probeWorker(`${probeName}-2`, program, { bindings })));
  const endpoint = deployment?.endpoints[0];
  if (deployment === undefined || endpoint === undefined) return;
  const expected = `700000${declares("workers.env") ? " é\n" : ""}`;
  const came = await differsFrom(endpoint, expected);
  if (came === undefined) examination.held(subject, "answers");
  else examination.broken(subject, `expected ${JSON.stringify(expected)}; ${came}; put the chunks of a module together in order, and pass bindings on as they are`);
  await attempt(examination, subject, () => verbs.undeploy(deployment.deploymentId));
}

/** What no target may accept, and must survive. */
export async function examineRefusals(examination: Examination, deployment: Deployment, text: string): Promise<void> {
  const { verbs } = examination.target;
  await mustRefuse(examination, "a worker that does not compile", "a worker with a syntax error", () => verbs.deploy(sayingBroken()));
  await mustRefuse(examination, "an unknown deployment id", "Undeploy of an id that names nothing", () => verbs.undeploy("edgemark-no-such-deployment"));
  const subject = "after bad requests";
  const endpoint = deployment.endpoints[0];
  const came = endpoint === undefined ? "no endpoint" : await differsFrom(endpoint, text);
  if (came === undefined) examination.held(subject, "the first worker still answers");
  else examination.broken(subject, `expected the worker that was deployed before to answer on; ${came}; a refused Deploy must leave the others alone`);
  await attempt(examination, subject, () => verbs.describe());
}

function sayingBroken(): ReturnType<typeof probeWorker> {
  return probeWorker(`${probeName}-broken`, "export default { fetch() { return new Response('never'); } ;;; this is not JavaScript");
}

/** After Undeploy the worker must be gone. */
export async function examineUndeploy(examination: Examination, deployment: Deployment, text: string): Promise<void> {
  const subject = "Undeploy";
  const { verbs } = examination.target;
  const done = await attempt(examination, subject, async () => {
    await verbs.undeploy(deployment.deploymentId);
    return true;
  });
  if (done === undefined) return;
  const stillThere: string[] = [];
  for (const endpoint of deployment.endpoints) {
    const answer = await ask(endpoint, 2_000);
    if (typeof answer !== "string" && answer.status === 200 && answer.body === text) stillThere.push(endpoint.popId);
  }
  if (stillThere.length === 0) examination.held(subject, "the worker no longer answers");
  else examination.broken(subject, `expected no answer of the worker; it still answers at ${stillThere.join(", ")}; return when it is gone everywhere`);
}
