// The calibration server on real sockets: a process of its own, so that it shares no event loop with the driver it
// calibrates. Answers by its model, tells how late it was itself, and ends with its stdin.
//   node server.js '{"kind":"constant","latencyMs":100}'
import { createServer, type Socket } from "node:net";
import { openClock } from "../open-loop/clock.js";
import { LatencyHistogram } from "../open-loop/histogram.js";
import { answersOf, type ServerModel } from "./server-model.js";

const answer = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello\n");
// Our own start-server.ts writes the argument.
const answersAfter = answersOf(JSON.parse(process.argv[2] ?? "") as ServerModel);
const clock = await openClock();
const late = new LatencyHistogram();
const beganMs = clock.nowMs();
const sockets = new Set<Socket>();

interface Due {
  readonly atMs: number;
  readonly socket: Socket;
}
/** Answers that are due, the soonest first. */
const due: Due[] = [];

function arrived(socket: Socket): void {
  const nowMs = clock.nowMs();
  const afterMs = answersAfter(nowMs - beganMs);
  if (afterMs === Infinity) return;
  if (afterMs === 0) return answered({ atMs: nowMs, socket });
  const atMs = nowMs + afterMs;
  // Almost always the last: looked for from the end.
  let place = due.length;
  while (place > 0 && (due[place - 1]?.atMs ?? 0) > atMs) place--;
  due.splice(place, 0, { atMs, socket });
  if (place === 0) clock.wakeAt(atMs, wake);
}

function wake(): void {
  const nowMs = clock.nowMs();
  let count = 0;
  for (let first = due[count]; first !== undefined && first.atMs <= nowMs; first = due[count]) {
    answered(first);
    count++;
  }
  due.splice(0, count);
  const [next] = due;
  if (next !== undefined) clock.wakeAt(next.atMs, wake);
}

function answered({ atMs, socket }: Due): void {
  late.recordMs(clock.nowMs() - atMs);
  if (socket.writable) socket.write(answer);
}

const server = createServer({ noDelay: true }, (socket) => {
  sockets.add(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => sockets.delete(socket));
  socket.on("data", (bytes: Buffer) => {
    // A request without a body ends with its head; several may come at once.
    for (let at = bytes.indexOf("\r\n\r\n"); at !== -1; at = bytes.indexOf("\r\n\r\n", at + 4)) arrived(socket);
  });
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === "object" ? address?.port : undefined })}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => {
  const text = JSON.stringify({ answers: late.n, lateP99Ms: late.n === 0 ? 0 : late.percentileMs(99) });
  process.stdout.write(`${text}\n`, () => process.exit(0));
});
