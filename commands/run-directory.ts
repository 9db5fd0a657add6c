// The folder of one run: made before anything starts, so that a run that cannot be written never begins.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { EdgemarkError, messageOf } from "../contract/errors.js";

/**
 * Makes the run's folder under `out`, exclusively: two runs that begin in the same second get two folders.
 * @param out folder of all runs; made when it is missing
 * @param target name or address of the target
 * @param nowMs wall time, ms since 1970
 * @returns its path; its last part is the run's id: `<utc time>-<target>-<seed>`
 * @throws EdgemarkError usage.output when it cannot be made or written
 */
export function makeRunDirectory(out: string, target: string, seed: number, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const name = target.replace(/^[a-z]+:\/\//, "").replace(/[^a-zA-Z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).toLowerCase();
  try {
    makeFolders(resolve(out));
    for (let attempt = 1; ; attempt++) {
      const directory = join(out, `${time}-${name === "" ? "target" : name}-${seed}${attempt === 1 ? "" : `-${attempt}`}`);
      try {
        mkdirSync(directory);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EEXIST" && attempt < 1_000) continue;
        throw error;
      }
      const probe = join(directory, ".writable");
      writeFileSync(probe, "written by edgemark to see that it can\n");
      rmSync(probe);
      return directory;
    }
  } catch (cause) {
    throw new EdgemarkError("usage.output", `a folder for runs that can be written expected; ${out} cannot (${messageOf(cause)}); choose another with --out`, { cause });
  }
}

// Step by step: Node's recursive mkdir never returns where the system answers ENOENT for a folder whose parent exists,
// as /proc does.
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run made it in the meantime.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
