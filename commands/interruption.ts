// Ctrl-C: the first signal ends a run in order, the second one ends the process.
import { exitCodes } from "../contract/errors.js";
import type { CommandIo } from "./io.js";

export interface Interruption {
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly happened: Promise<undefined>;
  /** Stops listening. */
  stop(): void;
}

/** @param io where signals come from, and words go to */
export function listenForInterruption(io: CommandIo): Interruption {
  const interruption = new AbortController();
  const happened = new Promise<undefined>((resolve) => {
    interruption.signal.addEventListener("abort", () => resolve(undefined));
  });
  const stop = io.onSignal((name) => {
    if (interruption.signal.aborted) {
      io.err("\nstopped at once\n");
      return io.exit(exitCodes.error);
    }
    io.err("\ninterrupted: writing the document and stopping the target; once more stops at once\n");
    interruption.abort(new Error(`interrupted by ${name}`));
  });
  return { signal: interruption.signal, happened, stop };
}
