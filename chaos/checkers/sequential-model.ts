// What an object promises when one operation follows the other: all that the search for an order needs to know.
import type { Operation } from "../../contract/history/types.js";

/** Pure data and functions; a state is never changed, only replaced. */
export interface SequentialModel<State> {
  /** Its operations in words, for messages: "write(value), read -> value". */
  readonly operations: string;
  readonly init: State;
  /**
   * One operation in one state. An answer that was lost (outcome info) agrees with everything that changes the state.
   * @returns the state after it, undefined when it cannot have answered so
   */
  readonly step: (state: State, operation: Operation) => State | undefined;
  /** The same string for equal states, and for no others. */
  readonly identify: (state: State) => string;
  /** Whether it changes no state whatever; such an operation is placed as soon as it fits. */
  readonly isRead: (operation: Operation) => boolean;
  /** @returns what is wrong with an operation that no such object has */
  readonly reject: (operation: Operation) => string | undefined;
  /** Splits a key's operations into parts that cannot influence each other; default one part. */
  readonly partition?: (operations: readonly Operation[]) => readonly (readonly Operation[])[];
  /**
   * Whether `first` just before `then` can differ from `then` before `first`, given that the former is possible.
   * Default: always. A precise answer spares the search orders that lead to the same.
   */
  readonly orderMatters?: (first: Operation, then: Operation) => boolean;
}
