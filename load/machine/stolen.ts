// How much of a virtual machine its host gave to others while this one wanted to run. A latency that was measured meanwhile
// is the host's as much as the target's, and nothing on the machine itself can tell it from slowness.
import { readFileSync } from "node:fs";

/** Ticks of all processors since the machine began. */
export interface MachineTime {
  readonly allTicks: number;
  readonly stolenTicks: number;
}

/** Reads the first line of /proc/stat. @returns undefined when it is another text */
export function parseMachineTime(text: string): MachineTime | undefined {
  const line = /^cpu +(\d+(?: \d+){7,})$/m.exec(text)?.[1];
  if (line === undefined) return undefined;
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of user and nice.
  const ticks = line.split(" ").slice(0, 8).map(Number);
  return { allTicks: ticks.reduce((sum, each) => sum + each, 0), stolenTicks: ticks[7] ?? 0 };
}

/** @returns undefined where the kernel does not say */
export function machineTime(): MachineTime | undefined {
  try {
    return parseMachineTime(readFileSync("/proc/stat", "latin1"));
  } catch {
    return undefined;
  }
}

/** The share of all processor time between two looks that the host gave to others, 0 to 1; undefined where it is not known. */
export function stolenRatio(before: MachineTime | undefined, after: MachineTime | undefined): number | undefined {
  if (before === undefined || after === undefined || after.allTicks <= before.allTicks) return undefined;
  return (after.stolenTicks - before.stolenTicks) / (after.allTicks - before.allTicks);
}
