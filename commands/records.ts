// Writes down a run as it goes, beside where its document will be: to be followed, and to be told of when it is killed.
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../contract/errors.js";
import { recordsFile, type RecordLine, type RunRecord } from "../contract/result/records.js";
import type { CommandIo } from "./io.js";

export interface Records {
  readonly write: (record: RunRecord) => void;
  /** The document says it all: the records go. */
  readonly remove: () => void;
}

/** @param directory the run's folder */
export function openRecords(directory: string, io: Pick<CommandIo, "err">): Records {
  const path = join(directory, recordsFile);
  let isBroken = false;
  return {
    write(record) {
      if (isBroken) return;
      const line: RecordLine = record.kind === "opening" ? { ...record, pid: process.pid } : record;
      try {
        appendFileSync(path, `${JSON.stringify(line)}\n`);
      } catch (error) {
        // A run is not ended for its notes; whether its document can be written is told when it is.
        isBroken = true;
        io.err(`${path} could not be written (${messageOf(error)}); the run cannot be followed\n`);
      }
    },
    remove: () => rmSync(path, { force: true }),
  };
}
