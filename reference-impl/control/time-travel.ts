// Time Travel of the contract in terms of the edge: any PoP that is up takes the question to the database's primary.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { BoundDatabase, Restored, TargetServer } from "../../contract/target/types.js";
import { callAdmin } from "../supervisor/admin.js";
import type { Edge } from "../supervisor/edge.js";

/** A database of many megabytes is made anew row by row. A little less than the contract's clients give the verb, so that they hear why. */
const deadlineMs = 55_000;

/** @param nameOf the name of a deployment, by its id; throws when there is none */
export function timeTravelOf(edge: Edge, nameOf: (deploymentId: string) => string): Required<Pick<TargetServer, "bookmarkDatabase" | "restoreDatabase">> {
  async function ask<T>({ deploymentId, binding }: BoundDatabase, path: string, point: { readonly bookmark?: string; readonly timestampMs?: number }): Promise<T> {
    const name = nameOf(deploymentId);
    const found = edge.workers.get(name)?.bindings.find((one) => one.kind === "d1" && one.name === binding);
    if (found?.kind !== "d1") throw new EdgemarkError("target.refused", `expected a binding of ${name} to a D1 database; ${JSON.stringify(binding)} is none; name another`);
    const [pop] = edge.upPops();
    if (pop === undefined) throw new EdgemarkError("target.refused", "expected a PoP that is up; none is; heal one");
    const answer = await callAdmin(pop, edge.adminToken, `/d1/time-travel/${path}`, { database: found.database, ...point }, deadlineMs).catch((cause: unknown) => {
      throw new EdgemarkError("target.refused", `Time Travel of ${found.database} did not answer: ${messageOf(cause)}`, { cause });
    });
    const parsed = JSON.parse(answer) as T | { readonly error: string };
    if (typeof parsed === "object" && parsed !== null && "error" in parsed) throw new EdgemarkError("target.refused", parsed.error);
    return parsed;
  }

  return {
    bookmarkDatabase: async (database, atMs) => (await ask<{ readonly bookmark: string }>(database, "bookmark", atMs === undefined ? {} : { timestampMs: atMs })).bookmark,
    restoreDatabase: (database, to) => ask<Restored>(database, "restore", typeof to === "string" ? { bookmark: to } : { timestampMs: to }),
  };
}
