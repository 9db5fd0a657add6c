// Adapters that start well, badly or not at all, as small Node programs.
import assert from "node:assert/strict";
import { EdgemarkError } from "../errors.js";
import { type StartedAdapter, readHandshake, startAdapter } from "./process.js";

const hello = `console.log('{"edgemark":1,"target":"127.0.0.1:50123"}');`;
const untilStdinEnds = `process.stdin.resume().on("end", () => process.exit(0));`;

const start = (program: string, deadlineMs = 10_000): Promise<StartedAdapter> => startAdapter(process.execPath, ["-e", program], { deadlineMs });

async function assertFails(starting: Promise<StartedAdapter>, ...words: string[]): Promise<void> {
  await assert.rejects(starting, (error: unknown) => {
    assert.ok(error instanceof EdgemarkError, String(error));
    assert.equal(error.code, "target.start");
    for (const word of words) assert.ok(error.message.includes(word), `${word} is missing in: ${error.message}`);
    return true;
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("contract/target/process", function () {
  this.timeout(30_000);

  it("reads the handshake, ignores later output and ends an adapter by closing its stdin", async () => {
    const adapter = await start(`${hello} console.log("noise".repeat(100000)); console.error("log line"); ${untilStdinEnds}`);

    const [report, again] = await Promise.all([adapter.stop(), adapter.stop()]);

    assert.equal(adapter.address, "127.0.0.1:50123");
    assert.deepEqual(report, { by: "stdin", leftProcesses: false });
    assert.equal(again, report);
    assert.deepEqual(await adapter.exited, { code: 0, signal: null });
    assert.equal(isAlive(adapter.pid), false);
  });

  it("tells an exit, with the end of stderr", async () => {
    await assertFails(start(`console.error("no licence key"); process.exit(3)`), "exit code 3", "no licence key");
  });

  it("tells silence", async () => {
    await assertFails(start(`process.stdout.write("{"); ${untilStdinEnds}`, 300), "nothing came within 300 ms", "stderr is empty");
  });

  it("tells rubbish", async () => {
    await assertFails(start(`console.log("listening on 8080"); ${untilStdinEnds}`), '"listening on 8080"', "not JSON");
    await assertFails(start(`console.log('{"edgemark":2,"target":"a:1"}'); ${untilStdinEnds}`), "protocol 2");
    await assertFails(start(`console.log("x".repeat(100000)); ${untilStdinEnds}`), "longer than 4096 bytes");
  });

  it("tells a program that does not exist", async () => {
    await assertFails(startAdapter("/nonexistent/adapter", [], { deadlineMs: 1_000 }), "ENOENT", "correct the path");
  });

  it("ends what an adapter leaves behind, and says so", async () => {
    const child = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e3)"], { stdio: "ignore" })`;
    const adapter = await start(`const child = ${child}; console.error(child.pid); ${hello} ${untilStdinEnds}`);

    const report = await adapter.stop();

    assert.deepEqual(report, { by: "stdin", leftProcesses: true });
    assert.match(adapter.stderrTail(), /^\d+\n$/);
  });

  it("knows handshake lines", () => {
    assert.deepEqual(readHandshake('{"edgemark":1,"target":"[::1]:5","more":true}'), { address: "[::1]:5" });
    for (const bad of ["", "1", "null", "{}", '{"edgemark":1}', '{"edgemark":1,"target":"nowhere"}', '{"edgemark":"1","target":"a:1"}']) {
      assert.ok("problem" in readHandshake(bad), bad);
    }
  });
});
