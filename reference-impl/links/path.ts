// One direction of a link between two parts of the edge, and what faults have done to it. Nothing is in the way of a path
// without conditions; conditions add up and end in any order.

/** What a fault does to a path; what is left out is left alone. */
export interface Condition {
  /** Nothing comes through until the condition ends. */
  readonly holds?: boolean;
  /** Every piece comes later by this. */
  readonly delayMs?: number;
  /** And by up to so much more, uniform. */
  readonly jitterMs?: number;
  /** Share of pieces that get lost and are sent again, 0 to 1. */
  readonly lossRatio?: number;
  /** How late a piece comes that was sent again. */
  readonly stallMs?: number;
}

export class Path {
  readonly #conditions = new Set<Condition>();
  readonly #waiting = new Set<() => void>();
  readonly #random: () => number;
  /** Pieces that met a condition, and those among them that were lost and sent again. */
  readonly counts = { pieces: 0, stalls: 0 };

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  get isClear(): boolean {
    return this.#conditions.size === 0;
  }

  get isHeld(): boolean {
    for (const condition of this.#conditions) if (condition.holds === true) return true;
    return false;
  }

  /** Puts a condition on the path. @returns what ends it; ending it twice does no harm */
  add(condition: Condition): () => void {
    // A copy: the same condition given twice is two.
    const own = { ...condition };
    this.#conditions.add(own);
    return () => {
      this.#conditions.delete(own);
      if (!this.isHeld) this.#wake();
    };
  }

  /** Ends all conditions. */
  clear(): void {
    this.#conditions.clear();
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** How late the next piece comes, ms: drawn anew for each piece. */
  lateMs(): number {
    let late = 0;
    for (const { delayMs = 0, jitterMs = 0, lossRatio = 0, stallMs = 0 } of this.#conditions) {
      late += delayMs + (jitterMs > 0 ? this.#random() * jitterMs : 0);
      if (lossRatio > 0 && this.#random() < lossRatio) {
        this.counts.stalls++;
        late += stallMs;
      }
    }
    this.counts.pieces++;
    return late;
  }

  /** Calls back once when nothing holds the path any more. @returns what takes the wish back */
  whenOpen(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** Resolves when nothing holds the path. */
  async open(): Promise<void> {
    while (this.isHeld) await new Promise<void>((resolve) => this.whenOpen(resolve));
  }
}
