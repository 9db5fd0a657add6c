// A workload: what clients ask of objects while a nemesis is at work, and how their history is judged. Data and pure
// functions; the run sends, records and hands over.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import type { Binding, Capability, Pop, WorkerModule } from "../../contract/target/types.js";
import type { WorkloadRequest } from "./protocol.js";
import type { Tally } from "./tally.js";

/** The program that serves a workload; the same shape as a suite's fixture, so that it can be deployed as one. */
export interface WorkloadFixture {
  readonly name: string;
  readonly program: URL;
  readonly modules?: readonly WorkerModule[];
  readonly bindings: readonly Binding[];
  readonly compatibilityFlags?: readonly string[];
}

/** What a client asks next. */
export interface Invocation {
  /** "read", "write", "increment", "cas", "add", "append"... as the model names it. */
  readonly action: string;
  /** The object; operations on different keys are independent. */
  readonly key: string;
  readonly input?: unknown;
}

export interface Turn {
  /** The client whose turn it is, from 0. */
  readonly client: number;
  /** How many there are. */
  readonly clients: number;
  /** What a client was answered last, for workloads whose clients go on from there or from each other. */
  readonly latest: (client: number) => { readonly invocation: Invocation; readonly output: unknown } | undefined;
  /** Operations that all clients together have begun before this one: for values that no other operation has. */
  readonly issued: number;
  /** Uniform in [0, 1), from the run's seed. */
  readonly random: () => number;
  /** Begins every key of this run, so that runs do not meet. */
  readonly prefix: string;
}

/** Where what clients work on is at home, when that is no object that Locate knows. */
export interface Home {
  /** What it is, in words. */
  readonly what: string;
  /** What the program answers to this tells it. */
  readonly request: WorkloadRequest;
  /** @returns the PoP that an answer means; undefined when it means none, or several */
  popId(answer: string, pops: readonly Pop[]): string | undefined;
}

export interface Workload {
  /** register, counter, set, cas, append... */
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Capability[];
  readonly fixture: WorkloadFixture;
  /** The class of the objects, for Locate; undefined when the workload has none. */
  readonly className?: string;
  readonly home?: Home;
  next(turn: Turn): Invocation;
  /** What is asked once of every PoP after everything is healed and quiet. @param keys those of the history */
  finalReads(keys: readonly string[]): readonly Invocation[];
  /** Counts by kind what was answered, so that a history without a kind is not taken for proof; a workload without it has one kind. */
  readonly tally?: (operations: readonly Operation[]) => Tally;
  /** Judges a whole history of this workload; pure. */
  judge(operations: readonly Operation[]): CheckerAnswer;
}
