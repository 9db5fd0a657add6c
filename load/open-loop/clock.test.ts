// The clock on real time, without a claim about how exact it is: that is what calibrate measures on the machine it runs on.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { openClock, type OpenedClock } from "./clock.js";

/** Alarms one after the other, so far apart. @returns how late each was, ms */
function alarmsOf(clock: OpenedClock, gapMs: number, count: number): Promise<number[]> {
  return new Promise((resolve) => {
    const late: number[] = [];
    const begunMs = clock.nowMs();
    const next = (): void => {
      const atMs = begunMs + (late.length + 1) * gapMs;
      clock.wakeAt(atMs, () => {
        late.push(clock.nowMs() - atMs);
        if (late.length < count) next();
        else resolve(late);
      });
    };
    next();
  });
}

describe("the clock of the open loop", () => {
  let clock: OpenedClock;
  beforeEach(async () => void (clock = await openClock()));
  afterEach(() => clock.close());

  for (const [pace, gapMs, count] of [["seldom", 3, 50], ["thousands a second", 0.2, 1_000]] as const) {
    it(`wakes at every time that is asked for and never before it: ${pace}`, async () => {
      const late = await alarmsOf(clock, gapMs, count);
      assert.equal(late.length, count);
      assert.deepEqual(late.filter((ms) => ms < 0), []);
    });
  }

  it("forgets a time for which another was set, and wakes for none that has no end", async () => {
    const woken: string[] = [];
    clock.wakeAt(clock.nowMs() + 1, () => woken.push("replaced"));
    await new Promise<void>((resolve) => clock.wakeAt(clock.nowMs() + 5, resolve));
    clock.wakeAt(clock.nowMs() + 1, () => woken.push("silenced"));
    clock.wakeAt(Infinity, () => woken.push("never"));
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(woken, []);
  });

  it("leaves room at thousands a second: what comes in is read between two alarms, and the processor is not taken whole", async () => {
    let read = 0;
    const echo = createServer((socket) => void socket.on("error", () => undefined).pipe(socket)).listen(0, "127.0.0.1");
    await once(echo, "listening");
    const client = connect((echo.address() as AddressInfo).port, "127.0.0.1");
    client.on("data", (bytes) => {
      read++;
      client.write(bytes);
    });
    try {
      await once(client, "connect");
      client.write("a");
      await alarmsOf(clock, 0.2, 1_000);
      assert.ok(read > 50, `${read} answers were read beside 1000 alarms`);
    } finally {
      client.destroy();
      echo.close();
    }
    // Without anything to read. A busy machine only makes the share smaller.
    const [before, beganMs] = [process.cpuUsage(), performance.now()];
    await alarmsOf(clock, 0.2, 2_500);
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1_000 / (performance.now() - beganMs);
    assert.ok(share < 0.9, `naps were expected; ${(share * 100).toFixed(0)} % of a processor was used`);
  });
});
