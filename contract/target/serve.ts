// Serves the contract: an adapter hands over plain functions and gets a gRPC server that checks requests, refuses
// strangers and turns errors into statuses. An adapter in TypeScript needs nothing else of gRPC.
import { timingSafeEqual } from "node:crypto";
import {
  type sendUnaryData,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedServiceImplementation,
  Metadata,
  Server,
  ServerCredentials,
  status,
} from "@grpc/grpc-js";
import { EdgemarkError, messageOf } from "../errors.js";
import { DeployAssembly, decodeAdvance, decodeCron, decodeFault, decodeMoment, decodeNames, decodeRestore } from "./requests.js";
import { type Verb, messageBytes, targetService } from "./service.js";
import type { DeploySpec, TargetDescription, TargetServer } from "./types.js";

export interface ServeOptions {
  /** Default 127.0.0.1. Anything but loopback needs a token or TLS. */
  readonly host?: string;
  /** Default 0: a free port. */
  readonly port?: number;
  /** When given, every call must carry "authorization: Bearer <token>". */
  readonly token?: string;
  /** PEM texts; with ca, clients need a certificate (mTLS). */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer; readonly ca?: string | Buffer };
}

/**
 * Serves a target over gRPC; verbs that `server` leaves out answer UNIMPLEMENTED.
 * @returns the address as host:port, and a function that stops serving
 * @throws EdgemarkError usage.port when the address cannot be bound, or is open to others without a token or TLS
 */
export async function serveTarget(server: TargetServer, options: ServeOptions = {}): Promise<{ address: string; close(): Promise<void> }> {
  const host = options.host ?? "127.0.0.1";
  if (!isLoopback(host) && options.token === undefined && options.tls === undefined) {
    throw new EdgemarkError("usage.port", `expected a token or TLS for a control plane off loopback; ${host} came with neither; give one, or listen on 127.0.0.1`);
  }
  const grpc = new Server({ "grpc.max_receive_message_length": messageBytes, "grpc.max_send_message_length": messageBytes });
  grpc.addService(targetService(), implementation(server, options.token));
  const shownHost = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const port = await bind(grpc, `${shownHost}:${options.port ?? 0}`, serverCredentials(options));
  return {
    address: `${shownHost}:${port}`,
    // Streams of Watch never end by themselves, so a graceful stop would wait for ever.
    close: async () => grpc.forceShutdown(),
  };
}

function bind(grpc: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    grpc.bindAsync(address, credentials, (error, port) => {
      if (error === null) return resolve(port);
      reject(new EdgemarkError("usage.port", `expected to listen on ${address}; ${error.message}; choose another address or port`, { cause: error }));
    });
  });
}

function serverCredentials({ tls }: ServeOptions): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) };
  return ServerCredentials.createSsl(tls.ca === undefined ? null : Buffer.from(tls.ca), [pair], tls.ca !== undefined);
}

function implementation(server: TargetServer, token: string | undefined): UntypedServiceImplementation {
  const { undeploy, reset, evict, locate, injectFault, healFault, clock, triggerCron, triggerAlarm, bookmarkDatabase, restoreDatabase } = server;
  const unary = (verb: Verb, answer: ((request: unknown) => Promise<unknown>) | undefined) => (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>): void => {
    respond(verb, call.metadata, token, answer === undefined ? undefined : () => answer(call.request), callback);
  };
  return {
    Describe: unary("Describe", async () => encodeDescription(await server.describe())),
    Deploy: (call: ServerReadableStream<unknown, unknown>, callback: sendUnaryData<unknown>): void => {
      respond("Deploy", call.metadata, token, async () => server.deploy(await receiveWorker(call)), callback);
    },
    Undeploy: unary("Undeploy", undeploy && (async (raw) => void (await undeploy(decodeNames(raw, ["deploymentId"]).deploymentId)))),
    Reset: unary("Reset", reset && (async () => void (await reset()))),
    Evict: unary("Evict", evict && (async (raw) => void (await evict(decodeNames(raw, ["deploymentId"]).deploymentId)))),
    Locate: unary("Locate", locate && (async (raw) => {
      const { deploymentId, className, objectId } = decodeNames(raw, ["deploymentId", "className", "objectId"]);
      return locate(deploymentId, className, objectId);
    })),
    InjectFault: unary("InjectFault", injectFault && (async (raw) => injectFault(decodeFault(raw)))),
    HealFault: unary("HealFault", healFault && (async (raw) => healFault(decodeNames(raw, ["faultId"]).faultId))),
    Clock: unary("Clock", clock && (async (raw) => ({ nowMs: await clock(decodeAdvance(raw)) }))),
    TriggerCron: unary("TriggerCron", triggerCron && (async (raw) => triggerCron(decodeCron(raw)))),
    TriggerAlarm: unary("TriggerAlarm", triggerAlarm && (async (raw) => {
      const { deploymentId, className, objectId } = decodeNames(raw, ["deploymentId", "className", "objectId"]);
      return { outcome: await triggerAlarm(deploymentId, className, objectId) };
    })),
    BookmarkDatabase: unary("BookmarkDatabase", bookmarkDatabase && (async (raw) => {
      const { database, atMs } = decodeMoment(raw);
      return { bookmark: await bookmarkDatabase(database, atMs) };
    })),
    RestoreDatabase: unary("RestoreDatabase", restoreDatabase && (async (raw) => {
      const { database, to } = decodeRestore(raw);
      return restoreDatabase(database, to);
    })),
    Watch: (call: ServerWritableStream<unknown, unknown>): void => serveWatch(server, token, call),
  };
}

function respond(verb: Verb, metadata: Metadata, token: string | undefined, answer: (() => Promise<unknown>) | undefined, callback: sendUnaryData<unknown>): void {
  if (!isLetIn(metadata, token)) return callback(notLetIn());
  if (answer === undefined) return callback({ code: status.UNIMPLEMENTED, details: `${verb} is not implemented by this target` });
  Promise.resolve()
    .then(answer)
    .then((value) => callback(null, value ?? {}), (error: unknown) => callback(asStatus(error)));
}

/** Reads the whole worker. The rest of a stream that was refused is drained, or flow control would hold the client's end. */
function receiveWorker(call: ServerReadableStream<unknown, unknown>): Promise<DeploySpec> {
  const assembly = new DeployAssembly();
  return new Promise((resolve, reject) => {
    call.on("data", (raw: unknown) => attempt(() => assembly.add(raw)));
    call.on("end", () => attempt(() => resolve(assembly.finish())));
    call.on("error", reject);
    call.on("cancelled", () => reject(new EdgemarkError("usage.input", "expected the whole worker; the client cancelled")));
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
  });
}

function serveWatch(server: TargetServer, token: string | undefined, call: ServerWritableStream<unknown, unknown>): void {
  // To destroy the stream would lose the status; its error event sends it.
  const fail = (as: { code: status; details: string }): void => void call.emit("error", as);
  if (!isLetIn(call.metadata, token)) return fail(notLetIn());
  if (server.watch === undefined) return fail({ code: status.UNIMPLEMENTED, details: "Watch is not implemented by this target" });
  try {
    const stop = server.watch((event) => void call.write(event), (error) => (error === undefined ? void call.end() : fail(asStatus(error))));
    call.on("cancelled", stop);
    // Headers now, not with the first event: a client can tell a silent stream from a dead one.
    call.sendMetadata(new Metadata());
  } catch (error) {
    fail(asStatus(error));
  }
}

function encodeDescription(description: TargetDescription): Record<string, unknown> {
  const { unknownCapabilities, ...rest } = description;
  return { ...rest, capabilities: [...description.capabilities, ...unknownCapabilities] };
}

function isLetIn(metadata: Metadata, token: string | undefined): boolean {
  if (token === undefined) return true;
  const given = Buffer.from(String(metadata.get("authorization")[0] ?? ""));
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function notLetIn(): { code: status; details: string } {
  return { code: status.UNAUTHENTICATED, details: "expected the metadata authorization: Bearer <token> with this target's token" };
}

function asStatus(error: unknown): { code: status; details: string } {
  // Trailers have a limit of some kilobytes; a longer status would break the whole call.
  const details = messageOf(error).slice(0, 3_000);
  if (!(error instanceof EdgemarkError)) return { code: status.INTERNAL, details };
  if (error.code === "target.unimplemented") return { code: status.UNIMPLEMENTED, details };
  return { code: error.kind === "usage" ? status.INVALID_ARGUMENT : status.FAILED_PRECONDITION, details };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Prints the one line that tells whoever started this adapter where it serves. */
export function announce(address: string): void {
  process.stdout.write(`${JSON.stringify({ edgemark: 1, target: address })}\n`);
}

/**
 * Resolves when whoever started this adapter wants it to end: stdin closed, SIGTERM or SIGINT. Call it before announce():
 * whoever reads the address may stop the adapter at once.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.stdin.pause();
      resolve();
    };
    process.stdin.once("end", stop).once("close", stop).once("error", stop);
    process.stdin.resume();
    process.once("SIGTERM", stop).once("SIGINT", stop);
  });
}
