// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "worker-stream-buffered",
  defect: "The ingress passes an answer on only when all of it has come.",
  file: "reference-impl/front/connection.ts",
  find: "if (!this.#outbound.push(chunk)) upstream.socket.pause();",
  replace: "const held: Buffer[] = ((this as unknown as { held?: Buffer[] }).held ??= []);\n    held.push(chunk);\n    queueMicrotask(() => {\n      if (this.#exchange === undefined || this.#isTunnel) for (const bytes of held.splice(0)) this.#outbound.push(bytes);\n    });",
  caughtBy: ["workers.streaming.response"],
} satisfies Mutant;
