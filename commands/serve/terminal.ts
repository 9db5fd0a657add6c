// Lines typed at the command's stdin, when somebody can type there: a terminal in whose foreground the command runs, or a
// pipe. A background job that read from its terminal would be stopped by the system.
import { fstatSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** @returns a function that stops reading; undefined when nobody can type */
export function readTypedLines(onLine: (line: string) => void): (() => void) | undefined {
  if (!canType()) return undefined;
  const lines = createInterface({ input: process.stdin, terminal: false });
  lines.on("line", onLine);
  // A pipe that ends has nothing more to say; the edge goes on.
  return () => {
    lines.close();
    process.stdin.unref?.();
  };
}

function canType(): boolean {
  if (process.stdin.isTTY) return isForeground();
  try {
    const kind = fstatSync(0);
    return kind.isFIFO() || kind.isSocket();
  } catch {
    return false; // stdin is closed
  }
}

function isForeground(): boolean {
  try {
    // pid (command) state parent group session terminal foreground-group ...: the command may contain anything.
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[2] === fields[5];
  } catch {
    return true; // no /proc: not Linux
  }
}
