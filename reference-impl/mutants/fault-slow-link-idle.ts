// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-slow-link-idle", kind: "slow-link", defect: "A link that is said to be slow is not.", caughtBy: ["do.serialization.cas.slow-link"], isSlow: true });
