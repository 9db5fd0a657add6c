// Ways to misbehave over gRPC, and with any of the data planes behind it: everything that a target can do wrong while its
// process goes on.
import { type Server, createServer } from "node:net";
import type { Verb } from "../../contract/target/service.js";
import { type Handler, serveControlPlane } from "./control-plane.js";
import { type AnsweringName, answerWith, answerings, poison, serveDataPlane } from "./data-plane.js";

/** Starts a control plane. @returns its port */
export type Served = () => Promise<number>;

const pops = ["a", "b"];

export function description(port: number): Record<string, unknown> {
  return {
    name: "hostile",
    version: "1",
    vendor: "nobody",
    capabilities: ["workers", "deploy", "workers.multiple", "workers.env", "workers.modules", "workers.cf", "workers.websocket", "workers.scheduled", "workers.wait-until", "workers.cache", "workers.node", "kv", "anycast", "reset", "evict", "watch", "clock", "fault.kill", "fault.pause"],
    timeScale: 1_000,
    pops: pops.map((id) => ({ id, region: "nowhere", latitude: 0, longitude: 0, httpAddress: `127.0.0.1:${port}` })),
    anycastAddress: `127.0.0.1:${port}`,
    limits: {},
    notes: [],
    compatibilityDate: "2026-01-01",
  };
}

function deployment(port: number): Record<string, unknown> {
  const endpoint = { url: `http://127.0.0.1:${port}`, host: "hostile.test" };
  return { deploymentId: "d", version: "1", endpoints: pops.map((popId) => ({ ...endpoint, popId })), anycast: { ...endpoint, popId: "" } };
}

const fault = { faultId: "f", evidence: "nothing was done", effectiveAtMs: 1 };

/** Handlers that keep the contract, as far as nobody looks closely. */
export function honest(port: number): Record<Verb, Handler> {
  let versions = 0;
  return {
    Describe: ({ answer }) => answer(description(port)),
    Deploy: ({ answer }) => answer({ ...deployment(port), version: String(++versions) }),
    Undeploy: ({ answer }) => answer({}),
    Reset: ({ answer }) => answer({}),
    Evict: ({ answer }) => answer({}),
    Locate: ({ answer }) => answer({ found: false, popId: "", epoch: "" }),
    InjectFault: ({ answer }) => answer(fault),
    HealFault: ({ answer }) => answer(fault),
    Clock: ({ answer }) => answer({ nowMs: 1 }),
    TriggerCron: ({ answer }) => answer({ outcome: "ok", noRetry: false }),
    TriggerAlarm: ({ answer }) => answer({ outcome: "ok" }),
    BookmarkDatabase: ({ answer }) => answer({ bookmark: "0" }),
    RestoreDatabase: ({ answer }) => answer({ bookmark: "1", previousBookmark: "0" }),
    Watch: () => undefined,
  };
}

type Handlers = Partial<Record<Verb, Handler>>;
const silent: Handler = () => undefined;

const unanswered = ["Undeploy", "Reset", "Evict", "InjectFault", "HealFault", "Clock", "TriggerCron", "Watch"] as const satisfies readonly Verb[];
const all = (handler: Handler): Handlers => Object.fromEntries(unanswered.map((verb) => [verb, handler]));

/** A target that keeps the contract but for what is changed. */
export function changed(change: (port: number) => Handlers, data?: AnsweringName): Served {
  return async () => {
    const { port } = await serveDataPlane(data === undefined ? answerWith("hello") : answerings[data]);
    return (await serveControlPlane({ ...honest(port), ...change(port) })).port;
  };
}

/** A Describe that says something else in some fields. */
const describing = (change: Record<string, unknown>): Served => changed((port) => ({ Describe: ({ answer }) => answer({ ...description(port), ...change }) }));

/** A Deploy that says something else in some fields. */
const deploying = (change: Record<string, unknown>): Served => changed((port) => ({ Deploy: ({ answer }) => answer({ ...deployment(port), ...change }) }));

/** A control plane that is a bare socket and says the same to everybody. */
function bare(bytes: Uint8Array): Served {
  return async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.resume();
      socket.write(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return portOf(server);
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const closedPort = 9; // discard: nobody listens there
const longText = `${poison}${"x".repeat(100_000)}`;

const nasty = (port: number): Record<string, unknown> => ({
  ...description(port),
  name: poison,
  version: poison,
  vendor: poison,
  capabilities: ["workers", poison, longText.slice(0, 500)],
  pops: pops.map((id) => ({ id, region: poison, latitude: 0, longitude: 0, httpAddress: `127.0.0.1:${port}` })),
  limits: { [poison.slice(0, 40)]: 1 },
  notes: [poison, longText],
});

const manyPops = Array.from({ length: 10_000 }, (_, index) => ({ id: `p${index}`, region: poison, latitude: 0, longitude: 0, httpAddress: "127.0.0.1:1" }));

/** Every way, by name. */
export const served = {
  honest: changed(() => ({})),

  // What it says of itself.
  "control:garbage": bare(Buffer.from(`HTTP/1.1 400 Bad Request\r\n\r\n${poison}`)),
  "control:silent": bare(new Uint8Array()),
  "control:flood": bare(Buffer.alloc(50_000_000, "x")),
  "describe:silent": changed(() => ({ Describe: silent })),
  "describe:no-protobuf": changed(() => ({ Describe: ({ answerBytes }) => answerBytes(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 1])) })),
  "describe:no-frame": changed(() => ({
    Describe: ({ stream }) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      stream.end(Buffer.from("\u0007hello, this is no frame"));
    },
  })),
  "describe:html": changed(() => ({
    Describe: ({ stream }) => {
      stream.respond({ ":status": 502, "content-type": "text/html" });
      stream.end(poison);
    },
  })),
  "describe:huge-frame": changed(() => ({
    Describe: ({ stream }) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      const head = Buffer.alloc(5);
      head.writeUInt32BE(0xff_ff_ff_ff, 1);
      stream.write(head);
      const more = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(64 * 1024)));
      };
      stream.on("drain", more);
      more();
    },
  })),
  "describe:two-answers": changed((port) => ({
    Describe: ({ send, answer }) => {
      send(description(port));
      answer(description(port));
    },
  })),
  "describe:invalid-utf-8": changed(() => ({ Describe: ({ answerBytes }) => answerBytes(Buffer.from([0x0a, 3, 0xff, 0xfe, 0x41])) })),
  "describe:refused": changed(() => ({ Describe: ({ refuse }) => refuse(13, poison.repeat(20)) })),
  "describe:duplicate-pops": describing({ pops: [1, 2].map(() => ({ id: "a", region: "", latitude: 0, longitude: 0, httpAddress: "" })) }),
  "describe:nan": describing({ timeScale: Number.NaN }),
  "describe:infinity": describing({ timeScale: Number.POSITIVE_INFINITY, limits: { x: Number.NEGATIVE_INFINITY } }),
  "describe:10000-pops": describing({ pops: manyPops }),
  "describe:no-pops": describing({ pops: [] }),
  "describe:10-mb": describing({ name: "x".repeat(10_000_000) }),
  "describe:3-mb": describing({ name: "x".repeat(1_500_000), notes: [poison.repeat(10_000)] }),
  "describe:elsewhere": describing({ anycastAddress: "javascript:alert(1)", pops: [{ id: "../../etc", region: "", latitude: 91, longitude: 0, httpAddress: "file:///etc/passwd" }] }),
  "describe:poison": changed((port) => ({ Describe: ({ answer }) => answer(nasty(port)) }), "poison"),

  // What it does with a worker.
  "deploy:silent": changed(() => ({ Deploy: silent })),
  "deploy:nowhere": deploying({ endpoints: [], anycast: null }),
  "deploy:other-pops": deploying({ endpoints: [{ popId: "elsewhere", url: "http://127.0.0.1:9", host: "x" }], anycast: null }),
  "deploy:elsewhere": deploying({ endpoints: pops.map((popId) => ({ popId, url: "file:///etc/passwd", host: "x\r\ny: z" })), anycast: null }),
  "deploy:nobody-there": deploying({ endpoints: pops.map((popId) => ({ popId, url: `http://127.0.0.1:${closedPort}`, host: "x" })), anycast: { popId: "", url: `http://127.0.0.1:${closedPort}`, host: "x" } }),
  "deploy:refused": changed(() => ({ Deploy: ({ refuse }) => refuse(3, poison.repeat(20)) })),
  "deploy:unimplemented": changed(() => ({ Deploy: ({ refuse }) => refuse(12, poison) })),

  // What it declared and does not do.
  "verbs:unimplemented": changed(() => all(({ refuse }) => refuse(12, "no"))),
  "verbs:silent": changed(() => all(silent)),
  "fault:no-evidence": changed(() => ({ InjectFault: ({ answer }) => answer({ ...fault, evidence: " " }) })),
  "fault:silent": changed(() => ({ InjectFault: silent })),
  "heal:silent": changed(() => ({ HealFault: silent })),
  "watch:flood": changed(() => ({
    Watch: ({ send, stream }) => {
      const event = { kind: "pop-down", atMs: 1, popId: "a", detail: "x".repeat(4_000) };
      const more = (): void => {
        while (send(event));
      };
      stream.on("drain", more);
      more();
    },
  })),
  "watch:rubbish": changed(() => ({ Watch: ({ send }) => void send({ kind: poison, atMs: Number.NaN, popId: poison, detail: poison }) })),
} as const satisfies Record<string, Served>;

export type ServedName = keyof typeof served;
