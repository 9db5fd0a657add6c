// Whether a file may be started as a program: adapters and tools are looked for in more than one folder.
import { accessSync, constants } from "node:fs";

/** @returns whether the file is there and this user may execute it */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
