// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-stop-idle", kind: "stop", defect: "A PoP that is said to be stopped goes on.", caughtBy: ["do.serialization.set.stop"], isSlow: true });
