// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-ends-of-sockets-untold",
  defect: "An object is not told that a WebSocket of a client has ended.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "return Reflect.construct(target, given, newTarget === made ? target : newTarget) as object;",
  replace: [
    "const object = Reflect.construct(target, given, newTarget === made ? target : newTarget) as any;",
    'for (const name of ["webSocketClose", "webSocketError"]) object[name] = () => undefined;',
    "return object as object;",
  ].join("\n"),
  caughtBy: ["do.death.clients", "do.websocket.lost-client"],
  isSlow: true,
} satisfies Mutant;
