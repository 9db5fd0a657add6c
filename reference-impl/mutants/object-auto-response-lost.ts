// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-auto-response-lost",
  defect: "A pair of messages for automatic answers is forgotten.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const object = state as any;",
    "object.setWebSocketAutoResponse = () => undefined;",
  ].join("\n"),
  caughtBy: ["do.websocket.auto-response"],
} satisfies Mutant;
