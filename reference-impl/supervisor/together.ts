// Changes that come while another one is made wait for it, and are then made in one go: ten programs that are deployed at
// once cost two starts of the processes, not ten.

export interface Together<T> {
  /** Makes one change. */
  readonly one: (change: T) => Promise<void>;
  /** Makes several, all or none of them. @throws when one of them cannot be made */
  readonly all: (changes: readonly T[]) => Promise<void>;
  /** What a change is of: two of one thing are made one after the other. */
  readonly nameOf: (change: T) => string;
  /** Whether a change gains nothing from company: it is made alone. */
  readonly isApart: (change: T) => boolean;
}

/**
 * @param serially runs tasks one after the other
 * @returns makes a change; it fails for what it is at fault for itself, not for those that were made with it
 */
export function together<T>(serially: (task: () => Promise<void>) => Promise<void>, { one, all, nameOf, isApart }: Together<T>): (change: T) => Promise<void> {
  interface Waiting {
    readonly change: T;
    readonly resolve: () => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: readonly Waiting[] = [];

  /** Those that wait, up to one that is made alone, or to the second change of one thing. */
  function take(): readonly Waiting[] {
    const names = new Set<string>();
    const end = waiting.findIndex(({ change }) => isApart(change) || names.size === names.add(nameOf(change)).size);
    const taken = end === -1 ? waiting : waiting.slice(0, Math.max(1, end));
    waiting = waiting.slice(taken.length);
    return taken;
  }

  async function make(taken: readonly Waiting[]): Promise<void> {
    const [only, ...others] = taken;
    if (only === undefined) return;
    if (others.length === 0) return one(only.change).then(only.resolve, only.reject);
    try {
      await all(taken.map(({ change }) => change));
    } catch {
      // Somebody is at fault: each is made alone, and hears of its own.
      for (const { change, resolve, reject } of taken) await one(change).then(resolve, reject);
      return;
    }
    for (const { resolve } of taken) resolve();
  }

  return (change) =>
    new Promise((resolve, reject) => {
      waiting = [...waiting, { change, resolve, reject }];
      void serially(() => make(take()));
    });
}
