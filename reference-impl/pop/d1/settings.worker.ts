// What this process was told at its start, and what all entrypoints of its D1 service share: where it is and how late
// its replicas are.
import { env } from "cloudflare:workers";
import { lagOf, parseLag, type Lag, type LagRule } from "./lag.js";
import type { D1Primary } from "./primary.worker.js";
import type { D1Replica } from "./replica.worker.js";

/** The bindings of the D1 service. */
export interface D1Env {
  readonly PRIMARY: DurableObjectNamespace<D1Primary>;
  readonly REPLICA: DurableObjectNamespace<D1Replica>;
  readonly POP_ID: string;
  /** Location hint of the PoP's region. */
  readonly REGION: string;
  /** Rules of lag.ts; absent or "" means none. */
  readonly LAG?: string;
}

export const d1Env = env as unknown as D1Env;

let rules: readonly LagRule[] = parseLag(d1Env.LAG ?? "");

export function setLagRules(text: string): void {
  rules = parseLag(text);
}

/** How late this PoP's replica of a database is whose primary is at another PoP. */
export function lagFrom(primaryPopId: string): Lag {
  return lagOf(rules, primaryPopId, d1Env.POP_ID);
}

/** Databases that this process was asked for: their replicas here are dropped when everything is. */
export const servedDatabases = new Set<string>();

export function primaryName(database: string): string {
  return `database ${database}`;
}

export function replicaName(database: string, popId: string): string {
  return `${popId} ${database}`;
}

/** The primary that keeps the list of all databases. */
export const registryName = "registry";
