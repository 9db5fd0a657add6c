// keygen, signing and verify together on a small run folder: files, modes, exit codes and words.
import assert from "node:assert/strict";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadClaims } from "../contract/claims/registry.js";
import { EdgemarkError } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import { edgemarkVersion } from "../contract/version.js";
import { sha256 } from "../reports/certificate/canonical.js";
import { exitCodeOfProblems, problemKinds, type ProblemCode } from "../reports/certificate/problems.js";
import { judge } from "../reports/judge.js";
import { pathProblem } from "../reports/judge-path.js";
import { badRun, goodRun } from "../reports/testdata/samples.js";
import { certifyCommand, runCertify, type RunParts } from "./certify.js";
import { settingsOf } from "./certify-options.js";
import { runCommand } from "./command.js";
import type { CommandIo } from "./io.js";
import { keygenCommand, runKeygen } from "./keygen.js";
import { readSigner } from "./sign-run.js";
import { runVerify, verifyCommand, verifyExitCodesInWords, type VerifyOptions } from "./verify.js";

const history = '{"at":1}\n';
const nowMs = Date.UTC(2026, 10, 13);
const claims = loadClaims([], pathProblem);

describe("keygen, certify --sign and verify", () => {
  let folder = "";
  let runs = "";
  let key = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-verify-"));
    runs = join(folder, "runs");
    key = join(folder, "key.pem");
    runKeygen(key, false, { out: () => undefined });
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const silent = { err: () => assert.fail("nothing to say") };

  /** A run as certify leaves it, judged by `by`, in its folder. */
  async function runFolder(sample: ResultDocument = goodRun(), by = claims): Promise<{ readonly directory: string; readonly document: ResultDocument }> {
    const directory = join(runs, sample.run.id);
    const recorded = { ...sample, environment: { ...sample.environment, edgemarkVersion: edgemarkVersion() }, histories: sample.histories.map((one) => ({ ...one, sha256: sha256(history) })) };
    const document = { ...recorded, ...judge(recorded, by) };
    await mkdir(join(directory, "histories"), { recursive: true });
    await writeFile(join(directory, "histories", "kv.staleness.jsonl"), history);
    await writeFile(join(directory, "result.json"), `${JSON.stringify(document, null, 2)}\n`);
    return { directory, document };
  }

  async function signed(): Promise<string> {
    const { directory, document } = await runFolder();
    const path = readSigner({ keyFile: key, expiresDays: 365 }, silent)({ document, claims, directory, nowMs });
    assert.equal(path, join(directory, "certificate.json"));
    return path;
  }

  async function verify(path: string, options: Partial<VerifyOptions> = {}) {
    let out = "";
    const code = await runVerify(path, { nowMs: nowMs + 1_000, ...options }, { out: (text) => void (out += text) });
    return { code, out };
  }

  it("a signed run is valid beside its files, in its folder, and elsewhere with --runs", async () => {
    const path = await signed();
    const elsewhere = join(folder, "mailed.json");
    await cp(path, elsewhere);

    for (const given of [path, dirname(path)]) assert.equal((await verify(given, { keyFile: `${key}.pub` })).code, 0);
    for (const where of [runs, dirname(path)]) assert.equal((await verify(elsewhere, { runs: where })).code, 0);
    assert.match((await verify(path, { keyFile: `${key}.pub` })).out, /^✓ Valid: reference@0\.1\.0, level \w+\n {2}signed by {3}sha256:[0-9a-f]{64}, the key you gave\n/);
    const alone = await verify(elsewhere);
    assert.equal(alone.code, 4);
    assert.match(alone.out, /^\? Cannot tell.*\(history-missing\).*\(document-missing\)/s);
  });

  it("says plainly that the certificate's own key shows integrity only", async () => {
    const path = await signed();

    assert.match((await verify(path)).out, /not who signed it/);
    const data = JSON.parse((await verify(path, { isJson: true })).out) as Record<string, unknown>;
    assert.deepEqual([data["status"], data["problems"], (data["signer"] as { isTrusted: boolean }).isTrusted], ["valid", [], false]);
    assert.equal(data["expiresAt"], new Date(nowMs + 365 * 86_400_000).toISOString());
  });

  it("tells every change of a file from every other", async () => {
    const path = await signed();
    const directory = dirname(path);
    const cases: readonly (readonly [string, string, number, () => Promise<unknown>])[] = [
      ["certificate.json", "truncated", 12, async () => writeFile(path, (await readFile(path, "utf8")).slice(0, 300))],
      ["certificate.json", "signature", 10, async () => writeFile(path, (await readFile(path, "utf8")).replace(/"sig": "./, (start) => `${start.slice(0, -1)}${start.endsWith("A") ? "B" : "A"}`))],
      ["result.json", "document-changed", 10, async () => writeFile(join(directory, "result.json"), (await readFile(join(directory, "result.json"), "utf8")).replace('"seed": 42', '"seed": 43'))],
      ["result.json", "document-truncated", 12, async () => writeFile(join(directory, "result.json"), (await readFile(join(directory, "result.json"), "utf8")).slice(0, -3))],
      ["result.json", "document-missing", 4, () => rm(join(directory, "result.json"))],
      ["histories/kv.staleness.jsonl", "history-changed", 10, () => writeFile(join(directory, "histories", "kv.staleness.jsonl"), "{}\n")],
      ["histories/kv.staleness.jsonl", "history-missing", 4, () => rm(join(directory, "histories", "kv.staleness.jsonl"))],
    ];
    for (const [file, problem, code, change] of cases) {
      const before = await readFile(join(directory, file));
      await change();
      const found = await verify(path, { keyFile: `${key}.pub` });
      assert.match(found.out, new RegExp(`\\(${problem}\\)`));
      assert.equal(found.code, code, problem);
      await writeFile(join(directory, file), before);
    }
    assert.equal((await verify(path)).code, 0, "all is as it was");
    assert.equal((await verify(path, { nowMs: nowMs + 366 * 86_400_000 })).code, 11);
    runKeygen(join(folder, "other.pem"), false, { out: () => undefined });
    const other = await verify(path, { keyFile: join(folder, "other.pem.pub") });
    assert.deepEqual([other.code, other.out.includes("(wrong-key)")], [13, true]);
  });

  it("finds the signed run behind another that lies beside the certificate", async () => {
    const path = await signed();
    const mixed = join(folder, "mixed");
    await mkdir(mixed);
    await cp(path, join(mixed, "certificate.json"));
    await writeFile(join(mixed, "result.json"), JSON.stringify(badRun()));

    assert.equal((await verify(mixed)).code, 10);
    assert.equal((await verify(mixed, { runs })).code, 0);
  });

  it("tells another version's certificate, and a document that does not say what was signed", async () => {
    const other = { ...goodRun(), environment: { ...goodRun().environment, edgemarkVersion: "0.0.9" } };
    const old = await runFolder(other, claims);
    const oldDocument = { ...old.document, environment: other.environment };
    await writeFile(join(old.directory, "result.json"), `${JSON.stringify(oldDocument, null, 2)}\n`);
    const oldPath = readSigner({ keyFile: key, expiresDays: 1 }, silent)({ document: oldDocument, claims, directory: old.directory, nowMs }) ?? assert.fail("unsigned");
    const version = await verify(oldPath);
    assert.deepEqual([version.code, version.out.includes("(suite-version)")], [14, true]);

    const liar = { ...badRun(), run: { ...badRun().run, id: "liar" } };
    const { directory, document } = await runFolder(liar);
    const praised = { ...document, level: "distributed" as const, verdict: "pass" as const };
    await writeFile(join(directory, "result.json"), JSON.stringify(praised));
    const path = readSigner({ keyFile: key, expiresDays: 1 }, silent)({ document: praised, claims, directory, nowMs }) ?? assert.fail("unsigned");
    const lie = await verify(path);
    assert.deepEqual([lie.code, lie.out.includes("(judged-differently)")], [15, true]);
  });

  it("names every exit code in its help, and gives the gravest of several", () => {
    for (const { exitCode } of Object.values(problemKinds)) assert.match(verifyExitCodesInWords, new RegExp(`^ +${exitCode}  `, "m"));
    const found = (codes: readonly ProblemCode[]) => exitCodeOfProblems(codes.map((code) => ({ code, message: "" })));
    assert.deepEqual([found([]), found(["history-missing", "expired"]), found(["expired", "document-changed"]), found(["document-missing", "suite-version"])], [0, 11, 10, 14]);
  });

  it("needs a user's own claims to judge again", async () => {
    const slo = join(folder, "slo.yaml");
    await writeFile(slo, "product: kv\nclaims:\n  - id: SLO-01\n    statement: A write is seen everywhere within 10 s\n    path: \"$.measurements['kv.staleness.window'].value\"\n    unit: ms\n    holds: { atMost: 10000 }\n");
    const all = loadClaims([slo], pathProblem);
    const { directory, document } = await runFolder(goodRun(), all);
    const path = readSigner({ keyFile: key, expiresDays: 1 }, silent)({ document, claims: all, directory, nowMs }) ?? assert.fail("unsigned");

    const without = await verify(path);
    assert.deepEqual([without.code, /SLO-01 with --claims \(claims-differ\)/.test(without.out)], [4, true]);
    assert.equal((await verify(path, { claimsFiles: [slo] })).code, 0);
  });

  it("signs no run without a level, and says why", async () => {
    const why = async (sample: ResultDocument): Promise<string> => {
      let err = "";
      const { directory, document } = await runFolder(sample);
      assert.equal(readSigner({ keyFile: key, expiresDays: 365 }, { err: (text) => void (err += text) })({ document, claims, directory, nowMs }), null);
      return err;
    };
    const run = goodRun();

    assert.equal(await why({ ...run, run: { ...run.run, partial: "only suites kv" } }), "no certificate: only a part ran (only suites kv), and a part reaches no level\n");
    assert.match(await why({ ...run, run: { ...run.run, interrupted: "SIGINT" } }), /cut short \(SIGINT\)/);
    assert.equal(await why(badRun()), "no certificate: the run reached no level\n");
  });

  it("signs no history that changed since it was recorded", async () => {
    const { directory, document } = await runFolder();
    await writeFile(join(directory, "histories", "kv.staleness.jsonl"), "");
    const sign = readSigner({ keyFile: key, expiresDays: 365 }, silent);

    assert.throws(() => sign({ document, claims, directory, nowMs }), /as it was recorded.*nothing is signed/);
    await rm(join(directory, "histories"), { recursive: true });
    assert.throws(() => sign({ document, claims, directory, nowMs }), { code: "harness.environment" });
  });

  it("keeps the private key private and overwrites nothing", async () => {
    const before = await readFile(key, "utf8");
    assert.equal((await stat(key)).mode & 0o777, 0o600);
    assert.match(before, /^-----BEGIN PRIVATE KEY-----/);
    assert.doesNotMatch(await readFile(`${key}.pub`, "utf8"), /PRIVATE/);
    assert.throws(() => runKeygen(key, false, { out: () => undefined }), { code: "usage.output" });
    await rm(key);
    assert.throws(() => runKeygen(key, false, { out: () => undefined }), /key\.pem\.pub exists/);
    await assert.rejects(stat(key));
    assert.throws(() => runKeygen(join(folder, "none", "key.pem"), false, { out: () => undefined }), { code: "usage.output" });
  });

  it("warns of a private key that others can read, and refuses the wrong half", async () => {
    let err = "";
    await chmod(key, 0o644);
    readSigner({ keyFile: key, expiresDays: 1 }, { err: (text) => void (err += text) });
    assert.match(err, /chmod 600/);
    for (const keyFile of [`${key}.pub`, join(folder, "none.pem"), folder]) assert.throws(() => readSigner({ keyFile, expiresDays: 1 }, silent), { code: "usage.input" });
    const path = await signed().catch(async () => {
      await chmod(key, 0o600);
      return signed();
    });
    for (const keyFile of [key, join(folder, "none.pem"), path]) await assert.rejects(verify(path, { keyFile }), (error) => error instanceof EdgemarkError && error.exitCode === 2);
    await assert.rejects(verify(join(folder, "none.json")), { code: "usage.input" });
  });

  it("is reached from the command line", async () => {
    const said = { out: "", err: "" };
    const io: CommandIo = { out: (text) => void (said.out += text), err: (text) => void (said.err += text), isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => assert.fail("exited") };
    const never = async (): Promise<RunParts> => assert.fail("loaded");
    const made = join(folder, "made.pem");

    assert.equal(await runCommand(keygenCommand, ["--out", made, "--json"], io), 0);
    assert.equal((JSON.parse(said.out) as { publicKey: string }).publicKey, `${made}.pub`);
    assert.equal(await runCommand(verifyCommand, [await signed(), "--key", `${made}.pub`], io), 13);
    assert.equal(await runCommand(verifyCommand, [], io), 2);
    assert.equal(await runCommand(verifyCommand, ["--help"], io), 0);
    assert.match(said.out, / 4 {2}cannot tell.*12 {2}truncated/s);
    assert.equal(await runCommand(certifyCommand("run", never), ["--sign", key], io), 2);
    await assert.rejects(runCommand(certifyCommand("certify", async () => ({ suites: [] }) as never), ["--expires-days", "3"], io), /expected --sign/);
    // An hour of measuring must not end at a key that is not there.
    const parts: RunParts = { suites: [{ id: "made", title: "Made", checks: [{ id: "made.pass", promise: "passes", level: "isolate", run: async () => undefined }] }], loadClaims: async () => [], openSession: () => assert.fail("started"), writeReports: async () => [], summary: async () => "" };
    await assert.rejects(runCertify("certify", settingsOf({ sign: join(folder, "none.pem"), out: runs }, () => 0), parts, io), { code: "usage.input" });
  });
});
