// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-partition-idle", kind: "partition", defect: "PoPs that are said to be split reach each other.", caughtBy: ["do.serialization.register.partition"], isSlow: true });
