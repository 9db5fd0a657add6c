// Resident memory of the reference's processes, as the kernel counts it.
import { readdir, readFile } from "node:fs/promises";

/**
 * Resident memory of each workerd process below this process, largest first.
 * @param pops how many there must be
 * @returns MB, one per PoP
 */
export async function residentMbPerPop(pops: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of await descendants(process.pid)) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (!/^Name:\s*workerd$/m.test(status)) continue;
    const kilobytes = Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
    found.push(kilobytes / 1024);
  }
  if (found.length !== pops) throw new Error(`expected ${pops} workerd processes below process ${process.pid}; found ${found.length}`);
  return found.sort((a, b) => b - a);
}

async function descendants(root: number): Promise<readonly number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (Number.isInteger(parent)) parents.set(Number(name), parent);
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}
