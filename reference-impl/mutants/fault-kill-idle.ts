// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-kill-idle", kind: "kill", defect: "A PoP that is said to be killed lives on.", caughtBy: ["do.serialization.counter.kill"] });
