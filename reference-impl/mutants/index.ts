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
import { mutant as workerGlobalsShared } from "./worker-globals-shared.js";
import { mutant as workerStreamBuffered } from "./worker-stream-buffered.js";
import { mutant as workerWaitUntilDropped } from "./worker-wait-until-dropped.js";
import { mutant as workerClientHeadersTrusted } from "./worker-client-headers-trusted.js";
import { mutant as workerRayRepeated } from "./worker-ray-repeated.js";
import { mutant as frontKeepsDeadPop } from "./front-keeps-dead-pop.js";
import { mutant as frontKeepsFrozenPop } from "./front-keeps-frozen-pop.js";
import { mutant as frontResetsOtherPops } from "./front-resets-other-pops.js";
import { mutant as rolloutCutsRequests } from "./rollout-cuts-requests.js";
import { mutant as cacheSharedByWorkers } from "./cache-shared-by-workers.js";
import { mutant as cacheNeverExpires } from "./cache-never-expires.js";
import { mutant as kvListSkipsAKey } from "./kv-list-skips-a-key.js";
import { mutant as objectTwoOwners } from "./object-two-owners.js";
import { mutant as objectOwnerRecordStale } from "./object-owner-record-stale.js";
import { mutant as objectIdsByPop } from "./object-ids-by-pop.js";
import { mutant as objectMigrationSlow } from "./object-migration-slow.js";
import { mutant as objectLocateStale } from "./object-locate-stale.js";
import { mutant as objectLogListingLags } from "./object-log-listing-lags.js";
import { mutant as objectRequestsTwice } from "./object-requests-twice.js";
import { mutant as objectReadsByFollower } from "./object-reads-by-follower.js";
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
  workerGlobalsShared,
  workerStreamBuffered,
  workerWaitUntilDropped,
  workerClientHeadersTrusted,
  workerRayRepeated,
  frontKeepsDeadPop,
  frontKeepsFrozenPop,
  frontResetsOtherPops,
  rolloutCutsRequests,
  cacheSharedByWorkers,
  cacheNeverExpires,
  kvListSkipsAKey,
  objectTwoOwners,
  objectOwnerRecordStale,
  objectIdsByPop,
  objectMigrationSlow,
  objectLocateStale,
  objectLogListingLags,
  objectRequestsTwice,
  objectReadsByFollower,
];
