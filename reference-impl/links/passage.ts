// The bytes of one connection on one path: in order, as late as the path makes them, and not at all while it is held.
// On a clear path a piece goes straight through.
import type { Path } from "./path.js";

interface Piece {
  readonly bytes: number;
  readonly dueMs: number;
  readonly run: () => unknown;
}

/** A sender that is so far ahead is asked to wait. */
const waitingBytes = 1024 * 1024;

export class Passage {
  readonly #path: Path;
  readonly #deliver: (bytes: Buffer) => boolean;
  readonly #onRoom: () => void;
  #pieces: Piece[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #forget: (() => void) | undefined;
  #isClosed = false;

  /**
   * @param deliver takes the bytes at the other end; false asks the sender to wait, as a stream does
   * @param onRoom called when a sender that {@link push} asked to wait can go on
   */
  constructor(path: Path, deliver: (bytes: Buffer) => boolean, onRoom: () => void) {
    this.#path = path;
    this.#deliver = deliver;
    this.#onRoom = onRoom;
  }

  /** @returns false when the sender should wait */
  push(bytes: Buffer): boolean {
    if (this.#pieces.length === 0 && this.#path.isClear) return this.#deliver(bytes);
    this.#queue(bytes.length, () => this.#deliver(bytes));
    return this.#bytes < waitingBytes;
  }

  /** Does something after all that was pushed has been delivered, and as late as a piece would be: the end, a reset. */
  after(action: () => void): void {
    if (this.#pieces.length === 0 && this.#path.isClear) action();
    else this.#queue(0, action);
  }

  /** Forgets what is under way. */
  close(): void {
    this.#isClosed = true;
    this.#pieces = [];
    clearTimeout(this.#timer);
    this.#forget?.();
  }

  #queue(bytes: number, run: () => unknown): void {
    if (this.#isClosed) return;
    const last = this.#pieces.at(-1);
    // A piece never overtakes the one before it.
    const dueMs = Math.max(last?.dueMs ?? 0, performance.now() + this.#path.lateMs());
    this.#pieces.push({ bytes, dueMs, run });
    this.#bytes += bytes;
    if (last === undefined) this.#next();
  }

  #next(): void {
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      if (this.#path.isHeld) {
        this.#forget = this.#path.whenOpen(() => this.#next());
        return;
      }
      const waitMs = piece.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#next(), Math.ceil(waitMs));
        return;
      }
      this.#pieces.shift();
      const wasFull = this.#bytes >= waitingBytes;
      this.#bytes -= piece.bytes;
      piece.run();
      if (wasFull && this.#bytes < waitingBytes) this.#onRoom();
    }
  }
}
