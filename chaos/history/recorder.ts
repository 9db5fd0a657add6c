// Records what a workload asked and what came back, on one monotonic clock, so that a checker can judge it later.
// An answer that never came is not a failure: the operation stays open to the end of the history.
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";

/** What a client asks. */
export interface Invocation {
  readonly action: string;
  readonly key: string;
  readonly input?: unknown;
  /** The PoP that is asked, when it is not the client's own. */
  readonly popId?: string;
}

/** An operation whose answer is awaited. Exactly one of these may be called, once. */
export interface OpenOperation {
  /** It happened. @param output its answer; null is an answer, undefined is none */
  ok(output?: unknown): void;
  /** It certainly did not happen. */
  fail(): void;
  /** Its answer was lost: it may have happened, or may happen later. */
  info(): void;
}

/** One sequential client: its next operation begins after the one before has ended. */
export interface HistoryClient {
  /** The process id of the next operation. A lost answer retires the id, since the old operation may still be running. */
  readonly process: number;
  /** @throws EdgemarkError harness.internal while an operation of this client is open */
  invoke(invocation: Invocation): OpenOperation;
}

export interface HistoryRecorder {
  /** @param popId the PoP that this client asks unless an invocation says otherwise */
  client(popId?: string): HistoryClient;
  /** Everything so far in the order of the calls; what is open is listed as info. */
  operations(): Operation[];
}

interface Entry {
  readonly call: Omit<Operation, "outcome" | "output" | "returnNs">;
  answer: Pick<Operation, "outcome" | "output" | "returnNs"> | undefined;
}

/** Shown by operations() for what has not been answered yet. */
const open = { outcome: "info", returnNs: null } as const;

/**
 * Starts an empty history.
 * @param options.nowNs the one monotonic clock of the harness, in nanoseconds
 */
export function createRecorder(options: { readonly nowNs: () => bigint }): HistoryRecorder {
  const entries: Entry[] = [];
  let nextProcess = 0;

  function begin(process: number, invocation: Invocation, popId: string | undefined): Entry {
    const { action, key, input } = invocation;
    const asked = invocation.popId ?? popId;
    const entry: Entry = {
      call: {
        process,
        action,
        key,
        ...(input === undefined ? {} : { input }),
        ...(asked === undefined ? {} : { popId: asked }),
        callNs: options.nowNs(),
      },
      answer: undefined,
    };
    entries.push(entry);
    return entry;
  }

  function client(popId?: string): HistoryClient {
    let process = nextProcess++;
    let current: Entry | undefined;

    function end(entry: Entry, answer: NonNullable<Entry["answer"]>): void {
      if (entry.answer !== undefined) throw misuse(`operation of process ${entry.call.process} ended twice`);
      entry.answer = answer;
      current = undefined;
      if (answer.outcome === "info") process = nextProcess++;
    }
    return {
      get process() {
        return process;
      },
      invoke(invocation) {
        if (current !== undefined) throw misuse(`process ${process} called "${invocation.action}" while another operation is open`);
        const entry = begin(process, invocation, popId);
        current = entry;
        return {
          // The clock is read first: work done here must not make an operation look longer than it was.
          ok(output) {
            const returnNs = options.nowNs();
            end(entry, { outcome: "ok", returnNs, ...(output === undefined ? {} : { output }) });
          },
          fail: () => end(entry, { outcome: "fail", returnNs: options.nowNs() }),
          info: () => end(entry, open),
        };
      },
    };
  }
  return { client, operations: () => entries.map((entry) => ({ ...entry.call, ...(entry.answer ?? open) })) };
}

function misuse(what: string): EdgemarkError {
  return new EdgemarkError("harness.internal", `A history needs one operation at a time per process; ${what}; fix the workload.`);
}
