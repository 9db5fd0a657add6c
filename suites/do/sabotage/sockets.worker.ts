// Defects of WebSockets at objects, and of their rest.
import { patch, type PlantedSabotage } from "./defect.worker.js";

const everywhere: unknown[] = [];
const nothing = (): undefined => undefined;

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "socket-loses-tags",
    what: "Tags of a WebSocket are forgotten.",
    caughtBy: ["do.websocket.list", "do.websocket.tags", "do.websocket.broadcast", "do.websocket.tags.limit", "do.websocket.tag.limit"],
    defect: { state: (ctx) => patch(ctx, "acceptWebSocket", (original, given) => original(given[0])) },
  },
  {
    name: "socket-list-of-all",
    what: "The list of a tag's sockets has all of them.",
    caughtBy: ["do.websocket.list", "do.websocket.broadcast"],
    defect: { state: (ctx) => patch(ctx, "getWebSockets", (original) => original()) },
  },
  {
    name: "socket-list-of-all-objects",
    what: "The sockets of all objects are in one list.",
    caughtBy: ["do.websocket.isolation"],
    defect: {
      state(ctx) {
        patch(ctx, "acceptWebSocket", (original, given) => {
          everywhere.push(given[0]);
          return original(...given);
        });
        patch(ctx, "getWebSockets", () => everywhere);
      },
    },
  },
  {
    name: "socket-loses-attachment",
    what: "Attachments are not kept.",
    caughtBy: ["do.websocket.attachment", "do.websocket.attachment.limit", "do.rest.attachment"],
    defect: { state: () => patch(new WebSocketPair()[0], "serializeAttachment", nothing) },
  },
  {
    name: "socket-without-automatic-answers",
    what: "What is to be answered automatically reaches the handler.",
    caughtBy: ["do.websocket.auto-response", "do.websocket.auto-response.pair", "do.websocket.auto-response.limit", "do.rest.auto-response"],
    defect: { state: (ctx) => patch(ctx, "setWebSocketAutoResponse", nothing) },
  },
  {
    name: "socket-timeout-without-limit",
    what: "Any timeout of events is taken, and forgotten.",
    caughtBy: ["do.websocket.event-timeout.limit"],
    defect: { state: (ctx) => patch(ctx, "setHibernatableWebSocketEventTimeout", nothing) },
  },
  {
    name: "socket-mute",
    what: "What an object sends is dropped.",
    caughtBy: ["do.websocket.text", "do.websocket.binary", "do.websocket.order", "do.websocket.greeting", "do.websocket.standard", "do.websocket.message.large", "do.websocket.many", "do.websocket.handler-error"],
    defect: { state: () => patch(new WebSocketPair()[0], "send", nothing) },
  },
  {
    name: "socket-ends-untold",
    what: "An object is not told that a client has left, and its own close goes nowhere.",
    caughtBy: ["do.websocket.client-close", "do.websocket.lost-client", "do.websocket.object-close"],
    defect: {
      object: (object) => void Object.defineProperty(object, "webSocketClose", { value: nothing }),
      state: () => patch(new WebSocketPair()[0], "close", nothing),
      env: nothing,
    },
  },
  {
    name: "socket-accepted-anyhow",
    what: "A WebSocket can be accepted again and again.",
    caughtBy: ["do.websocket.accept.once"],
    defect: {
      state: (ctx) =>
        patch(ctx, "acceptWebSocket", (original, given) => {
          try {
            return original(...given);
          } catch {
            return undefined;
          }
        }),
    },
  },
  {
    name: "object-never-rests",
    what: "An idle object stays in memory.",
    caughtBy: ["do.rest.socket", "do.rest.attachment", "do.rest.auto-response", "do.rest.close", "do.rest.memory"],
    defect: { object: () => void setInterval(nothing, 500) },
  },
  {
    name: "object-rests-too-soon",
    what: "An object loses its memory after a while, whatever it is at.",
    caughtBy: ["do.rest.busy", "do.rest.standard", "do.rest.timer", "do.rest.event"],
    defect: { object: (_object, ctx) => void setTimeout(() => ctx.abort("too soon"), 4_000) },
  },
];
