// What a case is: one promise about a runtime, tested inside the isolate. Case files are bundled into a fixture that
// runs on the target, and are loaded by the driver too, so that the list of checks comes from the same source.
import type { Capability } from "../../contract/target/types.js";

export interface IsolateCase {
  /** workers.area.noun; never changes its meaning. */
  readonly id: string;
  readonly promise: string;
  /**
   * The dotted path from the global object of what is tested ("Headers.prototype.append"). The suite's own tests take
   * it away or make it inert, and the case must then fail: a case that cannot fail proves nothing.
   */
  readonly subject: string;
  /** The entry of ECMA-429 (minimum common web API) that the case stands for. */
  readonly entry?: string;
  /** Set where documents allow a runtime to leave the subject out: then only a wrong one fails, not a missing one. */
  readonly mayBeAbsent?: true;
  readonly claims?: readonly string[];
  /** Capabilities besides "workers". */
  readonly needs?: readonly Capability[];
  /** Nothing that a runtime may lack is touched outside of this. */
  readonly run: () => void | Promise<void>;
}

/** What the isolate fixture answers for one case. */
export type CaseOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly name: string;
      readonly message: string;
      readonly expected: string;
      readonly observed: string;
      readonly stack: string;
    };
