// A submission from a signed run to the day it expires: what is written, what the validator finds, and how it ends.
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadClaims } from "../../contract/claims/registry.js";
import { edgemarkVersion } from "../../contract/version.js";
import { sha256 } from "../../reports/certificate/canonical.js";
import { judge } from "../../reports/judge.js";
import { pathProblem } from "../../reports/judge-path.js";
import { productForm } from "../../reports/submission/product.js";
import { goodRun } from "../../reports/testdata/samples.js";
import { runCommand } from "../command.js";
import { runKeygen } from "../keygen.js";
import { readSigner } from "../sign-run.js";
import { runSubmissionCheck, submissionCheckCommand } from "./check.js";
import { runSubmissionWrite, submissionWriteCommand } from "./write.js";

const nowMs = Date.UTC(2026, 10, 13);
const yearMs = 365 * 86_400_000;

describe("a submission", () => {
  let folder = "";
  let keyId = "";
  let written = "";
  let out = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-submission-"));
    const key = join(folder, "key.pem");
    keyId = runKeygenId(key);
    const directory = join(folder, "runs", "signed");
    const claims = loadClaims([], pathProblem);
    const history = '{"at":1}\n';
    const sample = goodRun();
    const recorded = { ...sample, environment: { ...sample.environment, edgemarkVersion: edgemarkVersion() }, histories: sample.histories.map((one) => ({ ...one, sha256: sha256(history) })) };
    const document = { ...recorded, ...judge(recorded, claims) };
    await mkdir(join(directory, "histories"), { recursive: true });
    await writeFile(join(directory, "histories", "kv.staleness.jsonl"), history);
    await writeFile(join(directory, "result.json"), `${JSON.stringify(document, null, 2)}\n`);
    await writeFile(join(directory, "report.html"), "stays at home");
    readSigner({ keyFile: key, expiresDays: 365 }, { err: () => undefined })({ document, claims, directory, nowMs });
    out = written = join(folder, "written");
    await write();
  });
  beforeEach(async () => {
    out = await mkdtemp(join(folder, "submission-"));
    // Written once and copied: each writing verifies the certificate.
    await cp(written, out, { recursive: true });
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  const write = (path = "signed", productFile?: string) => runSubmissionWrite(path, { out, runs: join(folder, "runs"), isJson: false, nowMs, ...(productFile === undefined ? {} : { productFile }) }, { out: () => undefined, err: () => undefined });
  const check = async (atMs = nowMs + 1_000, keyFile?: string) => {
    let said = "";
    const code = await runSubmissionCheck(out, { isJson: false, nowMs: atMs, ...(keyFile === undefined ? {} : { keyFile }) }, { out: (text) => void (said += text) });
    return { code, said };
  };
  const filled = () => writeFile(join(out, "PRODUCT.yaml"), productYaml(keyId));

  it("is written with a form, which says what is missing until it is filled in", async () => {
    assert.deepEqual((await readdir(out)).sort(), ["PRODUCT.yaml", "certificate.json", "histories", "junit.xml", "result.json"]);
    assert.match(await readFile(join(out, "PRODUCT.yaml"), "utf8"), new RegExp(`^target: "reference@0\\.1\\.0"$[^]*^signer: "${keyId}"$[^]*^website: ""$[^]*^# logo: ""$`, "m"));
    const empty = await check();
    assert.equal(empty.code, 1);
    for (const field of ["website", "documentation", "contact"]) assert.match(empty.said, new RegExp(`PRODUCT\\.yaml: ${field}: expected .* it is empty \\(product\\)`));
    await filled();
    const { code, said } = await check();
    assert.deepEqual([code, said.split("\n")[0]], [0, `✓ The submission holds: ${out}`]);
    assert.match(said, /reference@0\.1\.0, level Isolate, until 2027-11-13T00:00:00\.000Z\n {2}signed by sha256:[0-9a-f]{64}; compare it/);
  });

  it("holds with the vendor's key, and until it expires", async () => {
    await filled();
    assert.equal((await check(nowMs + 1_000, join(folder, "key.pem.pub"))).code, 0);
    const late = await check(nowMs + yearMs);
    assert.deepEqual([late.code, late.said.includes("(expired)")], [11, true]);
    runKeygenId(join(folder, "other.pem"));
    assert.equal((await check(nowMs + 1_000, join(folder, "other.pem.pub"))).code, 13);
  });

  it("tells each thing that is wrong with the folder", async () => {
    const cases: readonly (readonly [string, number, () => Promise<unknown>])[] = [
      ["file-missing", 1, () => rm(join(out, "junit.xml"))],
      ["file-missing", 1, () => rm(join(out, "PRODUCT.yaml"))],
      ["file-missing", 1, () => rm(join(out, "certificate.json"))],
      ["file-unexpected", 1, () => writeFile(join(out, "notes.txt"), "hello")],
      ["junit-differs", 1, async () => writeFile(join(out, "junit.xml"), (await readFile(join(out, "junit.xml"), "utf8")).replace(/<testcase[^]*?<\/testcase>/, ""))],
      ["product-differs", 1, () => writeFile(join(out, "PRODUCT.yaml"), productYaml(keyId).replace("version: 0.1.0", "version: 9.9.9"))],
      ["product-differs", 1, () => writeFile(join(out, "PRODUCT.yaml"), productYaml(`sha256:${"0".repeat(64)}`))],
      ["product", 1, () => writeFile(join(out, "PRODUCT.yaml"), productYaml(keyId).replace("website", "webseite"))],
      ["document-changed", 10, async () => writeFile(join(out, "result.json"), (await readFile(join(out, "result.json"), "utf8")).replace('"seed": 42', '"seed": 43'))],
      ["document-truncated", 12, async () => writeFile(join(out, "result.json"), (await readFile(join(out, "result.json"), "utf8")).slice(0, -9))],
      ["history-missing", 4, () => rm(join(out, "histories"), { recursive: true })],
    ];
    for (const [word, code, change] of cases) {
      await rm(out, { recursive: true });
      await cp(written, out, { recursive: true });
      await filled();
      await change();
      const found = await check();
      assert.match(found.said, new RegExp(`\\(${word}\\)`), word);
      assert.equal(found.code, code, word);
    }
  });

  it("keeps the product that is there, and takes the one that is named", async () => {
    await filled();
    await write();
    assert.equal(await readFile(join(out, "PRODUCT.yaml"), "utf8"), productYaml(keyId));
    const mine = join(folder, "mine.yaml");
    await writeFile(mine, "vendor: Mine\n");
    await write("signed", mine);
    assert.equal(await readFile(join(out, "PRODUCT.yaml"), "utf8"), "vendor: Mine\n");
  });

  it("is not made of a run that is not signed, or is not what was signed", async () => {
    const bare = join(folder, "runs", "bare");
    await mkdir(bare, { recursive: true });
    await writeFile(join(bare, "result.json"), JSON.stringify(goodRun()));
    await assert.rejects(write("bare"), /has no certificate\.json; certify with --sign/);
    await writeFile(join(bare, "certificate.json"), await readFile(join(folder, "runs", "signed", "certificate.json")));
    await assert.rejects(write("bare"), /expected a run whose certificate holds.*\(document-changed\)/s);
    await assert.rejects(write("signed", join(folder, "none.yaml")), { code: "usage.input" });
    await assert.rejects(runSubmissionCheck(join(folder, "none"), { isJson: false, nowMs }, { out: () => undefined }), { code: "usage.input" });
  });

  it("is reached from the command line, with help that fits 80 columns", async () => {
    let printed = "";
    const io = { out: (text: string) => void (printed += text), err: (text: string) => void (printed += text), isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined };
    for (const command of [submissionWriteCommand, submissionCheckCommand]) assert.equal(await runCommand(command, ["--help"], io), 0);
    assert.ok(printed.split("\n").every((line) => line.length <= 80), printed);
    for (const command of [submissionWriteCommand, submissionCheckCommand]) assert.equal(await runCommand(command, [], io), 2);
    assert.equal(await runCommand(submissionCheckCommand, [out, "--json"], io), 1);
  });
});

describe("PRODUCT.yaml", () => {
  it("as a form asks for every field, and holds once it is filled in", async () => {
    const { parseProduct, productFields } = await import("../../reports/submission/product.js");
    const form = productForm({});
    for (const name of Object.keys(productFields)) assert.match(form, new RegExp(`^(# )?${name}: ""$`, "m"));
    assert.equal(parseProduct(form).problems.length, 8);
    assert.deepEqual(parseProduct(productYaml(`sha256:${"a".repeat(64)}`)).problems, []);
  });

  it("refuses what is no product, in words", async () => {
    const { parseProduct } = await import("../../reports/submission/product.js");
    const wrong = (text: string): string => parseProduct(text).problems.join("\n");
    assert.match(wrong(""), /the file holds something else/);
    assert.match(wrong("- a\n"), /something else/);
    assert.match(wrong("a: [\n"), /expected YAML/);
    assert.match(wrong("a: &x [1]\nb: [*x, *x]\n"), /expected YAML|unknown field/);
    assert.match(wrong(`vendor: ${"x".repeat(30_000)}`), /at most 20000 characters/);
    assert.match(wrong("version: 1.10"), /version: expected text; 1\.1 came; put it in quotes/);
    assert.match(wrong("website: javascript:alert(1)"), /website: expected an https address/);
    assert.match(wrong('vendor: "a\\u202eb"\nwebsit: https://a.example'), /did you mean website/);
  });
});

function runKeygenId(key: string): string {
  let said = "";
  runKeygen(key, true, { out: (text) => void (said += text) });
  return (JSON.parse(said) as { keyId: string }).keyId;
}

function productYaml(signer: string): string {
  return `vendor: Acme\nname: Acme Edge\nversion: 0.1.0\ntarget: reference@0.1.0\nsigner: ${signer}\nwebsite: https://acme.example\ndocumentation: https://acme.example/docs\ncontact: edge@acme.example\n`;
}
