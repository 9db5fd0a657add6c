// Loads target.proto, which lies beside the compiled code, once for client and server: the one place where the
// protocol's file becomes gRPC definitions.
import { fileURLToPath } from "node:url";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { EdgemarkError } from "../errors.js";

/** The verbs of the service, by their names in target.proto. */
export const verbs = [
  "Describe",
  "Deploy",
  "Undeploy",
  "Reset",
  "Evict",
  "Locate",
  "InjectFault",
  "HealFault",
  "Clock",
  "TriggerCron",
  "TriggerAlarm",
  "BookmarkDatabase",
  "RestoreDatabase",
  "Watch",
] as const;
export type Verb = (typeof verbs)[number];

/** Largest module content in one message of Deploy, bytes. */
export const chunkBytes = 256 * 1024;
/** Largest message either side accepts, bytes: far above any honest one, far below what would hurt. */
export const messageBytes = 4 * 1024 * 1024;
/** Largest worker, all modules together, bytes. */
export const workerBytes = 128 * 1024 * 1024;

const protoFile = fileURLToPath(new URL("./target.proto", import.meta.url));
const serviceName = "edgemark.target.v1.Target";

let loaded: ServiceDefinition | undefined;

/** The service as gRPC knows it. @throws EdgemarkError harness.internal when target.proto is missing or broken */
export function targetService(): ServiceDefinition {
  if (loaded !== undefined) return loaded;
  const found = loadSync(protoFile, { longs: Number, enums: String, defaults: true, oneofs: true })[serviceName];
  if (found === undefined || "format" in found) {
    throw new EdgemarkError("harness.internal", `expected ${serviceName} in ${protoFile}; it is not there; build again`);
  }
  loaded = found;
  return found;
}

/** One verb's definition; messages are unknown until they are parsed. */
export function methodOf(verb: Verb): MethodDefinition<unknown, unknown> {
  const method: MethodDefinition<unknown, unknown> | undefined = targetService()[verb];
  if (method === undefined) throw new EdgemarkError("harness.internal", `expected the verb ${verb} in target.proto; it is not there`);
  return method;
}
