// What the kernel says of a target's processes: memory, processor time, and how long they waited for a processor that
// others had. On Linux, and only of processes that were started below this one; of anything else nothing is known.
import { readdirSync, readFileSync } from "node:fs";

/** What a set of processes used so far. */
export interface Usage {
  /** Processor time of all threads, ms. */
  readonly cpuMs: number;
  /** Time in which a thread wanted to run and could not, ms. */
  readonly waitedMs: number;
}

export interface ProcessMemory {
  readonly pid: number;
  readonly name: string;
  /** Its own pages, and its share of those that it shares with others. */
  readonly proportionalMb: number;
}

/** Every process below one, the nearest first; empty where there is no /proc. */
export function descendantsOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of entries("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // The name is in parentheses and may hold anything; the parent is the second field after the last one.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (!Number.isInteger(parent)) continue;
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [Number(name)]);
    else known.push(Number(name));
  }
  const found: number[] = [];
  for (const pids = [...(children.get(root) ?? [])]; pids.length > 0; ) {
    const pid = pids.shift();
    if (pid === undefined) break;
    found.push(pid);
    pids.push(...(children.get(pid) ?? []));
  }
  return found;
}

/** What processes used so far, all threads together; one that is gone counts as nothing. */
export function usageOf(pids: readonly number[]): Usage {
  let [cpuNs, waitedNs] = [0, 0];
  for (const pid of pids) {
    for (const task of entries(`/proc/${pid}/task`)) {
      const [ran = 0, waited = 0] = read(`/proc/${pid}/task/${task}/schedstat`).split(" ").map(Number);
      cpuNs += ran;
      waitedNs += waited;
    }
  }
  return { cpuMs: cpuNs / 1e6, waitedMs: waitedNs / 1e6 };
}

/** Memory of processes; those that are gone or cannot be read are left out. */
export function memoryOf(pids: readonly number[]): readonly ProcessMemory[] {
  return pids.flatMap((pid) => {
    const kilobytes = /^Pss:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
    const name = read(`/proc/${pid}/comm`).trim();
    return kilobytes === undefined ? [] : [{ pid, name, proportionalMb: Number(kilobytes) / 1024 }];
  });
}

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function entries(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
