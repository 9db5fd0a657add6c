// The links between PoPs. Each PoP finds the others by records in the bucket; the copy it reads names a relay of its own for
// every other process, so each pair of PoPs has two paths that a fault can hold, slow down or cut.
import { request } from "node:http";
import { Path } from "./path.js";
import { type Relay, startRelay } from "./relay.js";

export interface Mesh {
  /** Announces a process of a PoP by its address without port; until {@link forget} others reach it by relays. */
  serve(popIndex: number, address: string): void;
  /** The process is gone, and so are its connections. */
  forget(address: string): void;
  /** The address at which a PoP reaches a process. @param address host:port of the process */
  addressFor(reader: number, address: string): Promise<string>;
  /** The path from one PoP to another. */
  path(from: number, to: number): Path;
  /** Resets the connections between a PoP and the others. @returns how many */
  reset(popIndex: number): number;
  /**
   * Asks a process over a PoP's link to it whether it is ready.
   * @param address host:port of the process
   * @returns how long the answer took, ms; undefined when none came before the deadline
   */
  probeMs(from: number, address: string, deadlineMs: number): Promise<number | undefined>;
  close(): void;
}

interface Link {
  readonly from: number;
  readonly to: number;
  readonly relay: Relay;
}

/** @param key the cluster's key @param random uniform in [0, 1), for jitter and loss */
export function openMesh(key: string, random: () => number): Mesh {
  const owners = new Map<string, number>();
  const paths = new Map<string, Path>();
  const links = new Map<string, Promise<Link>>();
  const settled = new Map<string, Link>();

  function path(from: number, to: number): Path {
    const name = `${from} ${to}`;
    const known = paths.get(name) ?? new Path(random);
    paths.set(name, known);
    return known;
  }

  function close(belongs: (link: Link, name: string) => boolean): void {
    for (const [name, link] of settled) {
      if (!belongs(link, name)) continue;
      link.relay.close();
      settled.delete(name);
      links.delete(name);
    }
  }

  async function open(name: string, from: number, to: number, address: string): Promise<Link> {
    const relay = await startRelay({ target: address, up: path(from, to), down: path(to, from), key });
    const link = { from, to, relay };
    // The process may have gone meanwhile.
    if (owners.has(hostOf(address))) settled.set(name, link);
    else relay.close();
    return link;
  }

  const mesh: Mesh = {
    serve: (popIndex, address) => void owners.set(address, popIndex),
    forget(address) {
      owners.delete(address);
      close((_, name) => name.includes(` ${address}:`));
    },
    async addressFor(reader, address) {
      const to = owners.get(hostOf(address));
      // The processes of one PoP are on one machine: there is no link between them.
      if (to === undefined || to === reader) return address;
      const name = `${reader} ${address}`;
      const link = links.get(name) ?? open(name, reader, to, address);
      links.set(name, link);
      return (await link).relay.address;
    },
    path,
    reset(popIndex) {
      let count = 0;
      for (const { from, to, relay } of settled.values()) if (from === popIndex || to === popIndex) count += relay.reset();
      return count;
    },
    probeMs: async (from, address, deadlineMs) => probeMs(await mesh.addressFor(from, address), deadlineMs),
    close() {
      owners.clear();
      close(() => true);
    },
  };
  return mesh;
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, "");
}

/** One request to an address. @returns how long any answer took, ms; undefined when none came */
export function probeMs(address: string, deadlineMs: number, headers: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  const [host = "", port = ""] = address.split(":");
  const startMs = performance.now();
  return new Promise((resolve) => {
    // A signal takes whole milliseconds only.
    const outgoing = request({ host, port: Number(port), path: "/ready", agent: false, headers: { connection: "close", ...headers }, signal: AbortSignal.timeout(Math.ceil(deadlineMs)) }, (response) => {
      response.resume();
      response.on("end", () => resolve(performance.now() - startMs));
      response.on("error", () => resolve(undefined));
    });
    outgoing.on("error", () => resolve(undefined));
    outgoing.end();
  });
}
