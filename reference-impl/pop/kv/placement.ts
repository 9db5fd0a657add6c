// Which shard holds which key. A namespace is striped over a fixed number of shards, each a Durable Object of its own,
// so that one busy namespace is not bound to one object's speed.

/** Shards of a namespace. Fixed for an edge's life: another number would look for keys where they are not. */
export const shardsPerNamespace = 4;

/** Name of the object that knows which shards exist. */
export const registryName = "registry";

/** The name of a namespace's shard; no two namespaces have one in common. */
export function shardName(namespace: string, index: number): string {
  return `shard/${index}/${namespace}`;
}

/** Which shard of its namespace holds a key: FNV-1a over UTF-16 units, final bits mixed, as the lowest alone repeat. */
export function shardIndex(key: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 15;
  return (hash >>> 0) % shards;
}

/** Name of a key in a PoP's cache, which all namespaces share. Namespaces cannot hold a NUL, so no two collide. */
export function cacheKey(namespace: string, key: string): string {
  return `${namespace}\u0000${key}`;
}
