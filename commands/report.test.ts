// The report command: which document a word names, what is written where, and what is said of files that are none.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgemarkError } from "../contract/errors.js";
import { formatNames, isFormat } from "../reports/index.js";
import { badRun, goodRun, hostileText, interruptedRun, run } from "../reports/testdata/samples.js";
import { runCommand } from "./command.js";
import { reportCommand, runReport, type ReportOptions } from "./report.js";

describe("edgemark report", () => {
  let folder = "";
  let runs = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-report-"));
    runs = join(folder, "runs");
    for (const [name, document, atS] of [["older", goodRun(), 1_000], ["newer", badRun(), 2_000]] as const) {
      await mkdir(join(runs, name), { recursive: true });
      await writeFile(join(runs, name, "result.json"), JSON.stringify(document));
      await utimes(join(runs, name, "result.json"), atS, atS);
    }
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function report(paths: readonly string[], options: ReportOptions = {}) {
    let out = "";
    let err = "";
    const exitCode = await runReport(paths, { runs, ...options }, { out: (text) => void (out += text), err: (text) => void (err += text) });
    return { exitCode, out, err };
  }

  async function refusal(path: string, code = "usage.input"): Promise<string> {
    const error = await report([path]).then(() => undefined, (thrown: unknown) => thrown);
    assert.ok(error instanceof EdgemarkError && error.code === code, String(error));
    return error.message;
  }

  it("finds the latest run, a run by id, its folder and its document", async () => {
    const newer = join(runs, "newer");
    for (const path of ["latest", "newer", newer, join(newer, "result.json")]) {
      const { exitCode, out } = await report([path]);
      assert.equal(exitCode, 0);
      assert.deepEqual(out.trim().split("\n"), ["report.html", "junit.xml", "summary.md"].map((file) => join(newer, file)));
    }
    assert.match(await readFile(join(newer, "report.html"), "utf8"), /<h1>Not certified<\/h1>/);
  });

  it("judges again by today's claims, and says which it no longer knows", async () => {
    const { err } = await report(["newer"], { formats: ["json"] });
    assert.match(err, /claims are not among today's and are left out: .*AN-02.*--claims/);
    const again = JSON.parse(await readFile(join(runs, "newer", "result.json"), "utf8")) as ReturnType<typeof badRun>;
    assert.equal(again.claims.find(({ id }) => id === "KV-25")?.checks[0], "kv.missing");
    assert.notDeepEqual(again.claims, badRun().claims);
  });

  it("tells an old run by the claims of its day when asked", async () => {
    const { err } = await report(["older"], { formats: ["json"], isAsRecorded: true });
    assert.doesNotMatch(err, /claims/);
    assert.deepEqual(JSON.parse(await readFile(join(runs, "older", "result.json"), "utf8")), JSON.parse(JSON.stringify(goodRun())));
  });

  it("gives each of several runs a folder of its own under --out", async () => {
    const out = join(folder, "pages");
    await report(["older", "newer"], { out, formats: ["html", "badge"] });
    assert.deepEqual((await readdir(out)).sort(), ["1-older", "2-newer"]);
    assert.deepEqual((await readdir(join(out, "1-older"))).sort(), ["badge.svg", "report.html"]);
    assert.deepEqual(await readdir(join(runs, "older")), ["result.json"]);
  });

  it("prints one object for machines", async () => {
    const { out } = await report(["latest"], { isJson: true, formats: ["md"], isAsRecorded: true });
    const { runs: [one] } = JSON.parse(out) as { runs: { verdict: string; level: null; files: string[] }[] };
    assert.deepEqual([one?.verdict, one?.level, one?.files], ["fail", null, [join(runs, "newer", "summary.md")]]);
  });

  it("refuses what is no run, and writes nothing then", async () => {
    assert.match(await refusal("newr"), /there is no newr.*did you mean newer\?/);
    assert.match(await refusal(folder), /has no result\.json/);
    const cut = join(folder, "cut.json");
    await writeFile(cut, JSON.stringify(goodRun()).slice(0, 5_000));
    assert.match(await refusal(cut), /cut\.json: it ends in the middle/);
    await assert.rejects(report(["older", cut]), EdgemarkError);
    assert.deepEqual(await readdir(join(runs, "older")), ["result.json"]);
    await rm(runs, { recursive: true });
    assert.match(await refusal("latest"), /there is none; run edgemark certify first/);
  });

  it("refuses a folder that cannot be written", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await assert.rejects(report(["older"], { out: join(file, "below") }), (error: unknown) => error instanceof EdgemarkError && error.code === "usage.output");
  });

  const put = async (name: string, document: unknown): Promise<string> => {
    await mkdir(join(runs, name), { recursive: true });
    await writeFile(join(runs, name, "result.json"), typeof document === "string" ? document : JSON.stringify(document));
    return join(runs, name);
  };

  it("refuses a document of another version of Edgemark, and one that is damaged, in words", async () => {
    assert.match(await refusal(await put("later", { ...goodRun(), schema: "edgemark.result/99" })), /edgemark\.result\/99; use the Edgemark that wrote it/);
    assert.match(await refusal(await put("damaged", JSON.stringify(goodRun()).replace('"verdict":"pass"', '"verdict":"pas"'))), /verdict.*did you mean pass/);
    assert.match(await refusal(await put("nothing", "")), /it is empty/);
  });

  it("marks an interrupted run as one in every format that people read, and reports an empty one", async () => {
    const folder = await put("cut", interruptedRun());
    await report([folder], { formats: ["html", "md", "junit", "badge", "shields"], isAsRecorded: true });
    for (const [file, mark] of [["report.html", /This run was cut short and certifies nothing/], ["summary.md", /Interrupted: certifies nothing/], ["junit.xml", /SIGINT after 3 of 212 checks/], ["badge.svg", /interrupted/], ["badge.json", /interrupted/]] as const) {
      assert.match(await readFile(join(folder, file), "utf8"), mark, file);
    }
    const empty = await put("empty", run({ checks: [], measurements: {}, histories: [], faults: [], claims: [], level: null, verdict: "inconclusive" }));
    const { exitCode, out } = await report([empty], { formats: formatNames.filter(isFormat), isAsRecorded: true });
    assert.equal(exitCode, 0);
    assert.match(await readFile(join(empty, "report.html"), "utf8"), /No check was recorded/);
    assert.ok(out.includes("report.html") && out.includes("charts"), "the map of its PoPs is all there is to draw");
  });

  it("reports runs of different targets each for itself, and compares them on one page", async () => {
    const other = goodRun();
    await put("other", { ...other, target: { ...other.target, name: "another", version: "2" } });
    const { err } = await report(["older", "other"], { formats: ["md"], isAsRecorded: true });
    assert.match(err, /^reference 0\.1\.0: .*\nanother 2: /);
    await report(["older", "newer", "other"], { isComparison: true, isAsRecorded: true });
    const page = await readFile(join(runs, "comparison.html"), "utf8");
    assert.match(page, /<h1>2 targets compared<\/h1>/);
    assert.match(page, /newest of 2 runs/);
  });

  it("writes every format of a document with strings of 10 MB, and lets no reader have them", async () => {
    const huge = `${hostileText}${"<&|`x".repeat(2_000_000)}`;
    const bad = badRun();
    const folder = await put("huge", { ...bad, target: { ...bad.target, notes: [huge] }, checks: bad.checks.map((check) => (check.id === "workers.global.isolation" ? { ...check, observed: huge, promise: huge, evidence: [{ kind: "exchange", text: huge }] } : check)) });
    const formats = formatNames.filter(isFormat).filter((format) => format !== "json");
    await report([folder], { formats, isAsRecorded: true });
    const files = (await readdir(folder, { withFileTypes: true, recursive: true })).filter((entry) => entry.isFile() && entry.name !== "result.json");
    assert.ok(files.length >= formats.length);
    for (const entry of files) assert.ok((await stat(join(entry.parentPath, entry.name))).size < 1_000_000, entry.name);
  }).timeout(60_000);

  it("names the nearest format, and its help fits 80 columns", async () => {
    let printed = "";
    const io = { out: (text: string) => void (printed += text), err: (text: string) => void (printed += text), isLive: false, hasColour: false, columns: 80, onSignal: () => () => undefined, exit: () => undefined };
    await assert.rejects(runCommand(reportCommand, ["latest", "--format", "htm"], io), /htm is none; did you mean html\?/);
    assert.equal(await runCommand(reportCommand, ["--help"], io), 0);
    assert.ok(printed.split("\n").every((line) => line.length <= 80));
    assert.equal(await runCommand(reportCommand, [], io), 2);
  });
});
