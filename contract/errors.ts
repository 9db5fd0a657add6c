// The one error class and its table of codes. A code's kind decides the exit code; the message says what was
// expected, what came and what to do.

/** Who has to act: the person who typed the command, the builder of the target, or we. */
export type ErrorKind = "usage" | "target" | "harness";

/** Every code an EdgemarkError can carry, with its kind. A new code is a line here. */
export const errorCodes = {
  "usage.flag": "usage", // an unknown or malformed flag or argument
  "usage.target": "usage", // a target name or address that names nothing
  "usage.suite": "usage", // a suite, check, profile or level that does not exist
  "usage.claims": "usage", // a claims file that cannot be read or is not valid
  "usage.known": "usage", // a known-failures file that cannot be read or is not valid
  "usage.output": "usage", // a runs folder or output file that cannot be written
  "usage.input": "usage", // a given file (history, document, project) that cannot be read or is not valid
  "usage.port": "usage", // an address that is taken or not ours to bind
  "usage.install": "usage", // a runtime or tool that is not installed here
  "target.start": "target", // an adapter that exited, hung or printed rubbish instead of the handshake
  "target.unreachable": "target", // a gRPC address that nobody answers
  "target.contract": "target", // a control-plane answer that breaks the contract
  "target.unimplemented": "target", // a verb that was declared and is not implemented
  "target.refused": "target", // a control-plane call that the target refused or failed
  "target.timeout": "target", // a call that did not answer before its deadline
  "harness.internal": "harness", // our own bug
  "harness.environment": "harness", // this machine: out of disk, out of file descriptors
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorCodes;

/** Exit codes of the command line, by meaning. */
export const exitCodes = { held: 0, failed: 1, usage: 2, error: 3, inconclusive: 4 } as const;

/**
 * An error somebody can act on.
 * @param code one of {@link errorCodes}
 * @param message what was expected; what came; what to do
 * @param options `cause`: the original error, never swallowed; `facts`: values for logs and reports
 */
export class EdgemarkError extends Error {
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; facts?: Record<string, unknown> } = {}) {
    // Many messages quote a stranger, and all of them reach a terminal.
    super(printable(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "EdgemarkError";
    this.code = code;
    this.facts = options.facts ?? {};
  }

  get kind(): ErrorKind {
    return errorCodes[this.code];
  }

  /** The exit code of a command that ends with this error. */
  get exitCode(): number {
    return this.kind === "usage" ? exitCodes.usage : exitCodes.error;
  }
}

// Controls but for tab and line feed, and what is invisible or turns the direction of text.
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** A text of several lines in which nothing can draw on a terminal or turn a line around: such characters are spelled out. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The message of anything that was thrown, without trusting that it is an Error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * The known name nearest to a mistyped one, for "did you mean".
 * @returns undefined when nothing is near: more than a third of the letters differ, and none begins with them
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  if (best !== undefined && best.distance <= Math.max(2, Math.floor(given.length / 3))) return best.name;
  // A name that was left unfinished: the shortest that begins so.
  const begun = given.length < 3 ? [] : known.filter((name) => name.toLowerCase().startsWith(given.toLowerCase()));
  return begun.sort((a, b) => a.length - b.length)[0];
}

/**
 * The end of a message that refuses a name.
 * @param otherwise the advice when no known name is near
 */
export function didYouMean(given: string, known: readonly string[], otherwise: string): string {
  const nearest = nearestName(given, known);
  return nearest === undefined ? otherwise : `did you mean ${nearest}?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
