// The way from a PoP to a namespace's shards: finds the shard of a key, waits out a change of owner, merges lists.
import { type AskShard, listStriped, type Page } from "./listing.js";
import { persist } from "./patience.worker.js";
import { registryName, shardIndex, shardName, shardsPerNamespace } from "./placement.js";
import { kvEnv } from "./settings.worker.js";
import type { KvShard } from "./shard.worker.js";
import type { StoredReading, StoredWrite, WriteOutcome } from "./stored.js";

/** Reads may be asked again at any time; a shard that hangs is asked anew, as it may have another owner by then. */
const reading = { wholeMs: 8000, attemptMs: 2000 };
/** A write that stays unanswered is not sent again until it failed: the owner may still be working on it. */
const writing = { wholeMs: 8000, attemptMs: 8000 };

function stub(name: string): DurableObjectStub<KvShard> {
  return kvEnv.SHARDS.getByName(name);
}

function shardOf(namespace: string, key: string): string {
  return shardName(namespace, shardIndex(key, shardsPerNamespace));
}

export async function readKey(namespace: string, key: string): Promise<StoredReading> {
  const [found] = await readShard(shardOf(namespace, key), [key]);
  if (found === undefined) throw new Error(`expected one reading of a key; got none`);
  return found;
}

/** Readings of many keys, by key: one call per shard that has some. */
export async function readKeys(namespace: string, keys: readonly string[]): Promise<Map<string, StoredReading>> {
  const byShard = new Map<string, string[]>();
  for (const key of keys) {
    const shard = shardOf(namespace, key);
    const group = byShard.get(shard);
    if (group === undefined) byShard.set(shard, [key]);
    else group.push(key);
  }
  const found = new Map<string, StoredReading>();
  await Promise.all(
    [...byShard].map(async ([shard, group]) => {
      const readings = await readShard(shard, group);
      readings.forEach((each, index) => found.set(group[index] ?? "", each));
    }),
  );
  return found;
}

function readShard(shard: string, keys: string[]): Promise<StoredReading[]> {
  return persist(async () => await stub(shard).read(keys), reading);
}

/** Writes one key. Sent again under the same identity when an answer was lost, so that it is applied once. */
export function writeKey(namespace: string, write: Omit<StoredWrite, "isRepeated">): Promise<WriteOutcome> {
  const shard = shardOf(namespace, write.key);
  return persist(async (number) => await stub(shard).write({ ...write, isRepeated: number > 0 }), writing);
}

/** @returns the moment of the deletion */
export function removeKey(namespace: string, key: string): Promise<number> {
  return persist(async () => await stub(shardOf(namespace, key)).remove(key), writing);
}

export function announceBlob(namespace: string, key: string, blob: string): Promise<"announced" | "too-many"> {
  return persist(async () => await stub(shardOf(namespace, key)).announce(key, blob), writing);
}

export async function abandonBlob(namespace: string, key: string, blob: string): Promise<void> {
  await stub(shardOf(namespace, key)).abandon(blob);
}

export function listKeys(namespace: string, prefix: string, after: string, limit: number): Promise<Page> {
  const ask: AskShard = (index, from, most) => persist(async (): Promise<Page> => await stub(shardName(namespace, index)).list(prefix, from, most), reading);
  return listStriped(ask, shardsPerNamespace, after, limit);
}

/** Drops what all namespaces hold. @returns how many shards there were */
export async function resetShards(): Promise<number> {
  const names = await stub(registryName).registered();
  await Promise.all(names.map((name) => persist(async () => await stub(name).reset(), writing)));
  await stub(registryName).reset();
  return names.length;
}
