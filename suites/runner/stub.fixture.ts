// A target for tests: verbs in memory, and a real HTTP server on loopback as its data plane. What it answers, and how it
// misbehaves, is the test's choice.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { EdgemarkError } from "../../contract/errors.js";
import type { Capability, DeploySpec, FaultSpec, TargetDescription, TargetVerbs } from "../../contract/target/types.js";

export interface StubTarget {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  readonly address: string;
  /** Names of verbs in the order of their calls: "deploy hello". */
  readonly calls: readonly string[];
  /** The server's port; the same after {@link StubTarget.revive}. */
  readonly port: number;
  /** Ends every connection and stops listening, as a crash would. */
  crash(): void;
  close(): Promise<void>;
}

export interface StubOptions {
  readonly capabilities?: readonly Capability[];
  readonly pops?: number;
  readonly timeScale?: number;
  readonly version?: string;
  /** Answers HTTP requests. Default: like the hello fixture. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Instead of HTTP: gets the bare connection. */
  readonly onConnection?: (socket: Socket) => void;
  /** Replaces verbs. */
  readonly verbs?: Partial<TargetVerbs>;
}

/** @returns a target on a free port of loopback */
export async function startStub(options: StubOptions = {}): Promise<StubTarget> {
  const calls: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server | TcpServer =
    options.onConnection === undefined ? createServer(options.onRequest ?? hello) : createTcpServer(options.onConnection);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const pops = Array.from({ length: options.pops ?? 1 }, (_, index) => `pop${index + 1}`);
  const description: TargetDescription = {
    name: "stub",
    version: options.version ?? "1.0.0",
    vendor: "tests",
    capabilities: options.capabilities ?? ["workers"],
    unknownCapabilities: [],
    timeScale: options.timeScale ?? 1,
    pops: pops.map((id) => ({ id, region: "test", latitude: 0, longitude: 0, httpAddress: `127.0.0.1:${port}` })),
    anycastAddress: "",
    limits: {},
    notes: [],
    compatibilityDate: "2026-11-01",
  };
  const crash = (): void => {
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const unimplemented = (verb: string): never => {
    throw new EdgemarkError("target.unimplemented", `${verb}: expected an implemented verb; the stub answered UNIMPLEMENTED; implement it`);
  };
  const base: TargetVerbs = {
    describe: async () => description,
    deploy: async (spec: DeploySpec) => ({
      deploymentId: spec.name,
      version: "1",
      endpoints: pops.map((popId) => ({ popId, url: `http://127.0.0.1:${port}`, host: `${spec.name}.test` })),
    }),
    undeploy: async () => undefined,
    reset: async () => unimplemented("Reset"),
    evict: async () => unimplemented("Evict"),
    locate: async () => unimplemented("Locate"),
    injectFault: async (fault: FaultSpec) => ({ faultId: `${fault.kind}-1`, evidence: `process 4711 got ${fault.kind}`, effectiveAtMs: 0 }),
    healFault: async () => ({ evidence: "process 4712 listens", effectiveAtMs: 0 }),
    clock: async () => unimplemented("Clock"),
    triggerCron: async () => unimplemented("TriggerCron"),
    triggerAlarm: async () => unimplemented("TriggerAlarm"),
    bookmarkDatabase: async () => unimplemented("BookmarkDatabase"),
    restoreDatabase: async () => unimplemented("RestoreDatabase"),
    watch: () => () => undefined,
    ...options.verbs,
  };
  const verbs: TargetVerbs = {
    ...base,
    deploy: (spec) => (calls.push(`deploy ${spec.name}`), base.deploy(spec)),
    undeploy: (id) => (calls.push(`undeploy ${id}`), base.undeploy(id)),
    injectFault: (fault) => (calls.push(`inject ${fault.kind} ${fault.popId}`), base.injectFault(fault)),
    healFault: (id) => (calls.push(`heal ${id}`), base.healFault(id)),
  };
  return {
    verbs,
    description,
    address: "stub",
    calls,
    port,
    crash,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers like the program of the hello fixture. */
export function hello(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const path = new URL(request.url ?? "/", "http://stub").pathname;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ greeting: "hello", method: request.method, path, body: Buffer.concat(chunks).toString() }));
  });
}
