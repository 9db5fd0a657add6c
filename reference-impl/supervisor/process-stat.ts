// What the kernel says of a process: whether it wants a processor, and how much of one it got. On a machine where more
// wants to run than can, a process that is silent may only be waiting for its turn.
import { readFile } from "node:fs/promises";

export interface ProcessStat {
  /** The kernel's letter: R wants to run, S and D wait for something, T is stopped. */
  readonly state: string;
  /** Processor time used since it began, in steps of 10 ms. */
  readonly cpuMs: number;
}

/** The kernel counts processor time in hundredths of a second, for programs at least. */
const msPerTick = 10;

/** @returns undefined when there is no such process, or no /proc */
export async function processStat(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The name is in parentheses and may hold anything; the other fields follow the last one.
  const [state, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(rest[10]), Number(rest[11])];
  return state === undefined || state === "" || !Number.isFinite(user + system) ? undefined : { state, cpuMs: (user + system) * msPerTick };
}

/** Of a process that wants to run: less than this share of a processor means that others took it. */
const fairShare = 0.5;

/**
 * Whether a process was kept from running: it wants to, and got little of the time between two looks. One that is stuck in a
 * loop gets all it wants, and one that is stopped or waits for something does not want to run.
 * @param elapsedMs between the looks
 */
export function isStarved(before: ProcessStat | undefined, after: ProcessStat | undefined, elapsedMs: number): boolean {
  return before !== undefined && after?.state === "R" && after.cpuMs - before.cpuMs < fairShare * elapsedMs;
}
