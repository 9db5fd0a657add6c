// A fault without effect, for proving that nobody takes its word for it.
import { idleFault } from "./idle-fault.js";

export const mutant = idleFault({ id: "fault-lossy-link-idle", kind: "lossy-link", defect: "A link that is said to lose what goes over it loses nothing.", caughtBy: ["do.serialization.append.lossy-link"], isSlow: true });
