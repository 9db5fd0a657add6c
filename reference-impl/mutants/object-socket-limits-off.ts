// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-socket-limits-off",
  defect: "An object takes any number of WebSockets without a word, and loses the end of long messages.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "return Reflect.construct(target, given, newTarget === made ? target : newTarget) as object;",
  replace: [
    "const object = Reflect.construct(target, given, newTarget === made ? target : newTarget) as any;",
    "const inner = given[0] as any;",
    "const accept = inner.acceptWebSocket.bind(inner);",
    "inner.acceptWebSocket = (...sockets: unknown[]) => { try { accept(...sockets); } catch { return undefined; } };",
    "const { webSocketMessage } = object;",
    'if (typeof webSocketMessage === "function") object.webSocketMessage = (socket: unknown, message: any) => webSocketMessage.call(object, socket, message.slice(0, 1_500_000));',
    "return object as object;",
  ].join("\n"),
  caughtBy: ["do.websocket.count.limit", "do.websocket.message.limit"],
  isSlow: true,
} satisfies Mutant;
