// Where an edge keeps its state: the embedded bucket, with one way in per PoP so that one PoP can be cut off, or any
// S3-compatible bucket outside.
import { join } from "node:path";
import { openBucket } from "../bucket/bucket.js";
import type { ClusterSettings } from "./config.js";
import type { RecordStore } from "./lease.js";
import { externalStore } from "./s3-store.js";

export interface Storage {
  readonly records: RecordStore;
  /** Prefix of the cluster's records, without slashes at its ends. */
  readonly prefix: string;
  readonly ofPop: (index: number) => Omit<ClusterSettings, "key" | "address">;
  /** Cuts a PoP off; undefined with an external bucket. */
  readonly isolate: ((index: number) => { restore(): void }) | undefined;
  close(): Promise<void>;
}

const prefix = "edge";

/**
 * Opens the storage of an edge.
 * @param options.external s3://bucket/prefix, with endpoint, region and credentials in AWS_* variables
 * @throws Error when the folder cannot be used or the external address is not understood
 */
export async function openStorage(options: { readonly dataFolder: string; readonly pops: number; readonly external: string | undefined }): Promise<Storage> {
  if (options.external !== undefined) return externalStore(options.external);
  const bucket = await openBucket({ directory: join(options.dataFolder, "bucket"), bucket: "edge" });
  // This bucket is reached through this process alone, so a lease found at its opening is of a process that cannot act any
  // more: its objects need not wait for the lease to lapse.
  for (const key of await bucket.list(`${prefix}/v1/nodes/`)) await bucket.delete(key);
  const listeners = await Promise.all(Array.from({ length: options.pops }, () => bucket.listen()));
  return {
    records: bucket,
    prefix,
    ofPop: (index) => {
      const listener = listeners[index];
      if (listener === undefined) throw new RangeError(`there is no PoP ${index}`);
      return { bucket: `s3://edge/${prefix}`, endpoint: listener.url, region: "auto", ...bucket.credentials };
    },
    isolate: (index) => {
      listeners[index]?.isolate("hang");
      return { restore: () => listeners[index]?.restore() };
    },
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
      await bucket.close();
    },
  };
}
