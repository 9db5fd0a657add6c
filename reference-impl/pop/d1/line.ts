// Who is next: the calls of a database one after the other, without a wait when nobody else is there. After a long one the rest
// of the object is let in first, so that a restore overtakes the calls that wait, and can cancel them.

/** From here on a call is long, ms. The pause after it costs a small part of that. */
const longMs = 5;

interface Waiting {
  readonly go: () => void;
  readonly refuse: (cause: Error) => void;
}

export class Line {
  #waiting: Waiting[] = [];
  #isPausing = false;

  /** @param pause carries something out after what has arrived meanwhile */
  constructor(private readonly pause: (then: () => void) => void = (then) => void setTimeout(then, 0)) {}

  /** @returns undefined when it is one's turn; else a promise of it, rejected when all that wait are cancelled */
  turn(): Promise<void> | undefined {
    if (!this.#isPausing && this.#waiting.length === 0) return undefined;
    return new Promise((go, refuse) => {
      this.#waiting.push({ go, refuse });
    });
  }

  /** The call whose turn it was is over. */
  over(tookMs: number): void {
    if (tookMs < longMs) {
      this.#next();
      return;
    }
    this.#isPausing = true;
    this.pause(() => {
      this.#isPausing = false;
      this.#next();
    });
  }

  /** Cancels all that wait. */
  cancel(cause: Error): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(cause);
  }

  #next(): void {
    this.#waiting.shift()?.go();
  }
}
