// The cluster's records in the bucket, as far as the supervisor needs them: whose lease to end when a process has been
// seen to exit, and which process owns an object. Ending the lease of a process that is certainly dead lets a peer
// take its objects over in tens of milliseconds instead of the 20 s the lease would last; a process that only might be
// dead keeps its lease, because two owners are worse than none for a while.

/** What the supervisor needs of the bucket. */
export interface RecordStore {
  get(key: string): Promise<Uint8Array | undefined>;
  delete(key: string): Promise<void>;
  list(prefix: string): Promise<string[]>;
}

interface NodeRecord {
  readonly node: string;
  readonly address: string;
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

async function nodes(store: RecordStore, prefix: string): Promise<(NodeRecord & { key: string })[]> {
  const found = [];
  for (const key of await store.list(`${prefix}/v1/nodes/`)) {
    const record = await readJson(store, key);
    if (typeof record?.["node"] === "string" && typeof record["address"] === "string") found.push({ key, node: record["node"], address: record["address"] });
  }
  return found;
}

/**
 * Ends the lease of the process that listened at `address`. Call it only when that process has been seen to exit.
 * @param prefix the cluster's prefix in the bucket
 * @returns whether a lease was there
 */
export async function endLease(store: RecordStore, prefix: string, address: string): Promise<boolean> {
  let ended = false;
  for (const node of await nodes(store, prefix)) {
    if (!node.address.startsWith(`${address}:`)) continue;
    await store.delete(node.key);
    ended = true;
  }
  return ended;
}

/**
 * Who owns a Durable Object. The cluster names a namespace's folder by a digest of its own; object ids are unique over
 * namespaces, so the object is found by its id.
 * @param objectId 64 hex digits
 * @returns the address of the owning process and the epoch of its ownership; undefined when nobody does
 */
export async function ownerOf(store: RecordStore, prefix: string, objectId: string): Promise<{ readonly address: string; readonly epoch: string } | undefined> {
  const key = (await store.list(`${prefix}/v1/do/`)).find((candidate) => candidate.endsWith(`/${objectId}/own.json`));
  const owner = key === undefined ? undefined : await readJson(store, key);
  if (typeof owner?.["node"] !== "string") return undefined;
  const node = (await nodes(store, prefix)).find((candidate) => candidate.node === owner["node"]);
  const epoch = owner["epoch"];
  return node === undefined ? undefined : { address: node.address.replace(/:\d+$/, ""), epoch: typeof epoch === "string" || typeof epoch === "number" ? String(epoch) : "" };
}
