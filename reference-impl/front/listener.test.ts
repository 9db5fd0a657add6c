// A listener keeps its port over closing and opening, and takes it from where nobody else is given one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { listen } from "./listener.js";
import { quietPorts } from "./ports.js";

const ephemeralStart = Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);

describe("a listener", () => {
  it("has the same port when it opens again, outside of what the kernel gives to others", async () => {
    const listener = await listen({ host: "127.0.0.1", port: 0, choose: () => undefined });
    const { port } = listener;

    await listener.shut();
    await listener.open();

    assert.equal(listener.port, port);
    assert.ok(port < ephemeralStart, `${port} is below ${ephemeralStart}`);
    await listener.shut();
  });

  it("refuses a port that is taken", async () => {
    const first = await listen({ host: "127.0.0.1", port: 0, choose: () => undefined });

    await assert.rejects(listen({ host: "127.0.0.1", port: first.port, choose: () => undefined }), /EADDRINUSE/);
    await first.shut();
  });

  it("tries every port of its range once, from a place of its own", () => {
    const mine = [...quietPorts(4711)];

    assert.equal(new Set(mine).size, mine.length);
    assert.notEqual(mine[0], quietPorts(4712).next().value);
  });
});
