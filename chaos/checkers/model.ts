// What a checker is to the command line: a name's promise, and a judgement in words and in plain JSON.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";

export interface ModelOptions {
  /** The staleness that is promised, for the models that have one. */
  readonly windowMs?: number;
  /** Steps that a search for an order may take, for the models that search. */
  readonly maxSteps?: number;
  /** The level that transactions must keep, for the models that have levels. */
  readonly isolation?: string;
}

/** A judgement in the words of the command line. */
export interface ModelReport {
  readonly answer: CheckerAnswer;
  /** What the model found besides its verdict, one fact a line. */
  readonly lines: readonly string[];
  /** The same for machines: plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Model {
  /** What it judges, in one line for --help. */
  readonly summary: string;
  /** @throws EdgemarkError usage.input when the history is of another kind */
  readonly judge: (operations: readonly Operation[], options: ModelOptions) => ModelReport;
}
