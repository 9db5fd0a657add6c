// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-attachment-lost-at-rest",
  defect: "The attachments of WebSockets are lost when their object is put to rest.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const object = state as any;",
    "for (const socket of object.getWebSockets()) socket.serializeAttachment(null);",
  ].join("\n"),
  caughtBy: ["do.rest.attachment"],
  isSlow: true,
} satisfies Mutant;
