// Keeps the edge at what is on disk: deploys projects in the order of their dependencies, and again what has changed. A
// version that cannot be made leaves the one before in place.
import { createHash } from "node:crypto";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Deployment, DeploySpec, TargetDescription, TargetVerbs } from "../../contract/target/types.js";
import { type LinkedProject, linkProjects } from "./link.js";
import type { LoadedProject } from "./load.js";
import { applyMigrations } from "./migrations.js";

export interface ServedProject {
  readonly deployment: Deployment;
  readonly name: string;
  readonly crons: readonly string[];
}

export interface Deployments {
  /** What is deployed, by name. */
  readonly served: ReadonlyMap<string, ServedProject>;
  /**
   * Deploys what differs from what is deployed.
   * @returns the names that have a new version
   * @throws EdgemarkError usage.input when a worker is refused; what was deployed before stays
   */
  bring(loaded: readonly LoadedProject[]): Promise<readonly string[]>;
}

/** @param say takes lines for the person, each said once */
export function startDeployments(edge: { readonly verbs: TargetVerbs; readonly description: TargetDescription }, say: (name: string, line: string) => void): Deployments {
  const served = new Map<string, ServedProject>();
  const fingerprints = new Map<string, string>();
  const migrated = new Map<string, string>();
  const said = new Set<string>();
  const sayOnce = (name: string, line: string): void => {
    if (said.has(`${name} ${line}`)) return;
    said.add(`${name} ${line}`);
    say(name, line);
  };

  async function put(linked: LinkedProject, loaded: LoadedProject, isWhole: boolean): Promise<boolean> {
    const { name } = linked.project;
    const spec = specOf(linked, loaded, isWhole, edge.description.compatibilityDate, (line) => sayOnce(name, line));
    const fingerprint = fingerprintOf(spec);
    if (fingerprints.get(name) === fingerprint) return false;
    const deployment = await edge.verbs.deploy(spec).catch((cause: unknown) => {
      if (!(cause instanceof EdgemarkError) || cause.code !== "target.refused") throw cause;
      throw new EdgemarkError("usage.input", `expected ${name} to start on the edge; it was refused; correct it:\n${wordsOfRefusal(messageOf(cause), name)}`, { cause });
    });
    fingerprints.set(name, fingerprint);
    served.set(name, { deployment, name, crons: spec.crons });
    return true;
  }

  /** Before the worker that counts on them. */
  async function migrate({ project, migrations }: LoadedProject): Promise<void> {
    if (!edge.description.capabilities.includes("d1")) return;
    for (const one of migrations) {
      const fingerprint = JSON.stringify(one);
      if (migrated.get(`${project.name} ${one.binding}`) === fingerprint) continue;
      const applied = await applyMigrations(edge.verbs, one);
      migrated.set(`${project.name} ${one.binding}`, fingerprint);
      if (applied.length > 0) say(project.name, `migrations of ${one.binding} applied: ${applied.join(", ")}`);
    }
  }

  return {
    served,
    async bring(loaded) {
      const byName = new Map(loaded.map((one) => [one.project.name, one]));
      if (byName.size < loaded.length) throw new EdgemarkError("usage.input", `expected projects with names of their own; ${loaded.map((one) => one.project.name).join(", ")} came; rename one`);
      const linked = linkProjects(loaded.map((one) => one.project), edge.description.capabilities);
      const changed = new Set<string>();
      for (const one of loaded) await migrate(one);
      for (const isWhole of [false, true]) {
        for (const one of linked) {
          const from = byName.get(one.project.name);
          // In a circle, the first round makes all of them known and the second one binds them.
          if (from === undefined || (!isWhole && one.lateBindings.length > 0 && served.has(one.project.name))) continue;
          for (const line of [...one.project.notes, ...one.notes, ...from.bundle.warnings]) sayOnce(one.project.name, line);
          if (await put(one, from, isWhole)) changed.add(one.project.name);
        }
      }
      for (const [name, { deployment }] of served) {
        if (byName.has(name)) continue;
        await edge.verbs.undeploy(deployment.deploymentId);
        served.delete(name);
        fingerprints.delete(name);
      }
      return [...changed];
    },
  };
}

function specOf(linked: LinkedProject, loaded: LoadedProject, isWhole: boolean, newestDate: string, say: (line: string) => void): DeploySpec {
  const { project } = linked;
  const wanted = project.compatibilityDate;
  if (wanted !== undefined && wanted > newestDate) say(`compatibility_date ${wanted} is newer than this edge: ${newestDate} is taken`);
  return {
    name: project.name,
    mainModule: loaded.bundle.mainModule,
    modules: loaded.bundle.modules,
    compatibilityDate: wanted === undefined || wanted > newestDate ? newestDate : wanted,
    compatibilityFlags: project.compatibilityFlags,
    bindings: isWhole ? [...linked.bindings, ...linked.lateBindings] : linked.bindings,
    crons: project.crons,
  };
}

/** What the engine said, without the edge's preamble and without what merely follows from the first mistake. */
export function wordsOfRefusal(message: string, name: string): string {
  const said = message.slice(message.indexOf(": service user:") + 1).replace(/; correct the request or the target$/, "").trim();
  const lines = said.split("\n").map((line) => line.replace(`service user:${name}: `, ""));
  const telling = lines.filter((line) => !/^The compatibility flag .* so does not need to be specified|^A DurableObjectNamespace in the config referenced/.test(line));
  return (telling.length > 0 ? telling : lines).join("\n");
}

function fingerprintOf(spec: DeploySpec): string {
  const hash = createHash("sha256").update(JSON.stringify({ ...spec, modules: spec.modules.map(({ path, kind }) => ({ path, kind })) }));
  for (const module of spec.modules) hash.update("\0").update(module.content);
  return hash.digest("hex");
}
