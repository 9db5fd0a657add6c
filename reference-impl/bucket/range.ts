// The Range header, as S3 takes it: one range of bytes; anything it cannot read is as if it were not there.
import { BucketError } from "./errors.js";

/**
 * @param header the header's text
 * @returns `start` (inclusive) and `end` (exclusive); undefined for the whole object
 * @throws BucketError InvalidRange when nothing of the object is in the range
 */
export function parseRange(header: string | undefined, sizeBytes: number): { start: number; end: number } | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === "" || to === "" ? sizeBytes : Math.min(Number(to) + 1, sizeBytes);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  if (start >= sizeBytes) throw new BucketError("InvalidRange", `Expected a range inside the object's ${sizeBytes} bytes; got ${header}.`);
  return { start, end };
}
