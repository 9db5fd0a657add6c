// An edge for tests of faults: two PoPs with real doors, a real bucket and real links, and a sleeping process where each engine
// would be. What a fault takes hold of is there; nobody serves workers.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "../../front/listener.js";
import type { Edge } from "../../supervisor/edge.js";
import { Pop } from "../../supervisor/pop.js";
import { openStorage, type Storage } from "../../supervisor/storage.js";
import { placesOf } from "../../topology.js";

export interface FixtureEdge extends Edge {
  /** What was told, as "kind pop". */
  readonly told: readonly string[];
}

const notHere = (): Promise<never> => Promise.reject(new Error("this edge has no engines"));

/** @param harmStorage replaces parts of the storage, such as a fault that does nothing */
export async function fixtureEdge(harmStorage: (storage: Storage) => Partial<Storage> = () => ({})): Promise<FixtureEdge> {
  const dataFolder = await mkdtemp(join(tmpdir(), "edgemark-faults-"));
  const opened = await openStorage({ dataFolder, pops: 2, external: undefined });
  const storage = { ...opened, ...harmStorage(opened) };
  const told: string[] = [];
  const children: ChildProcess[] = [];
  const servers: Server[] = [];
  const addresses = new Map<Pop, string>();
  const pops = placesOf(2).map((place, index) => new Pop(place, index, { isDeployed: () => false, onLog: () => undefined, onExit: () => Promise.resolve(), handOver: () => Promise.resolve(), onCrash: () => undefined }));
  for (const pop of pops) {
    pop.listener = await listen({ host: "127.0.0.1", port: 0, choose: () => pop });
    const child = spawn("sleep", ["600"], { stdio: "ignore" });
    children.push(child);
    const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
    // The peers' end of a link: any answer will do.
    const server = createServer((_, response) => void response.end());
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `127.0.0.${pop.index + 1}`;
    storage.mesh?.serve(pop.index, address);
    addresses.set(pop, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    const engine = { pid: child.pid ?? 0, ports: new Map<string, number>(), exited, signal: (signal: NodeJS.Signals) => void child.kill(signal), lastWords: () => "" };
    pop.adopt({ number: pop.index, engine, folder: dataFolder, workers: [], address, activeRequests: 0, isStopping: false, isGone: false, onIdle: undefined });
  }
  // All processes listen on one address here, so the link is that of the PoP which is asked for.
  storage.mesh?.serve(1, "127.0.0.1");
  const anycast = await listen({ host: "127.0.0.1", port: 0, choose: () => pops[0] });
  return {
    told,
    pops,
    storage,
    anycast,
    workers: new Map(),
    adminToken: "",
    pop: (id) => pops.find((pop) => pop.id === id),
    upPops: () => pops,
    deploy: notHere,
    undeploy: notHere,
    evict: notHere,
    isolateOf: () => undefined,
    reset: notHere,
    takeDown: (pop, signal) => Promise.resolve(`${signal} to PoP ${pop.id}`),
    bringUp: (pop) => Promise.resolve(`PoP ${pop.id} serves`),
    catchUp: () => Promise.resolve(),
    peerAddress: (pop) => Promise.resolve(addresses.get(pop)),
    setClock: notHere,
    announce(pop, isAnnounced) {
      pop.isAnnounced = isAnnounced;
    },
    advanceClock: notHere,
    holdD1Lag: (rule) => {
      told.push(`lag ${rule}`);
      return Promise.resolve({ release: () => Promise.resolve(void told.push(`no lag ${rule}`)) });
    },
    locate: () => Promise.resolve(undefined),
    emit: (kind, popId) => void told.push(`${kind} ${popId}`),
    async close() {
      for (const child of children) child.kill("SIGKILL");
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await Promise.all([anycast.shut(), ...pops.map((pop) => pop.listener?.shut())]);
      await storage.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
