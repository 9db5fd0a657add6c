// The real command against targets that misbehave in every way we could think of, over gRPC and over HTTP: each run ends
// in time, with the right exit code, one JSON object, a document where there was a run, reports that show what the target
// said harmlessly, memory that stays bounded, and no process left.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseResult } from "../contract/result/parse.js";
import type { ResultDocument } from "../contract/result/document.js";
import type { RunParts } from "./certify.js";
import { type Certified, certifyApart, certifyHere, hostileTarget } from "./hostile/certify.js";
import { answerings } from "./hostile/data-plane.js";
import { doorsSuite, patientSuite } from "./hostile/doors.js";
import type { ProcessName } from "./hostile/processes.js";
import type { ServedName } from "./hostile/served.js";
import { assertSound, errorCodeOf, summaryOf } from "./hostile/sound.js";
import { runParts } from "./parts.js";

/** The options of a run that must be over in a second, when it has no time for checks. */
const inASecond = (checksMs: number): Readonly<Record<string, unknown>> => (checksMs === 0 ? { timeout: performance.now() / 1_000 + 1 } : {});

function documentOf({ files }: Certified): ResultDocument {
  return parseResult(files["result.json"] ?? "", "result.json");
}

describe("a hostile target", function () {
  this.timeout(120_000);
  let scratch = "";
  let parts: RunParts;
  let all: ChildProcess;
  let ports: Readonly<Record<string, number>> = {};

  /** It waits long for a target that does not end, so it runs beside the others. */
  let neverEnding: Promise<Certified>;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "edgemark-hostile-"));
    parts = await runParts();
    all = spawn(process.execPath, [hostileTarget], { env: { ...process.env, EDGEMARK_HOSTILE: "all" }, stdio: ["pipe", "pipe", "inherit"] });
    let line = "";
    for await (const chunk of all.stdout ?? []) {
      line += String(chunk);
      if (line.endsWith("\n")) break;
    }
    ports = JSON.parse(line) as Record<string, number>;
    neverEnding = certifyApart({ behaviour: "stop:never", args: ["--target", hostileTarget, "--only", "workers.text.surrogates"], scratch });
  });
  after(async () => {
    await neverEnding;
    all.kill("SIGKILL");
    await once(all, "exit");
    await rm(scratch, { recursive: true, force: true });
  });

  const few = ["workers.text.surrogates", "workers.http.method"];

  describe("that does not come up", () => {
    const started: readonly (readonly [ProcessName, string])[] = [
      ["start:silent", "target.start"],
      ["start:exits", "target.start"],
      ["start:rubbish", "target.start"],
      ["start:binary", "target.start"],
      ["start:100-mb", "target.start"],
      ["start:100-mb-of-stderr", "target.start"],
      ["start:nobody-there", "target.unreachable"],
      ["describe:dies", "target.unreachable"],
    ];
    for (const [behaviour, code] of started) {
      it(behaviour, async () => {
        const checksMs = behaviour === "start:silent" ? 0 : 30_000;
        const run = await certifyHere({ behaviour, parts, scratch, checksMs, given: inASecond(checksMs) });

        assert.equal(run.code, 3);
        assert.equal(errorCodeOf(run), code);
        assertSound(run, { checksMs, hasDocument: false });
        if (behaviour === "start:exits") assert.match(run.err, /no licence/);
      });
    }

    const answered: readonly (readonly [ServedName, string])[] = [
      ["control:garbage", "target.unreachable"],
      ["control:silent", "target.unreachable"],
      ["control:flood", "target.unreachable"],
      ["describe:silent", "target.timeout"],
      ["describe:no-protobuf", "target.contract"],
      ["describe:no-frame", "target.contract"],
      ["describe:html", "target.unreachable"],
      ["describe:huge-frame", "target.contract"],
      ["describe:invalid-utf-8", "target.contract"],
      ["describe:refused", "target.refused"],
      ["describe:duplicate-pops", "target.contract"],
      ["describe:nan", "target.contract"],
      ["describe:infinity", "target.contract"],
      ["describe:10000-pops", "target.contract"],
      ["describe:no-pops", "target.contract"],
      ["describe:10-mb", "target.contract"],
      ["describe:elsewhere", "target.contract"],
    ];
    for (const [name, code] of answered) {
      it(name, async () => {
        const checksMs = name.endsWith(":silent") ? 0 : 10_000;
        const run = await certifyHere({ target: `grpc://127.0.0.1:${ports[name]}`, parts, scratch, checksMs, given: inASecond(checksMs) });

        assert.equal(run.code, 3);
        assert.equal(errorCodeOf(run), code);
        assertSound(run, { checksMs, hasDocument: false });
      });
    }
  });

  describe("that comes up and misbehaves then", () => {
    const served: readonly (readonly [ServedName, only: readonly string[], code: number, reason: RegExp])[] = [
      ["describe:3-mb", few, 1, /expected/],
      ["describe:poison", few, 1, /<script>|expected/],
      ["deploy:silent", few, 4, /out of time/],
      ["deploy:nowhere", few, 1, /endpoints: expected where the deployment answers/],
      ["deploy:other-pops", ["workers.http.method.get"], 1, /crashed/],
      ["deploy:elsewhere", few, 1, /url: expected an http or https URL/],
      ["deploy:nobody-there", ["workers.http.method.get"], 1, /crashed/],
      ["deploy:refused", few, 1, /INVALID_ARGUMENT/],
      ["deploy:unimplemented", few, 1, /declared as a capability, but not implemented/],
      ["verbs:unimplemented", ["failover.refused"], 1, /declared as a capability, but not implemented/],
      ["verbs:silent", ["failover.refused"], 4, /out of time/],
      ["fault:no-evidence", ["failover.refused"], 1, /InjectFault: expected an answer that keeps the contract/],
      ["fault:silent", ["failover.refused"], 4, /out of time/],
      ["heal:silent", ["failover.refused"], 4, /out of time/],
      ["watch:flood", ["failover.watch"], 4, /out of time/],
      ["watch:rubbish", ["failover.watch"], 4, /out of time/],
    ];
    for (const [name, only, code, reason] of served) {
      it(name, async () => {
        // Time runs out only where that is what is seen: a check that ends by itself has more than a busy machine takes.
        const checksMs = code === 4 ? 1_500 : 15_000;
        const run = await certifyHere({ target: `grpc://127.0.0.1:${ports[name]}`, parts, scratch, checksMs, given: { only } });

        assertSound(run, { checksMs, hasDocument: true });
        assert.equal(run.code, code, run.out);
        for (const check of documentOf(run).checks) assert.match(check.reason ?? "", reason, check.id);
      });
    }

    const started: readonly (readonly [ProcessName, words: RegExp])[] = [
      ["start:noise", /stopping/],
      ["deploy:dies", /ended by itself \(code 139\)/],
      ["stop:never", /stopping/],
      ["stop:leaves-children", /stopping/],
      ["stop:leaves-a-daemon", /stopping/],
      ["stop:forks-when-told", /stopping/],
    ];
    for (const [behaviour, words] of started) {
      it(behaviour, async () => {
        // A slow start must not eat the time of the checks.
        const checksMs = 15_000;
        const only = behaviour === "deploy:dies" ? few : ["workers.text.surrogates"];
        const run = behaviour === "stop:never" ? await neverEnding : await certifyHere({ behaviour, parts, scratch, checksMs, given: { only } });

        assertSound(run, { checksMs, hasDocument: true });
        assert.equal(run.code, 1, run.out);
        assert.match(run.err, words);
      });
    }
  });

  describe("over HTTP, at every door", () => {
    for (const name of Object.keys(answerings)) {
      it(name, async () => {
        const checksMs = 10_000;
        const run = await certifyHere({ target: `grpc://127.0.0.1:${ports[`http:${name}`]}`, parts: { ...parts, suites: [doorsSuite], loadClaims: async () => [] }, scratch, checksMs });

        assertSound(run, { checksMs, hasDocument: true });
        assert.equal(run.code, 1, run.out);
        const verdicts = documentOf(run).checks.map(({ id, verdict, reason }) => `${id} ${verdict}${verdict === "fail" ? "" : `: ${reason}`}`);
        assert.deepEqual(verdicts, doorsSuite.checks.map(({ id }) => `${id} fail`));
      });
    }
  });

  describe("with a body that has no end", () => {
    for (const name of ["endless-body", "endless-body-without-length"] as const) {
      it(`${name} is read up to its limit`, async () => {
        const checksMs = 30_000;
        const run = await certifyHere({ target: `grpc://127.0.0.1:${ports[`http:${name}`]}`, parts: { ...parts, suites: [patientSuite], loadClaims: async () => [] }, scratch, checksMs });

        assertSound(run, { checksMs, hasDocument: true });
        assert.deepEqual(documentOf(run).checks.map(({ reason }) => reason), ["a body of at most 33554432 bytes expected; more came"]);
      });
    }
  });

  describe("is blamed for its rubbish, and the harness is not", () => {
    const rubbish: readonly (readonly [name: keyof typeof answerings, only: readonly string[]])[] = [
      ["json-list-of-null", ["kv.list", "kv.bulk", "kv.value", "kv.metadata", "kv.namespace"]],
      ["json-list-prototype", ["kv.list.order", "kv.list.prefix", "kv.bulk.metadata", "kv.metadata"]],
      ["json-deep", ["workers.http.request-body", "workers.url", "workers.cf", "kv.value.type"]],
      ["json-of-10-mb", ["workers.url.refusal", "workers.text", "kv.value.text"]],
      ["two-lengths", ["workers.http", "workers.streaming.duplex", "workers.streaming.response", "workers.cf", "workers.headers"]],
      ["poison", ["workers.http", "workers.url", "workers.cf", "workers.handler.exception", "workers.env", "kv.value"]],
    ];
    for (const [name, only] of rubbish) {
      it(name, async () => {
        const checksMs = 10_000;
        const run = await certifyHere({ target: `grpc://127.0.0.1:${ports[`http:${name}`]}`, parts, scratch, checksMs, given: { only } });

        assertSound(run, { checksMs, hasDocument: true });
        const wrong = documentOf(run).checks.filter(({ verdict }) => verdict === "error").map(({ id, reason }) => `${id}: ${reason}`);
        assert.deepEqual(wrong, []);
        assert.equal(run.code, 1, run.out);
      });
    }
  });

  describe("and a person at the keyboard", () => {
    it("Ctrl-C while it starts", async () => {
      let isInterrupted = false;
      const run = await certifyApart({
        behaviour: "start:silent",
        args: ["--target", hostileTarget],
        scratch,
        onWords: (said, interrupt) => {
          if (isInterrupted || !said.includes("edgemark certify:")) return;
          isInterrupted = true;
          interrupt();
        },
      });

      assertSound(run, { checksMs: 0, hasDocument: true });
      assert.equal(run.code, 3);
      assert.equal(documentOf(run).run.interrupted, "interrupted by SIGINT");
    });

    it("Ctrl-C during a check", async () => {
      let isInterrupted = false;
      const run = await certifyApart({
        args: ["--target", `grpc://127.0.0.1:${ports["http:silent"]}`, "--only", "workers.text.surrogates,workers.http.method"],
        scratch,
        onWords: (said, interrupt) => {
          if (isInterrupted || !said.includes("edgemark certify:")) return;
          isInterrupted = true;
          // Nothing is told of a check that waits: the runner is in it a moment later, or has yet to begin.
          setTimeout(interrupt, 1_000);
        },
      });

      assertSound(run, { checksMs: 0, hasDocument: true });
      assert.equal(run.code, 3);
      assert.equal(documentOf(run).run.interrupted, "interrupted by SIGINT");
    });

    it("an address that nobody serves", async () => {
      const run = await certifyHere({ target: "grpc://127.0.0.1:9", parts, scratch, checksMs: 5_000 });

      assert.equal(run.code, 3);
      assert.match(run.err, /expected a target at grpc:\/\/127\.0\.0\.1:9; it cannot be reached \(.*ECONNREFUSED/);
      assertSound(run, { checksMs: 5_000, hasDocument: false });
    });

    it("a target that does not exist", async () => {
      const run = await certifyHere({ target: "minflare", parts, scratch, checksMs: 5_000 });

      assert.equal(run.code, 2);
      assert.match(run.err, /did you mean miniflare\?/);
      assertSound(run, { checksMs: 5_000, hasDocument: false });
    });

    it("claims with a bad path or unit", async () => {
      const claim = (path: string, unit: string): string => `claims:\n  - { id: MY-1, product: shop, statement: fast, path: ${JSON.stringify(path)}, unit: ${unit}, holds: { atMost: 5 } }\n`;
      for (const [text, words] of [[claim("$..[?(@.constructor('x'))]", "ms"), /path/], [claim("$.measurements['kv.read.hit'].value", "parsecs"), /unit/]] as const) {
        const file = join(scratch, "own.yaml");
        await writeFile(file, text);
        const run = await certifyHere({ target: "miniflare", parts, scratch, checksMs: 5_000, given: { claims: [file] } });

        assert.equal(run.code, 2);
        assert.match(run.err, words);
        assert.deepEqual([run.files, run.left], [{}, []]);
      }
    });
  });
});

describe("two runs at once", function () {
  this.timeout(180_000);

  it("both pass on reference edges of their own", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "edgemark-two-"));
    const one = (): Promise<Certified> => certifyApart({ args: ["--target", "reference", "--pops", "1", "--only", "workers.text,kv.value.text"], scratch });

    const runs = await Promise.all([one(), one()]);

    for (const run of runs) {
      assertSound(run, { checksMs: 120_000, hasDocument: true });
      assert.equal(summaryOf(run).verdict, "pass", run.out);
    }
    await rm(scratch, { recursive: true });
  });
});
