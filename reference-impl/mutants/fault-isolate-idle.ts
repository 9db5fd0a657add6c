// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-isolate-idle", kind: "isolate", defect: "A PoP that is said to be cut off is not.", caughtBy: ["do.serialization.set.isolate-clients"], isSlow: true });
