// All mutants, a file each.
import { mutant as kvCacheNeverExpires } from "./kv-cache-never-expires.js";
import { mutant as kvMissingNeverExpires } from "./kv-missing-never-expires.js";
import { mutant as kvResurrectsDeleted } from "./kv-resurrects-deleted.js";
import { mutant as kvLosesMetadata } from "./kv-loses-metadata.js";
import { mutant as kvIgnoresExpiration } from "./kv-ignores-expiration.js";
import { mutant as kvListOutOfOrder } from "./kv-list-out-of-order.js";
import { mutant as kvDropsAWriteInAThousand } from "./kv-drops-a-write-in-a-thousand.js";
import { mutant as kvLeaksNamespaces } from "./kv-leaks-namespaces.js";
import { mutant as kvOnePopStale } from "./kv-one-pop-stale.js";
import { mutant as kvOnePopClockSkew } from "./kv-one-pop-clock-skew.js";
import type { Mutant } from "./mutant.js";

export const mutants: readonly Mutant[] = [
  kvCacheNeverExpires,
  kvMissingNeverExpires,
  kvResurrectsDeleted,
  kvLosesMetadata,
  kvIgnoresExpiration,
  kvListOutOfOrder,
  kvDropsAWriteInAThousand,
  kvLeaksNamespaces,
  kvOnePopStale,
  kvOnePopClockSkew,
];
