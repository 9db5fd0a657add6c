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
  /** It is going: it has its objects handed over to whoever asks for them. */
  readonly isDraining: boolean;
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
  return typeof record?.["node"] === "string" && typeof record["address"] === "string" ? { key, node: record["node"], address: record["address"], isDraining: record["draining"] === true } : undefined;
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

/** Objects that are looked at, at most: those of a laboratory, and not so many that looking takes longer than letting go. */
const mostReleased = 500;

/**
 * Waits until a process that was told to stop has let its objects go. Until then it takes calls of them and answers none.
 * @param address where it listens
 * @param patience.stalledMs given up when no object was let go for so long: what is left has work to do
 * @param hasExited what is left then is had by the end of its lease
 */
export async function untilReleased(store: RecordStore, prefix: string, address: string, patience: { readonly pollMs: number; readonly stalledMs: number }, hasExited: () => boolean): Promise<void> {
  let changedMs = performance.now();
  const holds = async (condition: () => Promise<boolean>): Promise<boolean> => {
    while (!(await condition())) {
      if (hasExited() || performance.now() - changedMs > patience.stalledMs) return false;
      await new Promise((resolve) => setTimeout(resolve, patience.pollMs));
    }
    changedMs = performance.now();
    return true;
  };
  const process = (await nodes(store, prefix)).find((candidate) => candidate.address.startsWith(`${address}:`));
  if (process === undefined) return;
  const isGoing = async (): Promise<boolean> => nodeOf(process.key, await readJson(store, process.key))?.isDraining !== false;
  if (!(await holds(isGoing))) return;
  const namespaces = await store.folders(`${prefix}/v1/do/`);
  const objects = (await Promise.all(namespaces.map((folder) => store.folders(folder)))).flat().slice(0, mostReleased);
  // One after the other: the bucket has enough to do with letting them go.
  for (const folder of objects) if (!(await holds(async () => (await readJson(store, `${folder}own.json`))?.["node"] !== process.node))) return;
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
