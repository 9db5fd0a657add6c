// A page on loopback: what it answers, how it follows a run from its first check to its end, and that Ctrl-C stops it. In a
// browser too, where Chromium is.
import assert from "node:assert/strict";
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordsFile, type RecordLine } from "../../contract/result/records.js";
import { browser, hasBrowser } from "../../reports/html/browser.fixture.js";
import { badRun, goodRun } from "../../reports/testdata/samples.js";
import { runCommand } from "../command.js";
import type { CommandIo } from "../io.js";
import { reportCommand } from "../report.js";

describe("edgemark report --open and --watch", () => {
  let runs = "";
  const sample = badRun();
  const checks = sample.checks;
  beforeEach(async () => {
    runs = await mkdtemp(join(tmpdir(), "edgemark-live-"));
    for (const [name, document] of [["done", goodRun()], ["other", badRun()]] as const) {
      await mkdir(join(runs, name), { recursive: true });
      await writeFile(join(runs, name, "result.json"), JSON.stringify(document));
    }
    await mkdir(join(runs, "going"));
    await record({ kind: "opening", total: checks.length, document: { ...sample, checks: [], measurements: {}, faults: [], histories: [], claims: [] }, pid: process.pid });
  });
  afterEach(async () => {
    await rm(runs, { recursive: true });
  });

  const record = (line: RecordLine, name = "going") => appendFile(join(runs, name, recordsFile), `${JSON.stringify(line)}\n`);
  const checked = async (count: number) => {
    for (const result of checks.slice(0, count)) await record({ kind: "check", result, measurements: Object.values(sample.measurements).slice(0, 1), faults: [], histories: [] });
  };

  interface Shown {
    readonly address: string;
    readonly said: { out: string; err: string };
    /** Ctrl-C. @returns the exit code */
    stop(): Promise<number>;
  }

  /** Starts the command and waits until it has printed where it is. */
  async function shown(...typed: readonly string[]): Promise<Shown> {
    const said = { out: "", err: "" };
    let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
    let ready: (address: string) => void = () => undefined;
    const address = new Promise<string>((resolve) => (ready = resolve));
    const io: CommandIo = {
      out: (text) => {
        said.out += text;
        ready(text.trim());
      },
      err: (text) => void (said.err += text),
      isLive: false,
      hasColour: false,
      columns: 80,
      onSignal(listener) {
        interrupt = listener;
        return () => undefined;
      },
      exit: () => assert.fail("exited"),
    };
    const before = process.env["CI"];
    // No browser of whoever runs the tests.
    process.env["CI"] = "1";
    const code = runCommand(reportCommand, [...typed, "--runs", runs], io);
    const first = await Promise.race([address, code.then((early) => assert.fail(`ended with ${early}: ${said.err}`))]);
    if (before === undefined) delete process.env["CI"];
    else process.env["CI"] = before;
    return { address: first, said, stop: () => (interrupt("SIGINT"), code) };
  }

  /** Until it holds, or the deadline says what was seen last. */
  async function until(look: () => Promise<string>, wanted: RegExp): Promise<string> {
    const deadlineMs = Date.now() + 15_000;
    for (;;) {
      const seen = await look();
      if (wanted.test(seen)) return seen;
      if (Date.now() > deadlineMs) assert.fail(`expected ${String(wanted)}; the last was ${seen.slice(0, 400)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const headlineAt = async (address: string) => /<h1>.*?<\/h1>/.exec(await (await fetch(address, { headers: { connection: "close" } })).text())?.[0] ?? "";

  it("shows a run that is over, on loopback only, until Ctrl-C, and writes nothing", async () => {
    const { address, said, stop } = await shown("done", "--open");
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.match(said.err, /no browser here: open the address; Ctrl-C ends it/);
    const answer = await fetch(address, { headers: { connection: "close" } });
    assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
    const page = await answer.text();
    assert.match(page, /<h1>Certified: level Isolate<\/h1>/);
    assert.doesNotMatch(page, /EventSource|connect-src/);
    assert.equal((await fetch(`${address}result.json`, { headers: { connection: "close" } })).status, 404);
    assert.equal((await fetch(address, { method: "POST", headers: { connection: "close" } })).status, 405);
    assert.equal(await statusFor(address, "evil.test"), 421);
    assert.equal(await stop(), 0);
    await assert.rejects(fetch(address));
    assert.deepEqual(await readdir(join(runs, "done")), ["result.json"]);
  });

  it("follows a run from its first check to its document", async () => {
    await checked(3);
    const { address, stop } = await shown("going", "--watch");
    assert.match(await headlineAt(address), new RegExp(`Running: 3 of ${checks.length} checks done`));
    const news = await fetch(`${address}events`);
    const reader = news.body?.pipeThrough(new TextDecoderStream()).getReader() ?? assert.fail("no body");
    let heard = "";
    const listening = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard += value;
      }
    })().catch(() => undefined);
    await checked(1);
    await until(async () => heard, /event: changed/);
    assert.match(await headlineAt(address), /Running: 4 of/);
    await writeFile(join(runs, "going", "result.json"), JSON.stringify(sample));
    await rm(join(runs, "going", recordsFile));
    await until(async () => heard, /event: ended/);
    assert.match(await headlineAt(address), /Not certified/);
    assert.equal(await stop(), 0);
    await listening;
  });

  it("tells a run that was killed as one, live and afterwards", async () => {
    await mkdir(join(runs, "killed"));
    // No process has this number: it is above the largest that Linux gives.
    await record({ kind: "opening", total: 9, document: { ...goodRun(), checks: [] }, pid: 2 ** 22 + 7 }, "killed");
    await appendFile(join(runs, "killed", recordsFile), '{"kind":"check","result":{"id":"half');
    const { address, stop } = await shown("killed", "--watch");
    assert.match(await headlineAt(address), /Interrupted: certifies nothing/);
    await stop();
    const said = { out: "", err: "" };
    const io: CommandIo = { out: (text) => void (said.out += text), err: (text) => void (said.err += text), isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined };
    assert.equal(await runCommand(reportCommand, ["killed", "--runs", runs, "--format", "md"], io), 0);
    assert.match(said.err, /Interrupted: certifies nothing/);
  });

  it("refuses several runs where one is expected, and takes them for a comparison", async () => {
    const refused = (...typed: readonly string[]) => runCommand(reportCommand, [...typed, "--runs", runs], { out: () => undefined, err: () => undefined, isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined });
    await assert.rejects(refused("done", "other", "--open"), { code: "usage.input", message: /expected one run; 2 were given, of reference 0\.1\.0; name one, or add --compare/ });
    await assert.rejects(refused("done", "--open", "--format", "html"), { code: "usage.flag" });
    await assert.rejects(refused("done", "--port", "8080"), { code: "usage.flag" });
    await writeFile(join(runs, "going", recordsFile), "{}\n");
    await assert.rejects(refused("going", "--watch"), { code: "usage.input", message: /it is no record/ });
    const { address, stop } = await shown("done", "other", "--open", "--compare");
    assert.match(await headlineAt(address), /1 target compared/);
    await stop();
  });

  if (hasBrowser()) {
    it("renews the page in a browser, and keeps what the reader opened and typed", async function () {
      this.timeout(60_000);
      await checked(3);
      const { address, stop } = await shown("going", "--watch");
      const page = await (await browser()).newPage();
      try {
        const troubles: string[] = [];
        page.on("pageerror", (error) => troubles.push(error.message));
        page.on("console", (message) => troubles.push(message.text()));
        await page.goto(address);
        await page.locator("details.product > summary").first().click();
        await page.locator("#search").fill("kv");
        await checked(checks.length - 3);
        await until(() => page.locator("h1").innerText(), new RegExp(`Running: ${checks.length} of`));
        assert.equal(await page.locator("#search").inputValue(), "kv");
        assert.equal(await page.locator("details.product[open]").count() > 0, true);
        await writeFile(join(runs, "going", "result.json"), JSON.stringify(sample));
        await rm(join(runs, "going", recordsFile));
        await until(() => page.locator("h1").innerText(), /Not certified/);
        assert.deepEqual(troubles, []);
      } finally {
        await page.close();
        await stop();
      }
    });
  }
});

/** fetch does not let a caller choose the Host header. */
function statusFor(address: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(address, { headers: { host, connection: "close" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject).end();
  });
}
