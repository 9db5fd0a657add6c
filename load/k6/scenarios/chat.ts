// A user enters a chat room, a Durable Object, over a WebSocket, says some things and hears each of them come back.
import { check } from "k6";
import { Trend } from "k6/metrics";
import { WebSocket } from "k6/websockets";
import { popOf } from "./site.js";

const messages = 5;
const patienceMs = 10_000;
const roundTrip = new Trend("chat_round_trip", true);

/** One visit of a room; rooms are small. */
export function chat(): void {
  const pop = popOf(__VU);
  const room = `room-${__VU % 10}`;
  const me = `${__VU}-${__ITER}-`;
  const socket = new WebSocket(`${pop.url.replace(/^http/, "ws")}/chat?room=${room}`, null, { headers: { Host: pop.host }, tags: { name: "chat", pop: pop.popId } });
  let heard = 0;
  let sentMs = 0;
  const say = (): void => {
    sentMs = Date.now();
    socket.send(`${me}${heard}`);
  };
  const patience = setTimeout(() => socket.close(), patienceMs);
  socket.addEventListener("open", say);
  socket.addEventListener("message", (event) => {
    if (!("data" in event) || event.data !== `${me}${heard}`) return;
    roundTrip.add(Date.now() - sentMs, { pop: pop.popId });
    heard++;
    if (heard < messages) say();
    else socket.close();
  });
  socket.addEventListener("close", () => {
    clearTimeout(patience);
    check(heard, { "every message comes back": (count) => count === messages });
  });
}
