// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-clock-skew-idle", kind: "clock-skew", defect: "A clock that is said to be wrong is right.", caughtBy: ["do.serialization.register.clock-skew"], isSlow: true });
