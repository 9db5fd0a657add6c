// Where an edge keeps its state, and how its PoPs reach it and each other: the embedded bucket, with one way in per PoP and
// relays between PoPs, so that faults have links to work on; or any S3-compatible bucket outside, without them.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Bucket, type BucketListener, openBucket } from "../bucket/bucket.js";
import { BucketError } from "../bucket/errors.js";
import { type Mesh, openMesh, probeMs } from "../links/mesh.js";
import type { Path } from "../links/path.js";
import type { ClusterSettings } from "./config.js";
import type { RecordStore } from "./lease.js";
import { externalStore } from "./s3-store.js";

/** What faults can do to the embedded bucket and to the links to it. */
export interface StorageFaults {
  /** The way of a PoP's requests to storage, and of the answers back. */
  paths(index: number): { readonly to: Path; readonly from: Path };
  /** Resets a PoP's connections to storage. @returns how many */
  reset(index: number): number;
  /** How long an answer takes over a PoP's link, ms; undefined when none came before the deadline. */
  probeMs(index: number, deadlineMs: number): Promise<number | undefined>;
  /** Makes every flush take longer. Several add up. @returns what ends it */
  slowDisk(delayMs: number): () => void;
  readonly isFull: boolean;
  /** Fills the disk up. @returns what ends it */
  fillDisk(): () => void;
  /** Writes to storage, past all links. @returns ms until it was durable, or that the disk is full */
  writeMs(): Promise<number | "full">;
}

export interface Storage {
  readonly records: RecordStore;
  /** Prefix of the cluster's records, without slashes at its ends. */
  readonly prefix: string;
  readonly ofPop: (index: number) => Omit<ClusterSettings, "address">;
  /** The links between PoPs; undefined with an external bucket, whose records nobody can show differently. */
  readonly mesh: Mesh | undefined;
  /** Undefined with an external bucket. */
  readonly faults: StorageFaults | undefined;
  close(): Promise<void>;
}

const prefix = "edge";
const probeKey = "edgemark-probe";
/**
 * Who has a lease, who owns an object, and what its log begins with. Everybody who acts on such a record is a process of this
 * machine, and ends with its power as the record may; and what an owner acknowledges is flushed after the record that makes
 * it the owner. So it is enough that these are written.
 */
const coordination = new RegExp(`^${prefix}/v1/(?:nodes/|do/[^/]+/[^/]+/(?:own\\.json$|snapshot/))`);
const nodeRecord = new RegExp(`^${prefix}/v1/nodes/[0-9a-f]+\\.json$`);

/**
 * Opens the storage of an edge.
 * @param options.external s3://bucket/prefix, with endpoint, region and credentials in AWS_* variables
 * @throws Error when the folder cannot be used or the external address is not understood
 */
export async function openStorage(options: { readonly dataFolder: string; readonly pops: number; readonly external: string | undefined }): Promise<Storage> {
  const key = randomBytes(32).toString("hex");
  if (options.external !== undefined) return externalStore(options.external, key);
  const bucket = await openBucket({ directory: join(options.dataFolder, "bucket"), bucket: "edge", durabilityOf: (name) => (coordination.test(name) ? "written" : "flushed") });
  // This bucket is reached through this process alone, so a lease found at its opening is of a process that cannot act any
  // more: its objects need not wait for the lease to lapse.
  for (const record of await bucket.list(`${prefix}/v1/nodes/`)) await bucket.delete(record);
  const mesh = openMesh(key, Math.random);
  const listeners = await Promise.all(Array.from({ length: options.pops }, (_, index) => bucket.listen({ show: (name, bytes) => shownTo(index, mesh, name, bytes) })));
  const listenerOf = (index: number): BucketListener => {
    const listener = listeners[index];
    if (listener === undefined) throw new RangeError(`there is no PoP ${index}`);
    return listener;
  };
  return {
    records: bucket,
    prefix,
    ofPop: (index) => ({ bucket: `s3://edge/${prefix}`, endpoint: listenerOf(index).url, region: "auto", key, ...bucket.credentials }),
    mesh,
    faults: storageFaults(bucket, listenerOf),
    async close() {
      mesh.close();
      await Promise.all(listeners.map((listener) => listener.close()));
      await bucket.close();
    },
  };
}

/** A PoP reads the address of its own relay where another PoP's process gave its address. */
async function shownTo(reader: number, mesh: Mesh, name: string, bytes: Buffer): Promise<Buffer> {
  if (!nodeRecord.test(name)) return bytes;
  let record: unknown;
  try {
    record = JSON.parse(bytes.toString());
  } catch {
    // What the engine writes to try the bucket out is no record.
    return bytes;
  }
  if (typeof record !== "object" || record === null || !("address" in record) || typeof record.address !== "string") return bytes;
  // The record has 64-bit numbers, which JSON.parse would round: only the address is replaced in its text.
  const address = await mesh.addressFor(reader, record.address);
  return Buffer.from(bytes.toString().replace(JSON.stringify(record.address), () => JSON.stringify(address)));
}

function storageFaults(bucket: Bucket, listenerOf: (index: number) => BucketListener): StorageFaults {
  const delays = new Set<{ readonly delayMs: number }>();
  const fills = new Set<object>();
  const apply = (): void => {
    bucket.setFlushDelayMs([...delays].reduce((sum, { delayMs }) => sum + delayMs, 0));
    bucket.setFull(fills.size > 0);
  };
  function added<T extends object>(set: Set<T>, one: T): () => void {
    set.add(one);
    apply();
    return () => {
      set.delete(one);
      apply();
    };
  }
  return {
    paths: (index) => listenerOf(index).paths,
    reset: (index) => listenerOf(index).reset(),
    // Unsigned, so refused; but refused by the store, at the other end of the link.
    probeMs: (index, deadlineMs) => probeMs(listenerOf(index).url.replace("http://", ""), deadlineMs),
    slowDisk: (delayMs) => added(delays, { delayMs }),
    get isFull() {
      return fills.size > 0;
    },
    fillDisk: () => added(fills, {}),
    async writeMs() {
      const startMs = performance.now();
      try {
        await bucket.put(probeKey, new Uint8Array(1));
      } catch (error) {
        if (error instanceof BucketError && error.code === "InsufficientStorage") return "full";
        throw error;
      }
      return performance.now() - startMs;
    },
  };
}
