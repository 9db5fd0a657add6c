// The connection from the ingress to a process of its PoP, on behalf of one client.
import { connect, type Socket } from "node:net";
import type { Origin } from "./door.js";

export interface Upstream {
  readonly socket: Socket;
  readonly origin: Origin;
  lastUsedMs: number;
}

/** The engine closes connections that were idle for 5 s; one that is nearly that old is not used again. */
const staleUpstreamMs = 3000;

/** Where all connections read into, one after the other: what came is copied before the next one reads. */
const landing = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Connects to a process.
 * @param clientAddress the engine sees it: all of 127/8 is local, so the source address can be kept
 * @param nowMs wall time
 * @param onBytes gets what the process sends, past the machinery of streams, which costs as much as all that is done with a short answer
 */
export function openUpstream(origin: Origin, clientAddress: string, nowMs: number, onBytes: (bytes: Buffer) => void): Upstream {
  const localAddress = clientAddress.startsWith("127.") ? clientAddress : "127.0.0.1";
  const onread = {
    buffer: landing,
    callback: (count: number): boolean => {
      onBytes(Buffer.from(landing.subarray(0, count)));
      return true;
    },
  };
  const socket = connect({ host: "127.0.0.1", port: origin.port, localAddress, noDelay: true, onread });
  return { socket, origin, lastUsedMs: nowMs };
}

/** @returns whether a request for the origin can go on this connection */
export function canCarry(upstream: Upstream, origin: Origin, nowMs: number): boolean {
  return upstream.origin.port === origin.port && upstream.origin.generation === origin.generation && nowMs - upstream.lastUsedMs < staleUpstreamMs;
}
