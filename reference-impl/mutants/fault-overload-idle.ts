// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-overload-idle", kind: "overload", defect: "A PoP that is said to be starved has all of its time.", caughtBy: ["do.serialization.register.overload"], isSlow: true });
