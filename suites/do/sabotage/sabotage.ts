// What a sabotage is: a fixture of the suite with one defect planted around it, and the checks that must notice. The
// reference's own source has no say in most of what an object does, so the defects are planted where the engine meets the program.

export interface Sabotage<Defect = unknown> {
  /** Lower case words with dashes; unique among all sabotages. */
  readonly name: string;
  /** What such a runtime does wrong, in one sentence. */
  readonly what: string;
  /** Ids of the checks that must fail because of it. Others may fail too. */
  readonly caughtBy: readonly [string, ...string[]];
  /** The two PoPs of the test target are two runtimes that know nothing of each other. Default: they are one. */
  readonly isSplit?: true;
  /** How much faster its target says that platform timers run, for checks whose documented times are minutes. Default 1. */
  readonly timeScale?: number;
  /**
   * How long its checks are given, ms, where the defect has them wait for what never comes. Default 6,000; checks that spend
   * their time waiting have their own.
   */
  readonly patienceMs?: number;
  readonly defect: Defect;
}
