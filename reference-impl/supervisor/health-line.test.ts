// The kept connection for health probes, against a server that answers as told.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { HealthLine } from "./health-line.js";

const fine = "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n";

describe("supervisor/health-line", () => {
  let server: Server;
  let sockets: Socket[];
  let questions: number;
  let answer: (socket: Socket) => void;
  let line: HealthLine;

  beforeEach(async () => {
    sockets = [];
    questions = 0;
    answer = (socket) => void socket.write(fine);
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.on("data", () => {
        questions++;
        answer(socket);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    line = new HealthLine((server.address() as AddressInfo).port);
  });

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it("asks again and again on one connection", async () => {
    for (let count = 0; count < 5; count++) assert.equal(await line.ask(), true);

    assert.deepEqual([questions, sockets.length], [5, 1]);
  });

  it("takes an answer that comes in pieces, and any but the right one for illness", async () => {
    answer = (socket) => {
      socket.write(fine.slice(0, 20));
      setImmediate(() => socket.write(fine.slice(20)));
    };
    assert.equal(await line.ask(), true);

    answer = (socket) => void socket.write("HTTP/1.1 500 Internal Server Error\r\n\r\n");
    assert.equal(await line.ask(), false);
  });

  it("asks once however many wait, and all hear the answer", async () => {
    const asked = new Promise<Socket>((resolve) => (answer = resolve));
    const all = [line.ask(), line.ask(), line.ask()];
    (await asked).write(fine);

    assert.deepEqual(await Promise.all(all), [true, true, true]);
    assert.equal(questions, 1);
  });

  it("asks anew when a kept connection is closed instead of answered", async () => {
    assert.equal(await line.ask(), true);
    answer = (socket) => {
      answer = (next) => void next.write(fine);
      socket.destroy();
    };

    assert.equal(await line.ask(), true);
    assert.equal(sockets.length, 2);
  });

  it("takes one that cannot be reached, or hangs up at once, for ill", async () => {
    answer = (socket) => void socket.destroy();
    assert.equal(await line.ask(), false);

    server.close();
    await once(server, "close");
    assert.equal(await line.ask(), false);
  });
});
