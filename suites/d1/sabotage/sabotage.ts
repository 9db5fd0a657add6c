// What a sabotage is: a database with one defect, planted between a fixture of the suite and the platform's own binding, and the
// checks that must notice.

export interface Sabotage<Defect = unknown> {
  /** Lower case words with dashes; unique among all sabotages. */
  readonly name: string;
  /** What such a runtime does wrong, in one sentence. */
  readonly what: string;
  /** Ids of the checks that must fail because of it. Others may fail too. */
  readonly caughtBy: readonly [string, ...string[]];
  readonly defect: Defect;
}
