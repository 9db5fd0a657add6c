// The files of a folder, as paths relative to it.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";

/** Folders that hold other people's files or none that a worker is made of. */
const leftOut: ReadonlySet<string> = new Set(["node_modules", ".git", ".wrangler"]);

/**
 * @param folder absolute
 * @param most how many files are taken at most
 * @returns paths relative to the folder, with "/", sorted; node_modules and the state of tools left out
 * @throws EdgemarkError usage.input when there are more
 */
export async function filesBelow(folder: string, most: number): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !leftOut.has(entry.name)) await walk(path);
      else if (entry.isFile()) found.push(path);
      if (found.length > most) throw new EdgemarkError("usage.input", `expected at most ${most} modules below ${folder}; there are more; set base_dir to the worker's own folder, or find_additional_modules to false`);
    }
  };
  await walk("");
  return found.toSorted();
}
