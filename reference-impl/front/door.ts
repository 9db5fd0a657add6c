// What the ingress knows of a PoP: its way in, and where a request goes from there.
import type { Path } from "../links/path.js";
import type { Place } from "../topology.js";

/** A socket of one process of a PoP that serves one deployment. */
export interface Origin {
  readonly port: number;
  /** Distinguishes the processes that follow each other at one PoP. */
  readonly generation: number;
  /** Header lines that the engine is told besides. */
  readonly lines?: string;
}

export type Route = { readonly kind: "origin"; readonly origin: Origin } | { readonly kind: "none"; readonly reason: string };

/** What a connection needs to know of the PoP it landed at. */
export interface PopDoor {
  readonly place: Place;
  /** The link between the PoP and its clients. */
  readonly fromClients: Path;
  readonly toClients: Path;
  route(host: string): Route;
  /**
   * Told the beginning of a head that is not complete yet, so that what it will ask for can be made ready.
   * @returns whether it says for whom it is: then it is told no more of this head
   */
  expect?(headBegin: string): boolean;
  /** Told when a request begins and ends, by generation, so that a process can be stopped when it is idle. */
  onRequest(generation: number, change: 1 | -1): void;
}
