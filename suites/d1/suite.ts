// The D1 suite: every claim about databases that can be seen from outside, an area a file.
import type { Suite } from "../check.js";
import { queryChecks } from "./queries.js";

export const d1Suite: Suite = { id: "d1", title: "D1", checks: [...queryChecks] };
