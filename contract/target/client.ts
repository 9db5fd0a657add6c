// The typed client of a target: every verb has a deadline, every answer is parsed, every gRPC status becomes an
// EdgemarkError that says what to do. This file and serve.ts are the door of gRPC.
import { type CallOptions, Client, type ServiceError, connectivityState, credentials, Metadata, status } from "@grpc/grpc-js";
import { EdgemarkError, messageOf } from "../errors.js";
import {
  isHostAndPort,
  parseAlarmOutcome,
  parseBookmark,
  parseClock,
  parseCronOutcome,
  parseDeployment,
  parseDescription,
  parseEvent,
  parseFaultEffect,
  parseHealing,
  parseLocation,
  parseNothing,
  parseRestored,
} from "./parse.js";
import { encodeDeploy } from "./requests.js";
import { type Verb, messageBytes, methodOf } from "./service.js";
import type { DeploySpec, TargetVerbs } from "./types.js";

/** How long each verb may take, ms. Watch has none: it lasts until the client ends it. */
export const defaultDeadlinesMs: Readonly<Record<Exclude<Verb, "Watch"> | "connect", number>> = {
  connect: 5_000,
  Describe: 10_000,
  Deploy: 60_000,
  Undeploy: 30_000,
  Reset: 60_000,
  Evict: 30_000,
  Locate: 10_000,
  InjectFault: 60_000,
  HealFault: 60_000,
  Clock: 10_000,
  TriggerCron: 60_000,
  TriggerAlarm: 60_000,
  BookmarkDatabase: 30_000,
  RestoreDatabase: 60_000,
};

export interface ConnectOptions {
  /** Sent as "authorization: Bearer <token>". */
  readonly token?: string;
  /** PEM texts; cert and key for mTLS. */
  readonly tls?: { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer };
  /** Overrides of {@link defaultDeadlinesMs}, ms. */
  readonly deadlines?: Partial<typeof defaultDeadlinesMs>;
}

/**
 * Connects to a target.
 * @param address host:port, or grpc://host:port
 * @throws EdgemarkError usage.target for a malformed address, target.unreachable when nobody answers it
 */
export async function connectTarget(address: string, options: ConnectOptions = {}): Promise<TargetVerbs & { close(): void }> {
  const authority = address.replace(/^grpcs?:\/\//, "");
  if (!isHostAndPort(authority)) {
    throw new EdgemarkError("usage.target", `expected the address of a target as grpc://host:port; ${JSON.stringify(address.slice(0, 200))} came; correct it`);
  }
  const deadlinesMs = { ...defaultDeadlinesMs, ...options.deadlines };
  const client = new Client(authority, channelCredentials(options), {
    "grpc.max_receive_message_length": messageBytes,
    "grpc.max_send_message_length": messageBytes,
    // A target that is killed and started again on its port must be found again at once, not after a back-off.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
    "grpc.enable_retries": 0,
  });
  try {
    await untilReady(client, address, deadlinesMs.connect);
  } catch (error) {
    client.close();
    throw error;
  }
  return { ...targetVerbs({ client, address, token: options.token, deadlinesMs }), close: () => client.close() };
}

interface Connection {
  readonly client: Client;
  readonly address: string;
  readonly token: string | undefined;
  readonly deadlinesMs: typeof defaultDeadlinesMs;
}

function targetVerbs(to: Connection): TargetVerbs {
  return {
    describe: () => call(to, "Describe", {}, parseDescription),
    deploy: (spec) => deploy(to, spec),
    undeploy: (deploymentId) => call(to, "Undeploy", { deploymentId }, parseNothing("Undeploy")),
    reset: () => call(to, "Reset", {}, parseNothing("Reset")),
    evict: (deploymentId) => call(to, "Evict", { deploymentId }, parseNothing("Evict")),
    locate: (deploymentId, className, objectId) => call(to, "Locate", { deploymentId, className, objectId }, parseLocation),
    injectFault: ({ kind, popId, scope = "", parameters = {} }) => call(to, "InjectFault", { kind, popId, scope, parameters }, parseFaultEffect),
    healFault: (faultId) => call(to, "HealFault", { faultId }, parseHealing),
    clock: (advanceMs) => call(to, "Clock", { advanceMs }, parseClock),
    triggerCron: ({ popId = "", ...request }) => call(to, "TriggerCron", { ...request, popId }, parseCronOutcome),
    triggerAlarm: (deploymentId, className, objectId) => call(to, "TriggerAlarm", { deploymentId, className, objectId }, parseAlarmOutcome),
    bookmarkDatabase: ({ deploymentId, binding }, atMs = 0) => call(to, "BookmarkDatabase", { deploymentId, binding, atMs }, parseBookmark),
    restoreDatabase: ({ deploymentId, binding }, point) => call(to, "RestoreDatabase", { deploymentId, binding, ...(typeof point === "string" ? { bookmark: point } : { atMs: point }) }, parseRestored),
    watch: (onEvent, onEnd) => watch(to, onEvent, onEnd),
  };
}

function call<T>(to: Connection, verb: Exclude<Verb, "Watch" | "Deploy">, request: Record<string, unknown>, parse: (raw: unknown) => T): Promise<T> {
  const method = methodOf(verb);
  return new Promise((resolve, reject) => {
    to.client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, request, metadata(to), withDeadline(to, verb), (error, answer) => {
      settle({ to, verb, error, answer, parse, resolve, reject });
    });
  });
}

function deploy(to: Connection, spec: DeploySpec): ReturnType<TargetVerbs["deploy"]> {
  const method = methodOf("Deploy");
  return new Promise((resolve, reject) => {
    const stream = to.client.makeClientStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, metadata(to), withDeadline(to, "Deploy"), (error, answer) => {
      settle({ to, verb: "Deploy", error, answer, parse: parseDeployment, resolve, reject });
    });
    // The status in the callback says more than the stream's own error; without a listener that error would be thrown.
    stream.on("error", () => undefined);
    const messages = encodeDeploy(spec);
    const send = (): void => {
      for (;;) {
        const next = messages.next();
        if (next.done === true) return void stream.end();
        if (!stream.write(next.value)) return void stream.once("drain", send);
      }
    };
    send();
  });
}

function watch(to: Connection, onEvent: Parameters<TargetVerbs["watch"]>[0], onEnd: Parameters<TargetVerbs["watch"]>[1]): () => void {
  const method = methodOf("Watch");
  const stream = to.client.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, {}, metadata(to), {});
  let isOver = false;
  const end = (error?: Error): void => {
    if (isOver) return;
    isOver = true;
    stream.cancel();
    onEnd?.(error);
  };
  stream.on("data", (raw: unknown) => {
    if (isOver) return;
    try {
      onEvent(parseEvent(raw));
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
    }
  });
  stream.on("error", (error: ServiceError) => end(asEdgemarkError(to.address, "Watch", error)));
  stream.on("end", () => end());
  return () => {
    isOver = true;
    stream.cancel();
  };
}

interface Settlement<T> {
  readonly to: Connection;
  readonly verb: Verb;
  readonly error: ServiceError | null;
  readonly answer: unknown;
  readonly parse: (raw: unknown) => T;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function settle<T>({ to, verb, error, answer, parse, resolve, reject }: Settlement<T>): void {
  if (error !== null) return reject(asEdgemarkError(to.address, verb, error, verb === "Watch" ? undefined : to.deadlinesMs[verb]));
  try {
    resolve(parse(answer));
  } catch (broken) {
    reject(broken);
  }
}

function asEdgemarkError(address: string, verb: Verb, error: ServiceError, deadlineMs?: number): EdgemarkError {
  const said = error.details.replace(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/g, " ").slice(0, 4_000);
  const options = { cause: error, facts: { verb, grpcStatus: status[error.code] ?? error.code } };
  switch (error.code) {
    case status.UNIMPLEMENTED:
      return new EdgemarkError("target.unimplemented", `${verb}: expected an implemented verb; ${address} answered UNIMPLEMENTED; implement it, or do not declare its capability`, options);
    case status.DEADLINE_EXCEEDED:
      return new EdgemarkError("target.timeout", `${verb}: expected an answer within ${deadlineMs ?? "its deadline"} ms; none came from ${address}; see the target's log`, options);
    case status.UNAVAILABLE:
      return new EdgemarkError("target.unreachable", `${verb}: expected a target at ${address}; it cannot be reached (${said}); start it, or correct the address`, options);
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return new EdgemarkError("target.refused", `${verb}: expected to be let in; ${address} refused (${said}); give the right token or certificate`, options);
    default:
      if (isBrokenAnswer(error)) return new EdgemarkError("target.contract", `${verb}: expected an answer as in target.proto of at most ${messageBytes} bytes; ${said} came; correct the target`, options);
      return new EdgemarkError("target.refused", `${verb}: expected it to be done; ${address} answered ${status[error.code] ?? error.code}: ${said}; correct the request or the target`, options);
  }
}

/** gRPC tells an answer that it could not read by its own status codes; only the text tells them from the target's. */
function isBrokenAnswer(error: ServiceError): boolean {
  return (error.code === status.RESOURCE_EXHAUSTED && error.details.startsWith("Received message larger than max")) ||
    (error.code === status.INTERNAL && /^(Response message parsing error|Error deserializing|Too many responses|.*parsing)/.test(error.details));
}

function metadata(to: Connection): Metadata {
  const sent = new Metadata();
  if (to.token !== undefined) sent.set("authorization", `Bearer ${to.token}`);
  return sent;
}

function withDeadline(to: Connection, verb: Exclude<Verb, "Watch">): CallOptions {
  return { deadline: Date.now() + to.deadlinesMs[verb] };
}

function channelCredentials({ tls }: ConnectOptions): ReturnType<typeof credentials.createInsecure> {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (text: string | Buffer | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  try {
    return credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert));
  } catch (error) {
    throw new EdgemarkError("usage.flag", `expected PEM texts of a CA, a certificate and its key; ${messageOf(error)}; correct the files`, { cause: error });
  }
}

/** Waits for the connection, and says at once when it is refused instead of using up the deadline. */
function untilReady(client: Client, address: string, deadlineMs: number): Promise<void> {
  const channel = client.getChannel();
  const deadline = Date.now() + deadlineMs;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return resolve();
      if (state === connectivityState.TRANSIENT_FAILURE) return void refusal(client, address).then(reject, reject);
      channel.watchConnectivityState(state, deadline, (timedOut) => {
        if (timedOut === undefined || timedOut === null) return look();
        reject(new EdgemarkError("target.unreachable", `expected a target at ${address} within ${deadlineMs} ms; no gRPC answer came; start it, or correct the address`, { cause: timedOut }));
      });
    };
    look();
  });
}

/** Only a call tells why a connection failed. */
function refusal(client: Client, address: string): Promise<EdgemarkError> {
  const method = methodOf("Describe");
  return new Promise((resolve) => {
    client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, {}, new Metadata(), { deadline: Date.now() + 1_000 }, (error) => {
      // "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: "
      const details = error?.details ?? "the connection failed";
      const reason = (/Last error: (?:Error: )?(.+?)[.] Resolution note: $/s.exec(details)?.[1] ?? details).slice(0, 500);
      resolve(new EdgemarkError("target.unreachable", `expected a target at ${address}; it cannot be reached (${reason}); start it, or correct the address`, { cause: error }));
    });
  });
}
