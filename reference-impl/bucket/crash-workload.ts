// The writers of the crash tests: some race on registers with conditional writes, all write entries of several sizes
// and delete some. The same writers run on a simulated disk that loses power and on a process that is killed.
import { createHash } from "node:crypto";
import type { DurableWrite, Outcome, Recovered } from "./durability.js";
import { seededRandom } from "./simulated-disk.js";

/** How a writer reaches the store; each answers what it was told. */
export interface CrashClient {
  put(key: string, bytes: Buffer, condition: { ifMatch?: string; ifNoneMatch?: "*" }): Promise<Outcome>;
  delete(key: string): Promise<Outcome>;
  /** Undefined: there is none. Throws when the store is gone. */
  get(key: string): Promise<Buffer | undefined>;
}

export interface CrashWorkload {
  readonly seed: number;
  readonly writers: number;
  readonly registers: number;
  /** Entries have one of these sizes, in bytes. */
  readonly sizesBytes: readonly number[];
  /** Called at every acknowledged write: the moment to crash is counted in these. */
  readonly onAcknowledged: () => void;
  /** No more writes from here. */
  readonly isOver: () => boolean;
}

/** The bytes that belong to a name: any part of them missing or changed is seen. */
export function contentNamed(name: string, sizeBytes: number): Buffer {
  const line = `${name} ${sizeBytes} ${createHash("sha256").update(name).digest("hex")}\n`;
  return Buffer.alloc(Math.max(sizeBytes, line.length), line);
}

/** The name of bytes that {@link contentNamed} made, "torn" for any others. */
export function nameOf(bytes: Buffer): string {
  const [name = "", sizeBytes = ""] = bytes.toString("latin1", 0, Math.min(bytes.length, 200)).split(" ");
  return contentNamed(name, Number(sizeBytes)).equals(bytes) ? name : "torn";
}

export function etagOf(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** Runs the writers until it is over. @returns what they did and were told */
export async function runWriters(client: CrashClient, workload: CrashWorkload): Promise<DurableWrite[]> {
  const history: DurableWrite[] = [];
  const note = (write: DurableWrite): void => {
    history.push(write);
    if (write.outcome === "ok") workload.onAcknowledged();
  };
  const writer = async (id: number): Promise<void> => {
    const random = seededRandom(workload.seed * 1000 + id);
    for (let turn = 0; !workload.isOver(); turn++) {
      const name = `s${workload.seed}w${id}t${turn}`;
      const sizeBytes = workload.sizesBytes[Math.floor(random() * workload.sizesBytes.length)] ?? 0;
      const content = contentNamed(name, sizeBytes);
      if (random() < 0.4) {
        const key = `register/${Math.floor(random() * workload.registers)}`;
        const before = await client.get(key);
        const condition = before === undefined ? { ifNoneMatch: "*" as const } : { ifMatch: etagOf(before) };
        const outcome = await client.put(key, content, condition);
        note({ kind: "register", key, base: before === undefined ? undefined : nameOf(before), content: name, outcome });
        continue;
      }
      const key = `entry/${name}`;
      const outcome = await client.put(key, content, {});
      note({ kind: "put", key, content: name, outcome });
      if (outcome === "ok" && random() < 0.3) note({ kind: "delete", key, content: name, outcome: await client.delete(key) });
    }
  };
  await Promise.allSettled(Array.from({ length: workload.writers }, (_, id) => writer(id)));
  return history;
}

/** What a store holds, by the names of the contents. */
export async function recoveredFrom(keys: readonly string[], get: (key: string) => Promise<Uint8Array | undefined>): Promise<Recovered> {
  const held = await Promise.all(keys.map(async (key) => [key, await get(key)] as const));
  return new Map(held.flatMap(([key, bytes]) => (bytes === undefined ? [] : [[key, nameOf(Buffer.from(bytes))] as const])));
}
