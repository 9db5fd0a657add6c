// How late replicas of D1 are: the edge's own rule, and those that faults hold, the last of which counts.

export class LagRules {
  readonly #held: { readonly rule: string }[];

  /** @param own as pop/d1/lag.ts reads it */
  constructor(own: string) {
    this.#held = [{ rule: own }];
  }

  /** All rules in one text, as pop/d1/lag.ts reads them. */
  get text(): string {
    return this.#held.map(({ rule }) => rule).join(",");
  }

  /** Adds a rule. @returns what takes it away again */
  hold(rule: string): () => void {
    const held = { rule };
    this.#held.push(held);
    return () => {
      const at = this.#held.indexOf(held);
      if (at !== -1) this.#held.splice(at, 1);
    };
  }
}
