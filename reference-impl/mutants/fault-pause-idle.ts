// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-pause-idle", kind: "pause", defect: "A PoP that is said to be frozen goes on.", caughtBy: ["do.serialization.counter.pause"], isSlow: true });
