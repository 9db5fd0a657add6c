// The D1 suite: every claim about databases that can be seen from outside, an area a file.
import type { Suite } from "../check.js";
import { batchChecks } from "./batches.js";
import { bookmarkChecks } from "./bookmarks.js";
import { databaseChecks } from "./databases.js";
import { errorChecks } from "./errors.js";
import { languageChecks } from "./language.js";
import { limitChecks } from "./limits.js";
import { metaChecks } from "./meta.js";
import { queryChecks } from "./queries.js";
import { quickChecks } from "./quick.js";
import { replicaChecks } from "./replicas.js";
import { timeTravelChecks } from "./time-travel.js";
import { valueChecks } from "./values.js";

export const d1Suite: Suite = {
  id: "d1",
  title: "D1",
  checks: [
    ...queryChecks, ...valueChecks, ...languageChecks, ...metaChecks, ...batchChecks, ...errorChecks, ...limitChecks, ...databaseChecks, ...bookmarkChecks, ...replicaChecks, ...timeTravelChecks,
  ].map((check) => (quickChecks.has(check.id) ? check : { ...check, profiles: check.profiles ?? ["full", "nightly"] })),
};
