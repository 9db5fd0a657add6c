// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-slow-disk-idle", kind: "slow-disk", defect: "A disk that is said to be slow is not.", caughtBy: ["do.serialization.append.slow-disk"], isSlow: true });
