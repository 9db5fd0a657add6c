// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-full-disk-idle", kind: "full-disk", defect: "A disk that is said to be full takes writes.", caughtBy: ["do.serialization.counter.full-disk"], isSlow: true });
