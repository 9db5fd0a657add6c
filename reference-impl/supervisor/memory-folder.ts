// A folder in memory for what ends with the engines: their configuration, and the copies of objects on which they work. The
// truth is in the bucket. A copy that is flushed to a disk for nothing is what an object waits for longest when it begins at
// another PoP: 30 of 100 ms, measured on a virtual disk.
import { mkdtemp, readdir, readlink, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { startOf } from "../bucket/lock.js";

export interface MemoryFolder {
  readonly path: string;
  /** Removes it. */
  close(): Promise<void>;
}

/** With less room than this nothing is put there: the 64 MB that a container has by default are soon full. */
const leastFreeBytes = 2 * 1024 ** 3;
const nameForm = /^edgemark-engines-(\d+)-(\d+)-(\d+)-/;

/**
 * Makes a folder of this process, and removes those that killed processes have left.
 * @param root a file system in memory
 * @returns undefined where there is none, or too little room
 */
export async function openMemoryFolder(root = "/dev/shm"): Promise<MemoryFolder | undefined> {
  try {
    const { bavail, bsize } = await statfs(root);
    const here = await processSpace();
    if (here === undefined || bavail * bsize < leastFreeBytes) return undefined;
    await sweep(root, here);
    const path = await mkdtemp(join(root, `edgemark-engines-${here}-${process.pid}-${await startOf(process.pid)}-`));
    return { path, close: () => rm(path, { recursive: true, force: true }) };
  } catch {
    // Not there, or not ours to write to: a disk does as well.
    return undefined;
  }
}

/** Process ids mean something within one space of the kernel only; containers may share their memory without sharing that. */
async function processSpace(): Promise<string | undefined> {
  return /\d+/.exec(await readlink("/proc/self/ns/pid"))?.[0];
}

async function sweep(root: string, here: string): Promise<void> {
  for (const name of await readdir(root)) {
    const [, space, pid, start] = nameForm.exec(name) ?? [];
    if (space !== here || (await startOf(Number(pid))) === start) continue;
    await rm(join(root, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
