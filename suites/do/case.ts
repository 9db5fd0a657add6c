// What a case of the Durable Objects suite is: one promise, tested from a worker that calls objects. Case files are bundled
// into the fixture that runs on the target, and are loaded by the driver too, so that both have the same list.
import type { Capability } from "../../contract/target/types.js";

/** What a case is given. `Env` is the fixture's, known to isolate programs only. */
export interface CaseParts<Env> {
  readonly env: Env;
  /** A word that no other check uses: names of objects begin with it. */
  readonly unique: string;
}

export interface ObjectCase<Env = unknown> {
  /** do.area.noun; never changes its meaning. */
  readonly id: string;
  readonly promise: string;
  readonly claims?: readonly string[];
  /** Capabilities besides workers and durable-objects. */
  readonly needs?: readonly Capability[];
  /**
   * Set where a promise must also hold for an object that lives at another PoP: a second check, `<id>.remote`, then runs
   * the case at one PoP with an object (named by the unique word) that was first used at another.
   */
  readonly isAlsoRemote?: true;
  readonly run: (parts: CaseParts<Env>) => Promise<void>;
}
