// The addresses of an edge that a person asked for: free or one clear error before anything starts, and how they are told.
import { createServer } from "node:net";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { placesOf } from "../../reference-impl/topology.js";
import type { TargetDescription } from "../../contract/target/types.js";

export interface AskedAddresses {
  readonly host: string;
  /** Of the anycast address; the PoPs take the ports after it. */
  readonly port: number;
  readonly pops: number;
}

export interface PopRow {
  readonly id: string;
  readonly city: string;
  readonly region: string;
  readonly url: string;
}

export interface EdgeAddresses {
  readonly anycast: string;
  readonly pops: readonly PopRow[];
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** @throws EdgemarkError usage.port that names the first port that cannot be had, and ports that can */
export async function assertFree(asked: AskedAddresses): Promise<void> {
  const last = asked.port + asked.pops;
  for (let port = asked.port; port <= last; port++) {
    const failure = await bindFailure(asked.host, port);
    if (failure === undefined) continue;
    const expected = `expected the ports ${asked.port} to ${last} on ${asked.host} (the anycast address and ${asked.pops} PoPs)`;
    if (failure.code !== "EADDRINUSE") throw new EdgemarkError("usage.port", `${expected}; ${port}: ${messageOf(failure)}; choose another --host or --port`, { cause: failure });
    const free = await freeFrom({ ...asked, port: last + 1 });
    throw new EdgemarkError("usage.port", `${expected}; ${port} is taken; stop what uses it, or choose others${free === undefined ? " with --port" : `: --port ${free}`}`, { cause: failure });
  }
}

async function freeFrom(asked: AskedAddresses): Promise<number | undefined> {
  const wanted = asked.pops + 1;
  let run = 0;
  for (let port = asked.port; port < Math.min(asked.port + 200, 65_535); port++) {
    run = (await bindFailure(asked.host, port)) === undefined ? run + 1 : 0;
    if (run === wanted) return port - wanted + 1;
  }
  return undefined;
}

function bindFailure(host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** @param host the one that was asked for: the edge describes itself by loopback */
export function addressesOf(description: TargetDescription, host: string): EdgeAddresses {
  const urlAt = (address: string): string => `http://${host.includes(":") ? `[${host}]` : host}:${address.split(":").at(-1) ?? ""}`;
  const places = new Map(placesOf(description.pops.length).map((place) => [place.colo.toLowerCase(), place]));
  return {
    anycast: urlAt(description.anycastAddress),
    pops: description.pops.map((pop) => ({ id: pop.id, city: places.get(pop.id)?.city ?? "", region: pop.region, url: urlAt(pop.httpAddress) })),
  };
}

/** The addresses as an aligned table. */
export function addressTable({ anycast, pops }: EdgeAddresses): string {
  const rows = [["PoP", "city", "region", "address"], ...pops.map((pop) => [pop.id, pop.city, pop.region, pop.url]), ["anycast", "nearest PoP", "", anycast]];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`).join("");
}
