// Makes a primary's database what its log says it was after some change, in transactions that the engine can commit, however
// large the database and however long its history.
import { applyEntry } from "./apply.worker.js";
import { putImageInSteps, stepWeight } from "./image.worker.js";
import type { Log } from "./log.worker.js";

/**
 * Until it is done the database is none that anybody may see.
 * @param sequence number of the change
 * @param storage what is written through it commits by itself when nothing more is done for a moment
 * @throws Error when the log does not lead there, or the engine does not commit
 */
export async function rebuild(storage: DurableObjectStorage, log: Log, sequence: number): Promise<void> {
  const { sql } = storage;
  const commit = (): Promise<void> => storage.sync();
  await putImageInSteps(sql, log.basePages(), commit);
  let total = 0;
  for (const entry of log.path(sequence)) {
    const pages = log.pages(entry.sequence, entry.pages);
    if (entry.pages > 0) await putImageInSteps(sql, pages, commit);
    else total += storage.transactionSync(() => applyEntry(sql, entry, pages));
    if (total < stepWeight) continue;
    total = 0;
    await commit();
  }
  await commit();
}
