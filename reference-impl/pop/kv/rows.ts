// What a shard decides about its rows. Pure, so that each rule can be read, tested and broken on its own.
import { isExpired } from "./clock.js";
import { limits } from "./limits.js";

/** The part of a row that the rules look at. */
export interface RowState {
  /** Platform time at which the value ends, ms; null when never. */
  readonly deadlineMs: number | null;
  readonly isDeleted: boolean;
  /** Wall time of the last accepted write, ms; a deletion does not move it. */
  readonly writtenMs: number;
  /** Wall time of the last change of any kind, ms. */
  readonly changedMs: number;
  /** Which request wrote it. */
  readonly writeId: string;
}

/** Whether a row has a value to give. A deleted one stays for a while, as its write time and identity still count. */
export function isLive(row: RowState, nowMs: number): boolean {
  return !row.isDeleted && !isExpired(row.deadlineMs ?? Number.POSITIVE_INFINITY, nowMs);
}

/** A request to write, as far as its admission goes. */
export interface WriteRequest {
  readonly writeId: string;
  /** Wall time at which the PoP began it, ms. */
  readonly startedMs: number;
  /** Sent again, because an answer was lost: it may have been applied already. */
  readonly isRepeated: boolean;
}

/**
 * What to do with a write.
 * - A repeated one that was applied is done. So is one after which another write was applied: it began before that
 *   one, so "applied, then overwritten" is a true history of it, while writing it now would bring an old value back.
 * - A key takes one write per second.
 */
export function admit(row: RowState | undefined, request: WriteRequest, wallMs: number): "write" | "done" | "too-many" {
  if (row === undefined) return "write";
  if (row.writeId === request.writeId) return "done";
  if (request.isRepeated && row.changedMs >= request.startedMs) return "done";
  return wallMs - row.writtenMs < limits.writeIntervalMs ? "too-many" : "write";
}

/**
 * The next moment of a shard. Follows the wall's clock, so that it also grows over a move to another machine or a
 * reset without being stored, and over many changes within one millisecond.
 */
export function nextMoment(moment: number, wallMs: number): number {
  return Math.max(moment + 1, wallMs);
}
