// What checks of Time Travel have in common: a fixture with a database for each of them, because a restore takes back all that is in
// one, and ten in ten minutes are all that one takes; its bookmarks, and what a refusal says.
import assert from "node:assert/strict";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { BoundDatabase } from "../../contract/target/types.js";
import type { Check, CheckContext, Fixture } from "../check.js";
import { d1Check } from "./check.js";
import { type D1Client, d1Client, d1Fixture } from "./client.js";

const databases = ["RESTORE", "UNDO", "MOMENT", "BOOKMARK", "APART", "NEAR", "REFUSED", "LIMIT", "WRITERS", "LARGE", "REPLICA"] as const;
type Database = (typeof databases)[number];

const fixture: Fixture = {
  ...d1Fixture,
  name: "d1-time-travel",
  bindings: [...d1Fixture.bindings, ...databases.map((name) => ({ kind: "d1" as const, name, database: `edgemark-d1-time-travel-${name.toLowerCase()}` }))],
};

export const deadlineMs = 10_000;

/** A database that goes back in time, and its client. */
export interface Traveller {
  readonly d1: D1Client;
  readonly database: BoundDatabase;
  /** A table's name. */
  readonly t: string;
  readonly bookmark: (atMs?: number) => Promise<string>;
  readonly restore: (to: string | number) => ReturnType<CheckContext["verbs"]["restoreDatabase"]>;
}

/** @param binding of the fixture */
export function travellerOf({ fixture: deployed, verbs, unique }: CheckContext, binding: Database): Traveller {
  const database = { deploymentId: deployed.deployment.deploymentId, binding };
  return {
    d1: d1Client(deployed, undefined, binding),
    database,
    t: `t_${unique}`,
    bookmark: (atMs) => verbs.bookmarkDatabase(database, atMs),
    restore: (to) => verbs.restoreDatabase(database, to),
  };
}

type TimeTravelCheck = Omit<Parameters<typeof d1Check>[0], "fixture" | "run"> & { readonly database: Database; readonly travel: (traveller: Traveller, context: CheckContext) => Promise<void> };

/** A check of Time Travel on a database of its own. */
export function timeTravelCheck({ database, travel, ...check }: TimeTravelCheck): Check {
  return d1Check({ ...check, fixture, needs: ["d1.time-travel", ...(check.needs ?? [])], run: (context) => travel(travellerOf(context, database), context) });
}

/** Everything of the check's tables: their schema and rows. */
export async function contents({ d1, t }: Traveller): Promise<unknown> {
  const schema = await d1.rows(`SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name LIKE '${t}%' ORDER BY type, name`);
  const tables = schema.flatMap(({ type, name }) => (type === "table" ? [String(name)] : []));
  return { schema, rows: await Promise.all(tables.map(async (name) => [name, await d1.rows(`SELECT * FROM ${name} ORDER BY 1`)])) };
}

/** @returns the platform's words @throws AssertionError unless it was refused */
export async function refusal(restoring: Promise<unknown>): Promise<string> {
  try {
    await restoring;
  } catch (error) {
    if (error instanceof EdgemarkError && error.code === "target.refused") return messageOf(error);
    throw error;
  }
  assert.fail("expected the restore to be refused; it was done");
}

/** The time by the clock of the database. */
export async function clockMs(d1: D1Client): Promise<number> {
  const [row] = await d1.rows("SELECT CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) AS ms");
  return Number(row?.["ms"]);
}

/** A moment of that clock with whole milliseconds between it and what is done before and after. */
export async function moment(context: CheckContext, d1: D1Client): Promise<number> {
  const later = async (than: number): Promise<number> => context.until(() => clockMs(d1), (ms) => ms > than + 1, { deadlineMs, intervalMs: 1, what: "a later time by the database's clock" });
  const atMs = await later(await clockMs(d1));
  await later(atMs);
  return atMs;
}
