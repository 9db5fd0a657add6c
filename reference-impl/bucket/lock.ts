// Keeps two processes out of one directory: both would append to the same log and neither would know.
import { randomUUID } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BucketError } from "./errors.js";

/**
 * Takes a directory for this process.
 * @returns what gives it back
 * @throws BucketError InternalError when a living process has it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, "lock");
  const mine = `${process.pid} ${await startOf(process.pid)}`;
  // Linked into place with its content: an empty lock would be taken for one left behind.
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  for (;;) {
    try {
      await link(draft, path);
      await unlink(draft);
      return () => unlink(path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const holder = await readFile(path, "utf8").catch(() => "");
    const [pid = "", start = ""] = holder.split(" ");
    if (pid !== "" && start !== "" && (await startOf(Number(pid))) === start) {
      await unlink(draft);
      throw new BucketError("InternalError", `Expected ${directory} to be free; the process ${pid} has it open. Stop it, or choose another directory.`);
    }
    // Left by a process that was killed.
    await unlink(path).catch(() => undefined);
  }
}

/**
 * A process id alone may have been given to somebody else since: with its start time it names one process.
 * @returns in a unit of the kernel's; empty when there is no such process
 */
export async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return isAlive(pid) ? "0" : "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
