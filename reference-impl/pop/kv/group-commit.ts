// Makes many changes durable at the price of one: a commit to the bucket costs two round trips whatever it holds, so
// all changes that arrive while one is on its way wait for it, and then go together.

export class GroupCommit {
  #waiting: (() => void)[] = [];
  #isCommitting = false;

  /** @param sync resolves when everything changed so far is durable */
  constructor(private readonly sync: () => Promise<void>) {}

  /**
   * Makes a change, at once or together with others. Changes keep their order.
   * @param change synchronous, as what it reads must not change under it
   * @returns what the change gave, when it is made; that it is durable before an answer leaves is the runtime's part
   */
  run<T>(change: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(change());
        } catch (cause) {
          reject(cause instanceof Error ? cause : new Error(String(cause)));
        }
      });
      if (!this.#isCommitting) void this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true;
    try {
      while (this.#waiting.length > 0) {
        for (const change of this.#waiting.splice(0)) change();
        await this.sync();
      }
    } catch (cause) {
      // A commit that fails breaks the object, and with it every call that waits here.
      console.error("a KV shard could not commit", cause);
    } finally {
      this.#isCommitting = false;
    }
  }
}
