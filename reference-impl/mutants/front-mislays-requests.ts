// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "front-mislays-requests",
  defect: "The front does not know the host of one request in fifty.",
  file: "reference-impl/front/connection.ts",
  find: "    const route = this.door.route(head.fields.host);",
  replace: [
    "    const mislaid = globalThis as { requests?: number };",
    "    mislaid.requests = (mislaid.requests ?? 0) + 1;",
    '    const route = mislaid.requests % 50 === 0 ? ({ kind: "none", reason: "mislaid" } as const) : this.door.route(head.fields.host);',
  ].join("\n"),
  caughtBy: ["workers.request.latency", "workers.request.overhead"],
  isSlow: true,
} satisfies Mutant;
