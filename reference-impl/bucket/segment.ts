// One file of the log: found, read back at open (a torn end is cut), appended to, removed when nothing in it lives.
import { join } from "node:path";
import type { Disk, DiskFile } from "./disk.js";
import { BucketError } from "./errors.js";
import { type DecodedRecord, decodeRecord } from "./record.js";

const suffix = ".log";

/** An open segment. `endBytes` is where the next record goes: everything before it is whole. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  readonly file: DiskFile;
  endBytes: number;
}

function pathOf(folder: string, number: number): string {
  return join(folder, String(number).padStart(12, "0") + suffix);
}

export async function createSegment(disk: Disk, folder: string, number: number): Promise<Segment> {
  const path = pathOf(folder, number);
  const file = await disk.open(path, "create");
  await disk.syncFolder(folder);
  return { number, path, file, endBytes: 0 };
}

/** Opens all segments of a folder, oldest first, without reading them. */
export async function openSegments(disk: Disk, folder: string): Promise<Segment[]> {
  const numbers = (await disk.names(folder))
    .filter((name) => name.endsWith(suffix))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (const number of numbers) {
    const path = pathOf(folder, number);
    const file = await disk.open(path, "write");
    segments.push({ number, path, file, endBytes: file.sizeBytes });
  }
  return segments;
}

export interface PlacedRecord extends DecodedRecord {
  readonly offset: number;
}

/**
 * Reads a segment's records in order, and sets where it ends.
 * @param afterSequence records must go up from here: one that does not is left over from a write that failed
 * @param isLast a torn end is expected in the last segment only, and is cut off
 * @throws BucketError InternalError when an earlier segment is damaged: acknowledged writes would be lost in silence
 */
export async function recoverSegment(options: { segment: Segment; afterSequence: number; isLast: boolean }): Promise<PlacedRecord[]> {
  const { segment, isLast } = options;
  const bytes = await segment.file.read(0, segment.file.sizeBytes);
  const records: PlacedRecord[] = [];
  let offset = 0;
  let sequence = options.afterSequence;
  for (;;) {
    const record = decodeRecord(bytes, offset);
    if (record === undefined || record.head.sequence <= sequence) break;
    records.push({ ...record, offset });
    sequence = record.head.sequence;
    offset += record.recordBytes;
  }
  if (offset < bytes.length) {
    if (!isLast) {
      throw new BucketError("InternalError", `Expected whole records in ${segment.path}; it is damaged at byte ${offset} of ${bytes.length}. Restore the folder from a copy.`);
    }
    await segment.file.truncate(offset);
    await segment.file.sync();
  }
  segment.endBytes = offset;
  return records;
}
