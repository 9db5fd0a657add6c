// certify from settings to exit code, with made-up suites and a stub target: what is written, printed and returned.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgemarkError } from "../contract/errors.js";
import type { KnownFailure } from "../contract/target/known.js";
import type { Check, Suite } from "../suites/check.js";
import { startStub } from "../suites/runner/stub.fixture.js";
import { runCertify, type RunParts } from "./certify.js";
import { settingsOf } from "./certify-options.js";
import type { CommandIo } from "./io.js";
import { runKeygen } from "./keygen.js";

const passing: Check = { id: "made.pass", promise: "passes", level: "isolate", run: async () => undefined };
const failing: Check = { id: "made.fail", promise: "fails", level: "isolate", run: async () => assert.equal(1, 2) };
const hanging: Check = { id: "made.hang", promise: "hangs", level: "isolate", run: () => new Promise(() => undefined) };

interface Called {
  readonly code: number | undefined;
  readonly thrown: unknown;
  readonly out: string;
  readonly err: string;
  readonly runs: readonly string[];
  readonly closed: number;
  readonly exits: readonly number[];
  document(): Promise<Record<string, unknown> & { run: { interrupted?: string; id: string; partial?: string }; verdict: string; checks: unknown[] }>;
}

interface Call {
  readonly given?: Readonly<Record<string, unknown>>;
  readonly checks?: readonly Check[];
  /** Instead of the one made-up suite with `checks`. */
  readonly suites?: readonly Suite[];
  readonly known?: readonly KnownFailure[];
  /** Gets a function that sends a signal. */
  readonly openSession?: (interrupt: () => void) => ReturnType<RunParts["openSession"]>;
  readonly writeReports?: RunParts["writeReports"];
  /** Gets the same when the target is up. */
  readonly onStart?: (interrupt: () => void) => void;
}

const folders: string[] = [];

async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

function objectIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  assert.ok(typeof value === "object" && value !== null);
  return { ...value };
}

async function called(verb: "certify" | "run", call: Call = {}): Promise<Called> {
  const out = await mkdtemp(join(tmpdir(), "edgemark-certify-"));
  folders.push(out);
  const stub = await startStub();
  const said = { out: "", err: "", closed: 0 };
  const exits: number[] = [];
  let listener: (signal: NodeJS.Signals) => void = () => assert.fail("nobody listens");
  const io: CommandIo = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isLive: false,
    hasColour: false,
    columns: 80,
    onSignal(given) {
      listener = given;
      return () => undefined;
    },
    exit: (code) => exits.push(code),
  };
  const suite: Suite = { id: "made", title: "Made up", checks: call.checks ?? [passing] };
  const parts: RunParts = {
    suites: call.suites ?? [suite],
    loadClaims: async () => [],
    openSession: async () => {
      const interrupt = (): void => listener("SIGINT");
      if (call.openSession !== undefined) return call.openSession(interrupt);
      call.onStart?.(interrupt);
      return { verbs: stub.verbs, description: stub.description, address: "stub", known: call.known ?? [], close: async () => void said.closed++ };
    },
    writeReports: call.writeReports ?? (async () => []),
    summary: async (document) => `summary: ${document.verdict}`,
  };
  const settings = settingsOf({ target: "stub", out, ...call.given }, () => 0.5);
  let code: number | undefined;
  let thrown: unknown;
  try {
    code = await runCertify(verb, settings, parts, io);
  } catch (error) {
    thrown = error;
  } finally {
    await stub.close();
  }
  const runs = await readdir(out);
  const document: Called["document"] = async () => JSON.parse(await readFile(join(out, runs[0] ?? "", "result.json"), "utf8")) as Awaited<ReturnType<Called["document"]>>;
  return { code, thrown, ...said, runs, exits, document };
}

describe("certify", () => {
  after(removeFolders);

  it("ends with 0 when all holds, with a document in a folder of its own", async () => {
    const { code, out, runs, closed, document } = await called("certify");

    assert.equal(code, 0);
    assert.equal(out, "summary: pass\n");
    assert.match(runs[0] ?? "", /^\d{8}T\d{6}Z-stub-2147483648$/);
    assert.equal((await document()).run.id, runs[0]);
    assert.equal((await document()).run.partial, undefined);
    assert.equal(closed, 1);
  });

  it("ends with 1 when a check fails, which it tells with its replay line", async () => {
    const { code, err } = await called("certify", { checks: [failing, passing] });

    assert.equal(code, 1);
    assert.match(err, /fail made\.fail: 2 expected; 1 came\n {5}edgemark run --target stub --seed 2147483648 --only made\.fail\n/);
    assert.match(err, /made: 2 of 2 checks done, 1 failed/);
  });

  it("ends with 1 when a known failure passes, and with 0 when it fails as known", async () => {
    const entry = { kind: "failing", version: "*", observed: "1", reason: "because" } as const;

    assert.equal((await called("certify", { known: [{ ...entry, check: "made.pass" }] })).code, 1);
    assert.equal((await called("certify", { checks: [failing, passing], known: [{ ...entry, check: "made.fail" }] })).code, 0);
  });

  it("ends with 3 when the harness itself is wrong, and with 4 when nothing can be said", async () => {
    const wrong: Check = { ...passing, id: "made.wrong", run: () => Promise.reject(new TypeError("bug")) };
    const flaky = { check: "made.pass", kind: "flaky", version: "*", observed: "", reason: "noise" } as const;

    assert.equal((await called("certify", { checks: [wrong] })).code, 3);
    assert.equal((await called("certify", { known: [flaky] })).code, 4);
    assert.equal((await called("certify", { checks: [{ ...passing, needs: ["kv"] }] })).code, 4);
  });

  it("prints exactly one object with --json", async () => {
    const { out } = await called("certify", { given: { json: true }, checks: [passing, failing] });

    const summary: unknown = JSON.parse(out);
    assert.ok(typeof summary === "object" && summary !== null);
    assert.deepEqual(Object.keys(summary), ["verdict", "level", "counts", "claims", "durationMs", "document"]);
    assert.equal(out.split("\n").length, 2);
  });

  it("signs a run that reaches a level, and leaves the exit code of one that does not", async () => {
    const sign = join(await mkdtemp(join(tmpdir(), "edgemark-key-")), "key.pem");
    folders.push(join(sign, ".."));
    runKeygen(sign, false, { out: () => undefined });
    const workers: Suite = { id: "workers", title: "Workers", checks: [{ ...passing, id: "workers.pass" }] };

    const held = await called("certify", { given: { sign, json: true }, suites: [workers] });
    const none = await called("certify", { given: { sign, json: true } });

    const path = String(objectIn(held.out)["certificate"]);
    assert.deepEqual([held.code, objectIn(held.out)["level"]], [0, "isolate"]);
    assert.deepEqual(Object.keys(objectIn(await readFile(path, "utf8"))), ["payload", "payloadType", "signatures"]);
    assert.deepEqual([none.code, objectIn(none.out)["certificate"]], [0, null]);
    assert.match(none.err, /no certificate: the run reached no level\n/);
  });

  it("tells a target that does not start, and leaves no folder", async () => {
    const refuse = () => Promise.reject(new EdgemarkError("target.start", "expected a handshake; rubbish came"));

    const { thrown, runs, out } = await called("certify", { openSession: refuse, given: { json: true } });

    assert.ok(thrown instanceof EdgemarkError && thrown.exitCode === 3);
    assert.deepEqual(runs, []);
    assert.deepEqual(objectIn(out)["error"], { code: "target.start", message: "expected a handshake; rubbish came" });
  });

  it("keeps the document when a report cannot be written", async () => {
    const { thrown, document, closed } = await called("certify", { writeReports: () => Promise.reject(new EdgemarkError("usage.output", "no")) });

    assert.ok(thrown instanceof EdgemarkError);
    assert.equal((await document()).verdict, "pass");
    assert.equal(closed, 1);
  });

  it("finds out that its folder cannot be written before anything starts", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "edgemark-file-")), "file");
    await writeFile(file, "");
    const { thrown } = await called("certify", { given: { out: join(file, "runs") }, openSession: () => assert.fail("started") });

    assert.ok(thrown instanceof EdgemarkError && thrown.code === "usage.output");
    await rm(join(file, ".."), { recursive: true });
  });

  it("names the nearest suite and check", async () => {
    const suite = await called("certify", { given: { suite: ["mad"] } });
    const check = await called("certify", { given: { only: ["made.pas"] } });

    assert.match(String(suite.thrown), /did you mean made\?/);
    assert.match(String(check.thrown), /did you mean made\.pass\?/);
  });

  it("lists without a target", async () => {
    const none = { openSession: () => assert.fail("started") };
    const dry = await called("certify", { ...none, given: { dryRun: true } });
    const data = await called("certify", { ...none, given: { dryRun: true, json: true } });
    const list = await called("certify", { ...none, given: { list: true } });

    assert.match(dry.out, /made\.pass {2}passes\n1 checks would run/);
    assert.match(data.out, /"checks":\[\{"id":"made\.pass"/);
    assert.equal(list.out, "made.pass\n");
    assert.deepEqual([dry.code, data.code, list.code, dry.runs.length], [0, 0, 0, 0]);
  });

  it("ends at its time limit with what it has", async () => {
    const { code, document } = await called("certify", { checks: [passing, hanging], given: { timeout: 1 } });

    assert.equal(code, 4);
    assert.equal((await document()).checks.length, 2);
  });

  it("writes the document when it is interrupted, and stops the target", async () => {
    const { code, document, closed } = await called("certify", {
      checks: [passing, hanging, failing],
      onStart: (interrupt) => setTimeout(interrupt, 30),
    });

    assert.equal(code, 3);
    assert.equal(closed, 1);
    assert.equal((await document()).run.interrupted, "interrupted by SIGINT");
    assert.equal((await document()).checks.length, 3);
  });

  it("writes the document when it is interrupted before the target is up", async () => {
    const { code, document } = await called("certify", {
      openSession(interrupt) {
        interrupt();
        return new Promise(() => undefined);
      },
    });

    assert.equal(code, 3);
    assert.equal((await document()).run.interrupted, "interrupted by SIGINT");
  });

  it("says that it was interrupted while the reports were written, in all of them", async () => {
    const told: (string | undefined)[] = [];
    let interrupt: () => void = () => undefined;
    const { code, document } = await called("certify", {
      onStart: (given) => (interrupt = given),
      writeReports: async ({ run }) => {
        told.push(run.interrupted);
        interrupt();
        return [];
      },
    });

    assert.equal(code, 3);
    assert.equal((await document()).run.interrupted, "interrupted by SIGINT");
    assert.deepEqual(told, [undefined, "interrupted by SIGINT"]);
  });

  it("ends at once at the second signal", async () => {
    const { exits } = await called("certify", {
      checks: [hanging],
      onStart: (interrupt) =>
        setTimeout(() => {
          interrupt();
          interrupt();
        }, 10),
    });

    assert.deepEqual(exits, [3]);
  });
});

describe("run", () => {
  after(removeFolders);

  it("gives no level and says what it left out", async () => {
    const whole = await called("run");
    const part = await called("run", { given: { suite: ["made"], only: ["made.pass"], json: true } });

    assert.match((await whole.document()).run.partial ?? "", /no level/);
    assert.equal((await part.document()).run.partial, "only suites made, checks made.pass");
    assert.equal(objectIn(part.out)["level"], null);
  });
});
