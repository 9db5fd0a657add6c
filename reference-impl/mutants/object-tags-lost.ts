// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-tags-lost",
  defect: "WebSockets are accepted without their tags.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const object = state as any;",
    "const accept = object.acceptWebSocket.bind(object);",
    "object.acceptWebSocket = (socket: unknown) => accept(socket);",
  ].join("\n"),
  caughtBy: ["do.websocket.tags"],
} satisfies Mutant;
