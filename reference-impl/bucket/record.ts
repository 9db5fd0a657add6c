// One record of the log as bytes: a checksum over everything after it, two lengths, a JSON head and the value.
// A record is whole or it is nothing: a reader that meets a wrong checksum has met the torn end of the log.
import { crc32 } from "node:zlib";

/** A value kept in a file of its own. An object assembled from parts has several. */
export interface BlobReference {
  readonly name: string;
  readonly sizeBytes: number;
}

/** What the store knows of a value beside its bytes. */
export interface Metadata {
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
  /** Lower-case header names and values given at the write, answered at every read. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface RecordHead {
  /** Grows by every record, and is never used twice, so that left-overs of a failed write are told from the log. */
  readonly sequence: number;
  readonly key: string;
  /** Absent: the key is deleted. */
  readonly metadata?: Metadata;
  /** Present: the value is in these files, and not in the record. */
  readonly blobs?: readonly BlobReference[];
}

const prefixBytes = 12;

/** The bytes of a record. */
export function encodeRecord(head: RecordHead, value: Uint8Array): Buffer {
  const headBytes = Buffer.from(JSON.stringify(head));
  const record = Buffer.allocUnsafe(prefixBytes + headBytes.length + value.length);
  record.writeUInt32LE(headBytes.length, 4);
  record.writeUInt32LE(value.length, 8);
  headBytes.copy(record, prefixBytes);
  record.set(value, prefixBytes + headBytes.length);
  record.writeUInt32LE(crc32(record.subarray(4)), 0);
  return record;
}

export interface DecodedRecord {
  readonly head: RecordHead;
  /** Where the value starts, counted from the record's first byte. */
  readonly valueOffset: number;
  readonly valueBytes: number;
  readonly recordBytes: number;
}

/**
 * Reads the record that starts at an offset.
 * @returns undefined when no whole record is there: the end, or a torn write
 */
export function decodeRecord(bytes: Buffer, offset: number): DecodedRecord | undefined {
  if (offset + prefixBytes > bytes.length) return undefined;
  const headBytes = bytes.readUInt32LE(offset + 4);
  const valueBytes = bytes.readUInt32LE(offset + 8);
  const recordBytes = prefixBytes + headBytes + valueBytes;
  // A run of zeros, as a file system may leave after power loss, has a valid checksum of nothing: it has no head.
  if (headBytes === 0 || offset + recordBytes > bytes.length) return undefined;
  if (crc32(bytes.subarray(offset + 4, offset + recordBytes)) !== bytes.readUInt32LE(offset)) return undefined;
  const valueOffset = prefixBytes + headBytes;
  // The checksum has vouched for the bytes: this is what encodeRecord wrote.
  const head = JSON.parse(bytes.toString("utf8", offset + prefixBytes, offset + valueOffset)) as RecordHead;
  return { head, valueOffset, valueBytes, recordBytes };
}
