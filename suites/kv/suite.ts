// The KV suite: every claim about KV that can be seen from outside.
import type { Suite } from "../check.js";
import { expirationChecks } from "./expiration.js";
import { latencyChecks } from "./latency.js";
import { limitChecks } from "./limits.js";
import { listingChecks } from "./listing.js";
import { namespaceChecks } from "./namespaces.js";
import { stalenessChecks } from "./staleness.js";
import { valueChecks } from "./values.js";

export const kvSuite: Suite = {
  id: "kv",
  title: "KV",
  checks: [...valueChecks, ...limitChecks, ...listingChecks, ...namespaceChecks, ...expirationChecks, ...stalenessChecks, ...latencyChecks],
};
