// An answer as the caller of a run sees it, to say which PoP gave it.

/** A complete answer as a classify function sees it. */
export interface Answer {
  readonly status: number;
  /** @param name in lower case */
  header(name: string): string | undefined;
  /** The first 16 KiB as text. */
  readonly body: string;
}

/** cold: the first answer of an isolate; warm: any later one. */
export type Isolate = "cold" | "warm";

/** Who gave an answer, as far as the answer says so. */
export interface Classified {
  /** The PoP, or whatever a run tells apart. */
  readonly tag?: string;
  readonly isolate?: Isolate;
}

/** Names who answered, from a header or the body: a tag, or more; undefined when it does not say. */
export type Classify = (answer: Answer) => string | Classified | undefined;

/** Headers that classify an answer, as data, so that threads can be told too. Names in lower case. */
export interface ClassifyHeaders {
  /** Its value is the tag. */
  readonly tag?: string;
  /** Its value is how many requests the isolate had answered before: 0 is cold. */
  readonly isolate?: string;
}

/** Classifies by headers. */
export function classifyBy(headers: ClassifyHeaders): Classify {
  return (answer) => {
    const tag = headers.tag === undefined ? undefined : answer.header(headers.tag);
    const before = headers.isolate === undefined ? undefined : answer.header(headers.isolate);
    const isolate = before === undefined ? undefined : before === "0" ? ("cold" as const) : ("warm" as const);
    return { ...(tag === undefined ? {} : { tag }), ...(isolate === undefined ? {} : { isolate }) };
  };
}
