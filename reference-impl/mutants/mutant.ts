// What a mutant is: the reference edge with one defect, planted in its source. A certificate is worth what its checks
// can catch, so each check is shown a runtime that breaks its promise.

export interface Mutant {
  /** The file's own name. */
  readonly id: string;
  /** What such a runtime does wrong, in one sentence. */
  readonly defect: string;
  /** Source file, from the project's folder. */
  readonly file: string;
  /** Text that occurs in that file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Ids of the checks that must fail because of it. Others may fail too. */
  readonly caughtBy: readonly [string, ...string[]];
  /** What these checks must say instead of fail: a fault that does nothing lets nothing be said. */
  readonly verdict?: "inconclusive";
  /** Its checks take the full profile, and time: only run when it is named, or with --slow. */
  readonly isSlow?: true;
}
