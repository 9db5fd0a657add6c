// Watches the folders of files and calls back, once, when a burst of changes is over. Folders, because an editor that
// saves by replacing a file would take a watch of the file itself away with it.
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** A save is several events within some ms. */
const quietMs = 60;

export interface FileWatch {
  /** Replaces what is watched. */
  follow(files: readonly string[]): void;
  close(): void;
}

/**
 * @param onChange called after a change in a folder of a watched file: also of a file that was not there before
 * @param onTrouble called with words when a folder cannot be watched
 */
export function watchFiles(onChange: () => void, onTrouble: (words: string) => void): FileWatch {
  const watchers = new Map<string, FSWatcher>();
  let followed: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;

  const changed = (name: string | null): void => {
    if (name !== null && isNoise(name) && !followed.has(name)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, quietMs);
  };
  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  return {
    follow(files) {
      const own = files.filter((file) => !file.includes("/node_modules/"));
      followed = new Set(own.map((file) => basename(file)));
      const folders = new Set(own.map((file) => dirname(file)));
      for (const folder of watchers.keys()) if (!folders.has(folder)) drop(folder);
      for (const folder of folders) {
        if (watchers.has(folder)) continue;
        try {
          const watcher = watch(folder, { persistent: false }, (_, name) => changed(name));
          watcher.on("error", () => drop(folder));
          watchers.set(folder, watcher);
        } catch (error) {
          onTrouble(`changes in ${folder} are not seen: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
    close() {
      clearTimeout(timer);
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}

/** What editors and tools write beside a file. */
function isNoise(name: string): boolean {
  return name.startsWith(".") || name.endsWith("~") || name.endsWith(".swp") || name === "node_modules" || /^\d+$/.test(name);
}
