// The stable address before a worker's process: it switches, drains, and waits for a process that is started again.
import assert from "node:assert/strict";
import { type Server, createServer, request } from "node:http";
import { connect } from "node:net";
import { openFront } from "./front.js";

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function saying(text: string, port = 0): Promise<Server> {
  const server = createServer((_request, response) => void response.end(text));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function ask(port: number, path = "/"): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", path, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => void (body += text)).on("end", () => resolve(body)).on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}

describe("targets/kit/front", () => {
  it("switches to another process and keeps its address", async () => {
    const [one, two] = await Promise.all([saying("one"), saying("two")]);
    const front = await openFront(portOf(one));

    const before = await ask(front.port);
    await front.switchTo(portOf(two));
    const after = await ask(front.port);

    assert.deepEqual([before, after], ["one", "two"]);
    await Promise.all([front.close(), closed(one), closed(two)]);
    await assert.rejects(ask(front.port), /ECONNREFUSED/);
  });

  it("lets an answer that is owed come before it ends the connection", async () => {
    let release: () => void = () => undefined;
    let arrive: () => void = () => undefined;
    const hasArrived = new Promise<void>((resolve) => (arrive = resolve));
    const slow = createServer((_request, response) => {
      release = () => void response.end("late");
      arrive();
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const two = await saying("two");
    const front = await openFront(portOf(slow));

    const answer = ask(front.port);
    await hasArrived;
    const switched = front.switchTo(portOf(two));
    release();

    assert.equal(await answer, "late");
    await switched;
    await Promise.all([front.close(), closed(slow), closed(two)]);
  });

  it("keeps a connection that waited for the next process when the last one's are ended", async () => {
    const one = await saying("one");
    const front = await openFront(portOf(one));
    await closed(one);
    const client = connect({ port: front.port, host: "127.0.0.1" });
    let received = "";
    const ended = new Promise<void>((resolve) => client.setEncoding("latin1").on("data", (text: string) => void (received += text)).on("error", () => resolve()).on("close", () => resolve()));
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    // The front accepts in the same event loop, within a turn of it.
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));

    const two = await saying("two");
    await front.switchTo(portOf(two));
    client.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await ended;

    assert.match(received, /^HTTP\/1\.1 200 [^]*two/);
    await Promise.all([front.close(), closed(two)]);
  });

  it("holds a connection while the process is started again", async () => {
    const one = await saying("one");
    const front = await openFront(portOf(one));
    await closed(one);

    const answer = ask(front.port);
    const two = await saying("two");
    await front.switchTo(portOf(two));

    assert.equal(await answer, "two");
    await Promise.all([front.close(), closed(two)]);
  });
});
