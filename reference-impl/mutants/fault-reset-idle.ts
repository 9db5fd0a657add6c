// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-reset-idle", kind: "reset-connections", defect: "Connections that are said to be reset stay open.", caughtBy: ["do.serialization.cas.reset-connections"], isSlow: true });
