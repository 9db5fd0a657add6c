// The Durable Objects suite: every claim about objects that can be seen from outside, an area a file.
import type { Check, Suite } from "../check.js";

const checks: readonly Check[] = [];

export const doSuite: Suite = { id: "do", title: "Durable Objects", checks };
