// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "front-keeps-dead-sockets",
  defect: "The front leaves a client's WebSocket open when its PoP has closed it.",
  file: "reference-impl/front/connection.ts",
  find: "    const isOver = this.#isTunnel || exchange?.endsWithConnection === true;",
  replace: [
    "    if (this.#isTunnel) return;",
    "    const isOver = exchange?.endsWithConnection === true;",
  ].join("\n"),
  caughtBy: ["do.death.sockets"],
  isSlow: true,
} satisfies Mutant;
