// Puts the load drivers' own workers on a target.
import { readFile } from "node:fs/promises";
import type { Binding, Deployment, TargetDescription, TargetVerbs } from "../../contract/target/types.js";
import { EdgemarkError, messageOf } from "../../contract/errors.js";

const date = "2026-01-01";

export interface Program {
  readonly name: string;
  /** The worker's text, or the compiled program to read. */
  readonly source: URL | string;
  readonly bindings?: readonly Binding[];
}

/** The worker that answers at once and says who it is; also echoes WebSocket messages. */
export const probeProgram = new URL("../../load/fixtures/probe.worker.js", import.meta.url);

/** Headers in which the probe says who answers. */
export const probeHeaders = { tag: "edgemark-pop", isolate: "edgemark-before" } as const;

/**
 * Reads a person's own worker.
 * @param path one ES module
 * @returns its text
 * @throws EdgemarkError usage.input when it cannot be read
 */
export function readWorker(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new EdgemarkError("usage.input", `a worker that can be read expected; ${path} cannot (${messageOf(cause)}); correct --worker`, { cause });
  });
}

/** @throws EdgemarkError of kind target when it is refused; usage.input when it is a text, which is somebody's own */
export async function deployProgram(verbs: Pick<TargetVerbs, "deploy">, { name, source, bindings = [] }: Program): Promise<Deployment> {
  const content = typeof source === "string" ? new TextEncoder().encode(source) : await readFile(source);
  return verbs.deploy({ name, mainModule: "main.js", modules: [{ path: "main.js", kind: "esm", content }], compatibilityDate: date, compatibilityFlags: [], bindings, crons: [] }).catch((cause: unknown) => {
    if (typeof source !== "string" || !(cause instanceof EdgemarkError) || cause.code !== "target.refused") throw cause;
    throw new EdgemarkError("usage.input", `a worker that the target takes expected; it refused this one (${cause.message.replace(/; correct the request or the target$/, "")}); correct it`, { cause });
  });
}

/**
 * Where a deployment is asked.
 * @param pop id of a PoP, "anycast", or undefined for the first
 * @throws EdgemarkError usage.flag for a PoP that is not there
 */
export function endpointOf(deployment: Deployment, pop: string | undefined): { readonly url: string; readonly host: string } {
  const { endpoints, anycast } = deployment;
  const found = pop === undefined ? endpoints[0] : pop === "anycast" ? anycast : endpoints.find(({ popId }) => popId === pop);
  if (found !== undefined) return found;
  const known = [...endpoints.map(({ popId }) => popId), ...(anycast === undefined ? [] : ["anycast"])].join(", ");
  throw new EdgemarkError("usage.flag", `the id of a PoP expected; ${pop ?? "none"} is not one of this target; there are ${known}`);
}

/** Bindings that a target has, out of those that are wanted. */
export function bindingsOn(target: TargetDescription, wanted: readonly Binding[]): readonly Binding[] {
  return wanted.filter(({ kind }) => (kind === "kv" ? target.capabilities.includes("kv") : kind === "durable_object" ? target.capabilities.includes("durable-objects") : true));
}
