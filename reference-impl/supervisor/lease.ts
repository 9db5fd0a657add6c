// The cluster's records in the bucket, as far as the supervisor needs them: whose lease to end when a process has been
// seen to exit, what alarms it leaves behind, and which process owns an object. Ending the lease of a process that is
// certainly dead lets a peer take its objects over in tens of milliseconds instead of the 20 s the lease would last; a
// process that only might be dead keeps its lease, because two owners are worse than none for a while.

/** What the supervisor needs of the bucket. */
export interface RecordStore {
  get(key: string): Promise<Uint8Array | undefined>;
  delete(key: string): Promise<void>;
  list(prefix: string): Promise<string[]>;
  /** What lies right below a prefix and has more below it, each with its final slash: as a folder lists its folders. */
  folders(prefix: string): Promise<readonly string[]>;
}

/** A process of the cluster. */
export interface NodeRecord {
  readonly key: string;
  readonly node: string;
  /** host:port */
  readonly address: string;
}

/** An alarm that nobody will run until somebody adopts it. */
export interface LeftAlarm {
  /** Of its record, whose content is the object's name. */
  readonly key: string;
  readonly objectId: string;
  /** Wall time, ms. */
  readonly dueMs: number;
}

async function readJson(store: RecordStore, key: string): Promise<Record<string, unknown> | undefined> {
  const bytes = await store.get(key);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // A probe or a record of a later version: not ours to read.
    return undefined;
  }
}

function nodeOf(key: string, record: Record<string, unknown> | undefined): NodeRecord | undefined {
  return typeof record?.["node"] === "string" && typeof record["address"] === "string" ? { key, node: record["node"], address: record["address"] } : undefined;
}

/** The processes that have a lease. */
export async function nodes(store: RecordStore, prefix: string): Promise<readonly NodeRecord[]> {
  const keys = await store.list(`${prefix}/v1/nodes/`);
  const found = await Promise.all(keys.map(async (key) => nodeOf(key, await readJson(store, key))));
  return found.filter((node) => node !== undefined);
}

/**
 * Ends the lease of the process that listened at `address`. Call it only when that process has been seen to exit.
 * @param prefix the cluster's prefix in the bucket
 * @returns the process's name in the cluster; undefined when it had no lease
 */
export async function endLease(store: RecordStore, prefix: string, address: string): Promise<string | undefined> {
  const node = (await nodes(store, prefix)).find((candidate) => candidate.address.startsWith(`${address}:`));
  if (node !== undefined) await store.delete(node.key);
  return node?.node;
}

/**
 * The alarms that a process left behind. The cluster keeps each as .../alarms/<process>/<due>/<namespace>/<object>/...,
 * due in hexadecimal ms behind a letter that says how many digits follow, so that names sort by time.
 * @param node the process's name, of {@link endLease}
 */
export async function leftAlarms(store: RecordStore, prefix: string, node: string): Promise<readonly LeftAlarm[]> {
  const keys = await store.list(`${prefix}/v1/alarms/${node}/`);
  return keys.flatMap((key) => {
    const match = /\/[a-z]([0-9a-f]+)\/[^/]+\/([0-9a-f]{64})\/[^/]+$/.exec(key);
    const [, due, objectId] = match ?? [];
    return due === undefined || objectId === undefined ? [] : [{ key, objectId, dueMs: Number.parseInt(due, 16) }];
  });
}

/**
 * Who owns a Durable Object. The cluster names a namespace's folder by a digest of its own; object ids are unique over
 * namespaces, so the object is looked for in each of the few folders.
 * @param objectId 64 hex digits
 * @returns the address of the owning process and the epoch of its ownership; undefined when nobody does
 */
export async function ownerOf(store: RecordStore, prefix: string, objectId: string): Promise<{ readonly address: string; readonly epoch: string } | undefined> {
  if (!/^[0-9a-f]{64}$/.test(objectId)) return undefined;
  const folders = await store.folders(`${prefix}/v1/do/`);
  const records = await Promise.all(folders.map((folder) => readJson(store, `${folder}${objectId}/own.json`)));
  const owner = records.find((record) => typeof record?.["node"] === "string");
  if (owner === undefined) return undefined;
  const key = `${prefix}/v1/nodes/${String(owner["node"])}.json`;
  // An owner without a lease owns nothing any more.
  const node = nodeOf(key, await readJson(store, key));
  const epoch = owner["epoch"];
  return node === undefined ? undefined : { address: node.address.replace(/:\d+$/, ""), epoch: typeof epoch === "string" || typeof epoch === "number" ? String(epoch) : "" };
}
