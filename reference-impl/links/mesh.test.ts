// Relays between PoPs: real connections on the loopback address, with and without faults on their paths.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { openMesh, type Mesh, probeMs } from "./mesh.js";

const key = "k".repeat(32);

describe("the links between PoPs", () => {
  const opened: Socket[] = [];
  let server: Server;
  let mesh: Mesh;
  /** Of a process of PoP 1. */
  let address: string;
  let received: Buffer[];

  beforeEach(async () => {
    received = [];
    server = createServer({ allowHalfOpen: true }, (socket) => {
      opened.push(socket);
      socket.on("error", () => undefined);
      // Echoes, and answers a request as a web server would.
      socket.on("data", (bytes) => {
        received.push(bytes);
        socket.write(bytes.toString("latin1").startsWith("GET ") ? "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" : bytes);
      });
      socket.on("end", () => socket.end());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    mesh = openMesh(key, () => 0);
    mesh.serve(1, "127.0.0.1");
  });

  afterEach(() => {
    mesh.close();
    for (const socket of opened.splice(0)) socket.destroy();
    server.close();
  });

  async function dial(to: string): Promise<Socket> {
    const [host = "", port = ""] = to.split(":");
    const socket = connect({ host, port: Number(port) });
    opened.push(socket);
    await once(socket, "connect");
    return socket;
  }

  async function echo(socket: Socket, text: string): Promise<string> {
    const back = new Promise<string>((resolve, reject) => {
      let seen = "";
      socket.on("error", reject);
      socket.on("data", (bytes) => {
        seen += bytes.toString("latin1");
        if (seen.length >= text.length) resolve(seen);
      });
    });
    socket.write(text, "latin1");
    return back;
  }

  const hello = "hello\r\n\r\n";

  it("leave processes of the same PoP, and those that nobody has announced, as they are", async () => {
    assert.deepEqual([await mesh.addressFor(1, address), await mesh.addressFor(0, "127.9.9.9:80")], [address, "127.9.9.9:80"]);
  });

  it("give each reader one relay for each process, and carry bytes both ways", async () => {
    const [one, again, other] = [await mesh.addressFor(0, address), await mesh.addressFor(0, address), await mesh.addressFor(2, address)];

    assert.equal(one, again);
    assert.equal(new Set([one, other, address]).size, 3);
    assert.equal(await echo(await dial(one), hello), hello);
  });

  it("sign what was signed for the relay for the process behind it, and nothing else", async () => {
    const relay = await mesh.addressFor(0, address);
    const head = `POST / HTTP/1.1\r\ncf-cluster-auth: 123.nonce.${"0".repeat(64)}\r\n\r\nrest`;

    await echo(await dial(relay), head);

    const mac = createHmac("sha256", key).update(["workerd cluster connect v1", address, "123", "nonce"].join("\n")).digest("hex");
    assert.equal(Buffer.concat(received).toString("latin1"), head.replace("0".repeat(64), mac));
  });

  it("hand a head on that comes in pieces", async () => {
    const socket = await dial(await mesh.addressFor(0, address));
    socket.write("hel");
    await new Promise((resolve) => setImmediate(resolve));

    assert.equal(await echo(socket, "lo\r\n\r\n").then(() => Buffer.concat(received).toString()), hello);
  });

  it("are silent while a path is held, in either direction, and go on where they were", async () => {
    for (const [from, to] of [[0, 1], [1, 0]] as const) {
      const socket = await dial(await mesh.addressFor(0, address));
      const end = mesh.path(from, to).add({ holds: true });
      let isBack = false;
      const back = echo(socket, hello).finally(() => (isBack = true));

      assert.equal(await mesh.probeMs(0, address, 60), undefined, "a probe over the link gets no answer");
      assert.equal(isBack, false);
      end();

      assert.equal(await back, hello);
    }
  });

  it("are as late as their paths, both ways", async () => {
    mesh.path(0, 1).add({ delayMs: 30.5 });
    mesh.path(1, 0).add({ delayMs: 20.25 });

    const tookMs = await mesh.probeMs(0, address, 5_000.5);

    assert.ok(tookMs !== undefined && tookMs >= 50, `${tookMs} ms`);
  });

  it("are clear for others when one pair is held", async () => {
    mesh.path(0, 1).add({ holds: true });

    assert.notEqual(await mesh.probeMs(2, address, 5_000), undefined);
  });

  it("reset the connections of a PoP, and count them", async () => {
    const socket = await dial(await mesh.addressFor(0, address));
    await echo(socket, hello);
    const broken = new Promise<void>((resolve) => socket.once("close", () => resolve()));

    assert.deepEqual([mesh.reset(2), mesh.reset(0)], [0, 1]);

    await broken;
  });

  it("end with their process, and do not come back by themselves", async () => {
    const relay = await mesh.addressFor(0, address);
    const socket = await dial(relay);
    await echo(socket, hello);
    const broken = new Promise<void>((resolve) => socket.once("close", () => resolve()));

    mesh.forget("127.0.0.1");
    await broken;

    assert.equal(await probeMs(relay, 1_000), undefined);
    assert.equal(await mesh.addressFor(0, address), address, "nobody has announced it now");
  });
});
