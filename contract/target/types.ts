// The Target contract as our own types. Answers from a target are parsed into these once (parse.ts) and trusted after.

/** Everything a target can declare. Absent means its checks are not applicable; declared and unimplemented means they fail. */
export const capabilities = {
  "workers": "deploys a module worker and answers HTTP",
  "deploy": "Deploy takes new programs and versions while the target runs",
  "deploy.at-once": "Deploy may be asked for several programs at the same time",
  "workers.multiple": "several deployments at once, isolated from each other",
  "workers.env": "text, secret and json bindings reach the worker's env",
  "workers.service": "service bindings between deployments",
  "workers.cf": "request.cf and CF-* headers describe the client and the PoP",
  "workers.wait-until": "ctx.waitUntil keeps work alive after the response",
  "workers.pass-through": "ctx.passThroughOnException falls back to an origin",
  "workers.scheduled": "scheduled handlers, started by TriggerCron",
  "workers.websocket": "WebSocketPair and upgrade responses",
  "workers.cache": "the Cache API",
  "workers.html-rewriter": "HTMLRewriter",
  "workers.event-target": "the global object is an EventTarget",
  "workers.node": "node: modules behind nodejs_compat",
  "workers.modules": "modules beside the main one: several ES modules, text, data, JSON, CommonJS and WebAssembly",
  "kv": "KV namespaces",
  "durable-objects": "Durable Objects",
  "d1": "D1 databases",
  "d1.replicas": "D1 read replicas at PoPs, for sessions",
  "d1.replica-lag": "how late a PoP's D1 replicas are: slow-link and isolate with the scope replication",
  "d1.time-travel": "BookmarkDatabase and RestoreDatabase take a D1 database back to an earlier moment",
  "r2": "R2 buckets",
  "queues": "Queues",
  "anycast": "one address that routes to the nearest healthy PoP",
  "reset": "Reset drops all stored state",
  "evict": "Evict drops a deployment's isolates",
  "locate": "Locate names the owner of a Durable Object",
  "watch": "Watch streams events",
  "clock": "Clock reads and advances platform timers",
  "durable-objects.trigger-alarm": "TriggerAlarm fires an alarm now",
  "fault.kill": "kill -9 of a PoP",
  "fault.stop": "graceful stop of a PoP",
  "fault.pause": "a PoP frozen, connections open (gray failure)",
  "fault.isolate-clients": "a PoP cut off from its clients",
  "fault.isolate-storage": "a PoP cut off from storage",
  "fault.isolate-peers": "a PoP cut off from the other PoPs",
  "fault.isolate-control": "a PoP cut off from the control plane",
  "fault.partition": "two groups of PoPs that cannot reach each other",
  "fault.slow-link": "added latency on a PoP's links",
  "fault.lossy-link": "stalls on a PoP's links",
  "fault.reset-connections": "client connections of a PoP reset",
  "fault.clock-skew": "a PoP whose clock is wrong",
  "fault.slow-disk": "storage that is slow",
  "fault.full-disk": "storage that is full",
  "fault.overload": "a PoP without CPU to spare",
} as const satisfies Record<string, string>;

export type Capability = keyof typeof capabilities;

export interface Pop {
  readonly id: string;
  readonly region: string;
  readonly latitude: number;
  readonly longitude: number;
  /** host:port that answers for every deployment by its Host header; "" when a deployment's own URL must be used. */
  readonly httpAddress: string;
}

export interface TargetDescription {
  readonly name: string;
  readonly version: string;
  readonly vendor: string;
  readonly capabilities: readonly Capability[];
  /** Declared strings that this version of Edgemark does not know; shown, never used. */
  readonly unknownCapabilities: readonly string[];
  /** Platform timers run this many times faster than documented; 1 is real time. */
  readonly timeScale: number;
  readonly pops: readonly Pop[];
  /** host:port, or "" when the target has no anycast. */
  readonly anycastAddress: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
  readonly compatibilityDate: string;
}

export type ModuleKind = "esm" | "commonjs" | "text" | "data" | "json" | "wasm";

export interface WorkerModule {
  readonly path: string;
  readonly kind: ModuleKind;
  readonly content: Uint8Array;
}

export type Binding =
  | { readonly kind: "kv"; readonly name: string; readonly namespace: string }
  | { readonly kind: "durable_object"; readonly name: string; readonly className: string; readonly sqlite: boolean; readonly script?: string }
  | { readonly kind: "d1"; readonly name: string; readonly database: string }
  | { readonly kind: "r2"; readonly name: string; readonly bucket: string }
  | { readonly kind: "service"; readonly name: string; readonly service: string; readonly entrypoint?: string }
  | { readonly kind: "queue"; readonly name: string; readonly queue: string }
  | { readonly kind: "text" | "secret" | "json"; readonly name: string; readonly value: string };

export interface DeploySpec {
  /** Lower case letters, digits and dashes; a second deploy of the same name is a new version. */
  readonly name: string;
  readonly mainModule: string;
  readonly modules: readonly WorkerModule[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly bindings: readonly Binding[];
  readonly crons: readonly string[];
}

/** Where a deployment answers: connect to `url`, send `host` as the Host header. */
export interface Endpoint {
  readonly popId: string;
  readonly url: string;
  readonly host: string;
}

export interface Deployment {
  readonly deploymentId: string;
  readonly version: string;
  readonly endpoints: readonly Endpoint[];
  readonly anycast?: Endpoint;
}

export const faultKinds = [
  "kill",
  "stop",
  "pause",
  "isolate",
  "partition",
  "slow-link",
  "lossy-link",
  "reset-connections",
  "clock-skew",
  "slow-disk",
  "full-disk",
  "overload",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * One fault. It is in effect when InjectFault answers, and has evidence of that; faults of one PoP or link add up, and heal
 * in any order. By kind: what happens, `scope`, and `parameters`, with what holds when they are left out.
 * - kill: the PoP's processes end at once (SIGKILL). Healing brings the PoP back at its address.
 * - stop: the PoP ends in order (SIGTERM) and hands over what it owns. Healing brings it back.
 * - pause: the PoP is frozen, its connections stay open and nothing is answered. Healing lets it go on where it was.
 * - isolate: the PoP is cut off from its scope, which is required. `peers`, `storage`: connections stay open and nothing comes
 *   through, either way; healing delivers what waited, as TCP does. `clients`: its address refuses connections, and the anycast
 *   address sends nobody there. `control`: those who run the edge neither see nor reach the PoP (no health probe, no deployment, its
 *   death is not noticed), while clients, peers and storage do.
 * - partition: scope names the PoPs of the other side, comma separated and required; this side is popId and every PoP that is not
 *   named. Nothing comes through between the sides; both keep their clients and storage. oneWay (0): with 1, only what this side sends to
 *   the other is held up: a request from the other side arrives and is carried out, and its answer does not come back.
 * - slow-link: scope clients | peers | storage (peers). delayMs: added each way, so that a round trip takes twice that longer;
 *   jitterMs (0): up to so much more, uniform.
 * - lossy-link: scope clients | peers | storage (peers). lossRatio: 0 to 1, the share of pieces that get lost; stallMs (200): how
 *   late such a piece comes, since TCP sends it again. What follows it waits too.
 * - slow-link and isolate with scope replication (capability d1.replica-lag): the feed of the PoP's D1 replicas, and nothing else. They
 *   show a change delayMs and up to jitterMs after its commit; isolated, they stand still. Healing lets them catch up.
 * - reset-connections: scope clients | peers | storage (clients). All open connections, once; nothing needs healing.
 * - clock-skew: skewMs: the PoP's clock is ahead by so much, behind when negative.
 * - slow-disk: delayMs: what the PoP writes to storage is durable, and acknowledged, so much later.
 * - full-disk: the PoP's storage takes no writes and says so; reads go on.
 * - overload: cpuRatio (0.1): the share of its CPU time that is left to the PoP, above 0 and below 1.
 * Storage may be one for all PoPs: then slow-disk and full-disk meet all of them, and the evidence says so.
 */
export interface FaultSpec {
  readonly kind: FaultKind;
  readonly popId: string;
  readonly scope?: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

export interface FaultEffect {
  readonly faultId: string;
  readonly evidence: string;
  readonly effectiveAtMs: number;
}

export const eventKinds = [
  "pop-down",
  "pop-up",
  "object-moved",
  "deployment-rolled-out",
  "fault-injected",
  "fault-healed",
] as const;
export type EventKind = (typeof eventKinds)[number];

export interface TargetEvent {
  readonly kind: EventKind;
  readonly atMs: number;
  readonly popId: string;
  readonly detail: string;
}

export interface ObjectLocation {
  readonly found: boolean;
  readonly popId: string;
  readonly epoch: string;
}

/** A D1 database, by a deployment and its binding. */
export interface BoundDatabase {
  readonly deploymentId: string;
  readonly binding: string;
}

/** What a restore gives. */
export interface Restored {
  /** The database as it is now. */
  readonly bookmark: string;
  /** As it was before: going back to it undoes the restore. */
  readonly previousBookmark: string;
}

/** The verbs of a target. Every call has a deadline of its own and throws EdgemarkError of kind target. */
export interface TargetVerbs {
  describe(): Promise<TargetDescription>;
  deploy(spec: DeploySpec): Promise<Deployment>;
  undeploy(deploymentId: string): Promise<void>;
  reset(): Promise<void>;
  evict(deploymentId: string): Promise<void>;
  locate(deploymentId: string, className: string, objectId: string): Promise<ObjectLocation>;
  injectFault(fault: FaultSpec): Promise<FaultEffect>;
  healFault(faultId: string): Promise<{ readonly evidence: string; readonly effectiveAtMs: number }>;
  /** @param advanceMs 0 only reads @returns the clock of platform timers, ms since 1970 */
  clock(advanceMs: number): Promise<number>;
  triggerCron(request: {
    readonly deploymentId: string;
    readonly cron: string;
    readonly scheduledTimeMs: number;
    readonly popId?: string;
  }): Promise<{ readonly outcome: string; readonly noRetry: boolean }>;
  triggerAlarm(deploymentId: string, className: string, objectId: string): Promise<string>;
  /** @param atMs ms since 1970, undefined: now @returns the bookmark of that moment */
  bookmarkDatabase(database: BoundDatabase, atMs?: number): Promise<string>;
  /** @param to a bookmark, or a moment in ms since 1970; what is refused (target.refused, in the platform's words) changes nothing */
  restoreDatabase(database: BoundDatabase, to: string | number): Promise<Restored>;
  /**
   * @param onEnd called once when the stream ends by itself: with the error, or without one when the target ended it
   * @returns a function that ends the stream
   */
  watch(onEvent: (event: TargetEvent) => void, onEnd?: (error?: Error) => void): () => void;
}

/** What a server of the contract implements; a verb left out answers UNIMPLEMENTED. */
export type TargetServer = Pick<TargetVerbs, "describe" | "deploy"> & Partial<Omit<TargetVerbs, "describe" | "deploy">>;
