// A TCP relay in front of one PoP's process for one other PoP: what faults do to the link between the two happens here.
// It splices; without a fault the bytes are handed on as they come.
import { createHmac } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import { Passage } from "./passage.js";
import type { Path } from "./path.js";

export interface RelayOptions {
  /** host:port of the process. */
  readonly target: string;
  /** From the PoP that connects to the target, and back. */
  readonly up: Path;
  readonly down: Path;
  /** The cluster's key. */
  readonly key: string;
}

export interface Relay {
  /** host:port to connect to instead of the target. */
  readonly address: string;
  /** Resets its open connections. @returns how many there were */
  reset(): number;
  /** Takes no more connections and resets the open ones. */
  close(): void;
}

const headEnd = Buffer.from("\r\n\r\n");
const authHeader = /^(cf-cluster-auth: )([^.\r]*)\.([^.\r]*)\.[^\r]*/im;
/** The engine's own head has two hundred bytes. */
const longestHeadBytes = 4096;

/** Starts a relay on the loopback address. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const splices = new Set<() => void>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const cut = splice(near, options, () => splices.delete(cut));
    splices.add(cut);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  const reset = (): number => {
    const count = splices.size;
    for (const cut of [...splices]) cut();
    return count;
  };
  return {
    address: `127.0.0.1:${bound !== null && typeof bound === "object" ? bound.port : 0}`,
    reset,
    close() {
      server.close();
      reset();
    },
  };
}

/** @returns what resets both ends */
function splice(near: Socket, { target, up, down, key }: RelayOptions, onOver: () => void): () => void {
  const [host = "", port = ""] = target.split(":");
  const far = connect({ host, port: Number(port), noDelay: true, allowHalfOpen: true });
  const sent = new Passage(up, (bytes) => far.write(bytes), () => near.resume());
  const answered = new Passage(down, (bytes) => near.write(bytes), () => far.resume());
  const cut = (): void => {
    sent.close();
    answered.close();
    near.resetAndDestroy();
    far.resetAndDestroy();
    onOver();
  };
  let head: Buffer | undefined = Buffer.alloc(0);
  near.on("data", (chunk: Buffer) => {
    let bytes = chunk;
    if (head !== undefined) {
      bytes = Buffer.concat([head, chunk]);
      if (bytes.indexOf(headEnd) === -1 && bytes.length < longestHeadBytes) {
        head = bytes;
        return;
      }
      bytes = signedFor(target, bytes, key);
      head = undefined;
    }
    if (!sent.push(bytes)) near.pause();
  });
  far.on("data", (chunk: Buffer) => {
    if (!answered.push(chunk)) far.pause();
  });
  far.on("drain", () => near.resume());
  near.on("drain", () => far.resume());
  near.on("end", () => sent.after(() => far.end()));
  far.on("end", () => answered.after(() => near.end()));
  // A reset crosses the link as bytes do: late on a slow one, and not at all on one that is held.
  near.on("error", () => sent.after(cut));
  far.on("error", () => answered.after(cut));
  let open = 2;
  for (const socket of [near, far]) {
    socket.on("close", () => {
      open--;
      if (open === 0) onOver();
    });
  }
  return cut;
}

/**
 * A connection between two processes opens with a MAC over the address that was dialled, and each knows only its own
 * address: what was signed for the relay is signed for the process behind it. Anything else passes as it is.
 */
function signedFor(target: string, bytes: Buffer, key: string): Buffer {
  const end = bytes.indexOf(headEnd);
  const text = bytes.toString("latin1", 0, Math.max(0, end));
  const signed = text.replace(authHeader, (_, name: string, atMs: string, nonce: string) => {
    const mac = createHmac("sha256", key).update(["workerd cluster connect v1", target, atMs, nonce].join("\n")).digest("hex");
    return `${name}${atMs}.${nonce}.${mac}`;
  });
  return signed === text ? bytes : Buffer.concat([Buffer.from(signed, "latin1"), bytes.subarray(end)]);
}
