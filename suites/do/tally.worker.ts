// A capability that an object hands out: it lives in the object and is called from outside.
import { RpcTarget } from "cloudflare:workers";

/** What happened to capabilities that an object handed out: told apart by object, kept in its isolate's memory. */
export const disposals = new Map<string, number>();

export class Tally extends RpcTarget {
  #count = 0;
  readonly field = "an instance's own property";

  constructor(readonly owner: string) {
    super();
  }

  increment(by = 1): number {
    this.#count += by;
    return this.#count;
  }

  get value(): number {
    return this.#count;
  }

  child(): Tally {
    return new Tally(this.owner);
  }

  [Symbol.dispose](): void {
    disposals.set(this.owner, (disposals.get(this.owner) ?? 0) + 1);
  }
}
