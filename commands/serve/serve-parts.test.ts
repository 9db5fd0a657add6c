import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { EdgemarkError } from "../../contract/errors.js";
import { addressTable, assertFree } from "./addresses.js";
import { type CronClock, cronProblem, nextCronMs, scheduleCrons } from "./cron.js";
import { wordsOfRefusal } from "./deployments.js";
import { lineSplitter, shownLog } from "./logs.js";
import { readTyped } from "./typed.js";

describe("serve: cron triggers", () => {
  const at = (text: string): number => Date.parse(`${text}Z`);

  it("reads weekdays from Sunday as 1, in UTC", () => {
    // 2026-11-21 is a Saturday.
    assert.equal(nextCronMs("0 17 * * 1", at("2026-11-21T12:00:00")), at("2026-11-22T17:00:00"));
    assert.equal(nextCronMs("10 7 * * 2-6", at("2026-11-21T12:00:00")), at("2026-11-23T07:10:00"));
    assert.equal(nextCronMs("0 17 * * sun", at("2026-11-21T12:00:00")), at("2026-11-22T17:00:00"));
    assert.equal(nextCronMs("59 23 L * *", at("2026-11-21T12:00:00")), at("2026-11-30T23:59:00"));
  });

  it("refuses what is no expression", () => {
    assert.equal(cronProblem("*/5 * * * *"), undefined);
    assert.notEqual(cronProblem("* * * * * *"), undefined);
    assert.notEqual(cronProblem("61 * * * *"), undefined);
    assert.notEqual(cronProblem(""), undefined);
  });

  it("fires at each time until it is stopped, once after a sleep", () => {
    let nowMs = at("2026-11-21T12:00:30");
    const timers: { readonly dueMs: number; readonly callback: () => void }[] = [];
    const clock: CronClock = {
      nowMs: () => nowMs,
      after: (delayMs, callback) => {
        const timer = { dueMs: nowMs + delayMs, callback };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    };
    const passTo = (untilMs: number): void => {
      for (;;) {
        const next = timers.findIndex((timer) => timer.dueMs <= untilMs);
        const [timer] = next < 0 ? [] : timers.splice(next, 1);
        if (timer === undefined) break;
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.callback();
      }
      nowMs = untilMs;
    };
    const fired: string[] = [];
    const stop = scheduleCrons(["*/2 * * * *"], (cron, scheduledTimeMs) => fired.push(`${cron} ${new Date(scheduledTimeMs).toISOString().slice(11, 19)}`), clock);

    passTo(at("2026-11-21T12:04:10"));
    assert.deepEqual(fired, ["*/2 * * * * 12:02:00", "*/2 * * * * 12:04:00"]);
    nowMs = at("2026-11-21T14:00:30");
    passTo(at("2026-11-21T14:01:59"));
    assert.deepEqual(fired.slice(2), ["*/2 * * * * 12:06:00"]);
    stop();
    passTo(at("2026-11-21T16:00:00"));
    assert.equal(fired.length, 3);
  });
});

describe("serve: logs", () => {
  const plain = { isVerbose: false, hasColour: false, width: 3 };
  const log = (source: string, text: string, level = "log"): string => JSON.stringify({ popId: "fra", source, level, text });

  it("names the PoP before every line", () => {
    assert.equal(shownLog(log("worker", "one\ntwo\n"), plain), "fra | one\nfra | two\n");
    assert.equal(shownLog(log("exception", "Uncaught TypeError: no"), plain), "fra | Uncaught TypeError: no\n");
  });

  it("keeps the engine's talk for --verbose", () => {
    assert.equal(shownLog(log("engine", "kj noise"), plain), "");
    assert.equal(shownLog(log("engine", "kj noise"), { ...plain, isVerbose: true }), "fra | kj noise\n");
  });

  it("lets no client move the cursor of a terminal", () => {
    assert.equal(shownLog(log("worker", "\u001b[31mred\u001b[0m \u001b[2J\u0007"), plain), "fra | red \ufffd[2J\ufffd\n");
    assert.equal(shownLog(log("worker", "\u001b[31mred\u001b[0m"), { ...plain, hasColour: true }), "fra | \u001b[31mred\u001b[0m\n");
  });

  it("shows what is no log as it is", () => {
    assert.equal(shownLog("Error: it broke", plain), "edge | Error: it broke\n");
    assert.equal(shownLog("{not json", plain), "edge | {not json\n");
  });

  it("joins lines that came in pieces", () => {
    const lines: string[] = [];
    const split = lineSplitter((line) => lines.push(line));
    for (const piece of ["on", "e\ntw", "o\n\nthree"]) split(piece);
    assert.deepEqual(lines, ["one", "two"]);
  });

  it("tells of a refused worker only what the person can mend", () => {
    const said = "Deploy: expected it to be done; 127.0.0.1:1 answered X: the worker a was refused and the previous version keeps serving: service user:a: Uncaught Error: at start\n  at index.js:3:1\nservice user:a: The compatibility flag nodejs_compat became the default as of 2026-08-04 so does not need to be specified anymore.\nA DurableObjectNamespace in the config referenced the class \"C\", but no; correct the request or the target";
    assert.equal(wordsOfRefusal(said, "a"), "Uncaught Error: at start\n  at index.js:3:1");
  });
});

describe("serve: typed commands", () => {
  const pops = ["fra", "iad"];
  it("reads words and letters", () => {
    assert.deepEqual(readTyped(" kill FRA ", pops), { kind: "kill", popId: "fra" });
    assert.deepEqual(readTyped("k", pops), { kind: "kill", popId: undefined });
    assert.deepEqual(readTyped("pause iad", pops), { kind: "pause", popId: "iad" });
    assert.deepEqual(readTyped("r", pops), { kind: "heal", popId: undefined });
    assert.deepEqual(readTyped("l", pops), { kind: "status" });
    assert.deepEqual(readTyped("q", pops), { kind: "quit" });
    assert.deepEqual(readTyped("", pops), { kind: "nothing" });
  });
  it("says what is wrong", () => {
    for (const [line, words] of [["kill lhr", /fra, iad/], ["constructor", /is none; type help/], ["kill fra iad", /takes one PoP/], ["quit now", /takes no argument/]] as const) {
      const action = readTyped(line, pops);
      assert.ok(action.kind === "unknown" && words.test(action.words), line);
    }
  });
});

describe("serve: addresses", () => {
  it("aligns the table", () => {
    const table = addressTable({ anycast: "http://h:1", pops: [{ id: "fra", city: "Frankfurt", region: "weur", url: "http://h:2" }] });
    assert.equal(table, "  PoP      city         region  address\n  fra      Frankfurt    weur    http://h:2\n  anycast  nearest PoP          http://h:1\n");
  });

  it("names a port that is taken, and ports that are free", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await assert.rejects(assertFree({ host: "127.0.0.1", port, pops: 1 }), (error) => {
        assert.ok(error instanceof EdgemarkError && error.code === "usage.port");
        assert.match(error.message, new RegExp(`; ${port} is taken; stop what uses it, or choose others: --port \\d+$`));
        return true;
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    await assert.rejects(assertFree({ host: "192.0.2.1", port: 18_700, pops: 1 }), /192\.0\.2\.1.*choose another --host or --port/);
  });
});
