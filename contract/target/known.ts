// Known failures: what a target is known to get wrong, with the reason. They still run; an entry that no longer
// describes what happens fails the run, so that the list cannot rot.

/** One entry of targets/known/<target>.yaml. */
export interface KnownFailure {
  /** Id of the check. */
  readonly check: string;
  /** failing: fails every time, and a pass is an error. flaky: can neither pass nor fail the run. */
  readonly kind: "failing" | "flaky";
  /** The target's version as it describes itself; `*` stands for any letters. */
  readonly version: string;
  /** What is observed: the check's `observed`, or its `reason` where nothing was compared; `*` stands for any letters. Unused for flaky. */
  readonly observed: string;
  /** Why it fails, in a sentence a reader of the report understands. */
  readonly reason: string;
}
