// Puts projects that are served together in relation: who must be deployed before whom, whose classes another binds, and
// what an edge cannot give them. Pure.
import type { Binding, Capability } from "../../contract/target/types.js";
import type { Project } from "./project.js";

export interface LinkedProject {
  readonly project: Project;
  /** What can be bound on this edge. */
  readonly bindings: readonly Binding[];
  /** Bindings to projects that bind this one in turn: they can be made only once all are there. */
  readonly lateBindings: readonly Binding[];
  /** Lines on what is left out. */
  readonly notes: readonly string[];
}

const needed: Partial<Record<Binding["kind"], { readonly capability: Capability; readonly key: string }>> = {
  kv: { capability: "kv", key: "kv_namespaces" },
  durable_object: { capability: "durable-objects", key: "durable_objects" },
  d1: { capability: "d1", key: "d1_databases" },
  r2: { capability: "r2", key: "r2_buckets" },
  queue: { capability: "queues", key: "queues.producers" },
  service: { capability: "workers.service", key: "services" },
};

/**
 * @param projects with names of their own
 * @param capabilities of the edge
 * @returns the projects in the order of their deployment
 */
export function linkProjects(projects: readonly Project[], capabilities: readonly Capability[]): readonly LinkedProject[] {
  const byName = new Map(projects.map((project) => [project.name, project]));
  const order = deploymentOrder(projects);
  const place = new Map(order.map((project, index) => [project.name, index]));
  return order.map((project, index) => {
    const notes: string[] = [];
    const bindings: Binding[] = [];
    const lateBindings: Binding[] = [];
    const missing = new Map<string, string[]>();
    for (const binding of project.bindings) {
      const need = needed[binding.kind];
      if (need !== undefined && !capabilities.includes(need.capability)) {
        missing.set(need.key, [...(missing.get(need.key) ?? []), binding.name]);
        continue;
      }
      const other = otherOf(binding, project.name);
      if (other !== undefined && !byName.has(other)) {
        notes.push(`${binding.name} is not bound: ${other} is not served here; give its project as a further argument`);
        continue;
      }
      const bound = binding.kind === "durable_object" && other !== undefined ? { ...binding, sqlite: byName.get(other)?.classes.get(binding.className) ?? true } : binding;
      const isLate = other !== undefined && (place.get(other) ?? 0) > index;
      (isLate ? lateBindings : bindings).push(bound);
    }
    for (const [key, names] of missing) notes.push(`not supported yet, ignored: ${key} (${names.join(", ")})`);
    return { project, bindings, lateBindings, notes };
  });
}

/** The other project a binding reaches, undefined when it reaches none. */
function otherOf(binding: Binding, own: string): string | undefined {
  const other = binding.kind === "service" ? binding.service : binding.kind === "durable_object" ? binding.script : undefined;
  return other === own ? undefined : other;
}

/** Those that are bound come before those that bind them; in a circle, the order in which they were given. */
function deploymentOrder(projects: readonly Project[]): readonly Project[] {
  const order: Project[] = [];
  const visited = new Set<string>();
  const visit = (project: Project): void => {
    if (visited.has(project.name)) return;
    visited.add(project.name);
    for (const binding of project.bindings) {
      const name = otherOf(binding, project.name);
      const other = projects.find((one) => one.name === name);
      if (other !== undefined) visit(other);
    }
    order.push(project);
  };
  for (const project of projects) visit(project);
  return order;
}
