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
import { mutant as frontMislaysRequests } from "./front-mislays-requests.js";
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
import { mutant as d1BookmarkIgnored } from "./d1-bookmark-ignored.js";
import { mutant as d1ReplicaAnswersFromPast } from "./d1-replica-answers-from-past.js";
import { mutant as d1BookmarksUnsorted } from "./d1-bookmarks-unsorted.js";
import { mutant as d1BatchHalfApplied } from "./d1-batch-half-applied.js";
import { mutant as d1LineSlow } from "./d1-line-slow.js";
import { mutant as d1LogLosesEntry } from "./d1-log-loses-entry.js";
import { mutant as d1EntryAppliedTwice } from "./d1-entry-applied-twice.js";
import { mutant as d1RandomEvaluatedAgain } from "./d1-random-evaluated-again.js";
import { mutant as d1SchemaOutOfOrder } from "./d1-schema-out-of-order.js";
import { mutant as d1ReplicaClaimsPrimary } from "./d1-replica-claims-primary.js";
import { mutant as d1SessionsShareState } from "./d1-sessions-share-state.js";
import { mutant as d1DirtyRead } from "./d1-dirty-read.js";
import { mutant as d1WriteSkew } from "./d1-write-skew.js";
import { mutant as d1ReplicaWithoutSession } from "./d1-replica-without-session.js";
import { mutant as d1FirstPrimaryAtReplica } from "./d1-first-primary-at-replica.js";
import { mutant as d1BookmarkOfAnother } from "./d1-bookmark-of-another.js";
import { mutant as d1RestoreOneShort } from "./d1-restore-one-short.js";
import { mutant as d1RestoreUndoLost } from "./d1-restore-undo-lost.js";
import { mutant as d1RestoreUnlimited } from "./d1-restore-unlimited.js";
import { mutant as d1RestoreRefusedAndDone } from "./d1-restore-refused-and-done.js";
import { mutant as d1RestoreToAnything } from "./d1-restore-to-anything.js";
import { mutant as d1MomentWithoutEnd } from "./d1-moment-without-end.js";
import { mutant as d1MomentDrifts } from "./d1-moment-drifts.js";
import { mutant as d1RestoreInOneStep } from "./d1-restore-in-one-step.js";
import { mutant as d1RestoreUnseenByReplicas } from "./d1-restore-unseen-by-replicas.js";
import { mutant as d1DatabasesTogether } from "./d1-databases-together.js";
import { mutant as d1BatchesNotUndone } from "./d1-batches-not-undone.js";
import { mutant as d1LagIgnored } from "./d1-lag-ignored.js";
import { mutant as d1ReplicaFollowsNobody } from "./d1-replica-follows-nobody.js";
import { mutant as d1SessionsWithoutBookmarks } from "./d1-sessions-without-bookmarks.js";
import { mutant as faultKillIdle } from "./fault-kill-idle.js";
import { mutant as faultResetIdle } from "./fault-reset-idle.js";
import { mutant as faultIsolateIdle } from "./fault-isolate-idle.js";
import { mutant as faultPartitionIdle } from "./fault-partition-idle.js";
import { mutant as faultFullDiskIdle } from "./fault-full-disk-idle.js";
import { mutant as faultSlowDiskIdle } from "./fault-slow-disk-idle.js";
import { mutant as faultOverloadIdle } from "./fault-overload-idle.js";
import { mutant as faultStopIdle } from "./fault-stop-idle.js";
import { mutant as faultPauseIdle } from "./fault-pause-idle.js";
import { mutant as faultSlowLinkIdle } from "./fault-slow-link-idle.js";
import { mutant as faultLossyLinkIdle } from "./fault-lossy-link-idle.js";
import { mutant as faultClockSkewIdle } from "./fault-clock-skew-idle.js";
import { mutant as objectLimitsOff } from "./object-limits-off.js";
import { mutant as objectPutForgets } from "./object-put-forgets.js";
import { mutant as objectDeleteDoesNothing } from "./object-delete-does-nothing.js";
import { mutant as objectDeleteAllDoesNothing } from "./object-delete-all-does-nothing.js";
import { mutant as objectListBackwards } from "./object-list-backwards.js";
import { mutant as objectTransactionHalfApplied } from "./object-transaction-half-applied.js";
import { mutant as objectTransactionSyncNotUndone } from "./object-transaction-sync-not-undone.js";
import { mutant as objectAlarmDropped } from "./object-alarm-dropped.js";
import { mutant as objectAlarmTwiceAtOnce } from "./object-alarm-twice-at-once.js";
import { mutant as objectTagsLost } from "./object-tags-lost.js";
import { mutant as objectAutoResponseLost } from "./object-auto-response-lost.js";
import { mutant as objectBlockDoesNotBlock } from "./object-block-does-not-block.js";
import { mutant as objectInputGateOff } from "./object-input-gate-off.js";
import { mutant as objectAbortIgnored } from "./object-abort-ignored.js";
import { mutant as objectOutputGateOff } from "./object-output-gate-off.js";
import { mutant as objectSyncConfirmsNothing } from "./object-sync-confirms-nothing.js";
import { mutant as objectAcknowledgedBeforeCommit } from "./object-acknowledged-before-commit.js";
import { mutant as objectLogObjectDropped } from "./object-log-object-dropped.js";
import { mutant as objectAttachmentLostAtRest } from "./object-attachment-lost-at-rest.js";
import { mutant as objectAlarmsLostOnKill } from "./object-alarms-lost-on-kill.js";
import { mutant as objectAlarmOnceAtMost } from "./object-alarm-once-at-most.js";
import { mutant as objectEndsOfSocketsUntold } from "./object-ends-of-sockets-untold.js";
import { mutant as objectSocketLimitsOff } from "./object-socket-limits-off.js";
import { mutant as objectLocateElsewhere } from "./object-locate-elsewhere.js";
import { mutant as objectInsertsForgotten } from "./object-inserts-forgotten.js";
import { mutant as frontKeepsDeadSockets } from "./front-keeps-dead-sockets.js";
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
  frontMislaysRequests,
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
  d1BookmarkIgnored,
  d1ReplicaAnswersFromPast,
  d1BookmarksUnsorted,
  d1BatchHalfApplied,
  d1LogLosesEntry,
  d1LineSlow,
  d1EntryAppliedTwice,
  d1RandomEvaluatedAgain,
  d1SchemaOutOfOrder,
  d1ReplicaClaimsPrimary,
  d1SessionsShareState,
  d1DirtyRead,
  d1WriteSkew,
  d1ReplicaWithoutSession,
  d1FirstPrimaryAtReplica,
  d1BookmarkOfAnother,
  d1BatchesNotUndone,
  d1LagIgnored,
  d1ReplicaFollowsNobody,
  d1SessionsWithoutBookmarks,
  d1RestoreOneShort,
  d1RestoreUndoLost,
  d1RestoreUnlimited,
  d1RestoreRefusedAndDone,
  d1RestoreToAnything,
  d1MomentWithoutEnd,
  d1MomentDrifts,
  d1RestoreInOneStep,
  d1RestoreUnseenByReplicas,
  d1DatabasesTogether,
  faultKillIdle,
  faultResetIdle,
  faultIsolateIdle,
  faultPartitionIdle,
  faultFullDiskIdle,
  faultSlowDiskIdle,
  faultOverloadIdle,
  faultStopIdle,
  faultPauseIdle,
  faultSlowLinkIdle,
  faultLossyLinkIdle,
  faultClockSkewIdle,
  objectLimitsOff,
  objectPutForgets,
  objectDeleteDoesNothing,
  objectDeleteAllDoesNothing,
  objectListBackwards,
  objectTransactionHalfApplied,
  objectTransactionSyncNotUndone,
  objectAlarmDropped,
  objectAlarmTwiceAtOnce,
  objectTagsLost,
  objectAutoResponseLost,
  objectBlockDoesNotBlock,
  objectInputGateOff,
  objectAbortIgnored,
  objectOutputGateOff,
  objectSyncConfirmsNothing,
  objectAcknowledgedBeforeCommit,
  objectLogObjectDropped,
  objectAttachmentLostAtRest,
  objectAlarmsLostOnKill,
  objectAlarmOnceAtMost,
  objectEndsOfSocketsUntold,
  objectSocketLimitsOff,
  objectLocateElsewhere,
  objectInsertsForgotten,
  frontKeepsDeadSockets,
];
