// An answer as the caller of a run sees it, to say which PoP gave it.

/** A complete answer as a classify function sees it. */
export interface Answer {
  readonly status: number;
  /** @param name in lower case */
  header(name: string): string | undefined;
  /** The first 16 KiB as text. */
  readonly body: string;
}

/** Names who answered, from a header or the body; undefined when it does not say. */
export type Classify = (answer: Answer) => string | undefined;
