// What GitHub Actions is told: only there, harmlessly escaped, and within its limits.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { badRun } from "../reports/testdata/samples.js";
import { annotationLine, annotationsOfRun, tellGithubActions, type Annotation } from "./github-actions.js";

describe("GitHub Actions", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-actions-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  const told = (summary: string, annotations: readonly Annotation[], env: Record<string, string>): string => {
    let err = "";
    tellGithubActions(summary, annotations, { env, err: (text) => void (err += text) });
    return err;
  };

  it("escapes what would end a command or begin another", () => {
    assert.equal(annotationLine({ level: "error", title: "a,b:c%", message: "100 %\n::error::no\r\n\u202eend" }), "::error title=a%2Cb%3Ac%25::100 %25%0A::error::no%0A\\u{202e}end");
    assert.ok(!annotationLine({ level: "error", title: "x\ny", message: "a\nb\rc" }).includes("\n"));
  });

  it("writes at most ten annotations of a kind, and the summary, and only there", async () => {
    const file = join(folder, "summary.md");
    const many = Array.from({ length: 25 }, (_, index): Annotation => ({ level: "error", title: `check ${index}`, message: "failed" }));
    const lines = told("# hello", many, { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: file }).trimEnd().split("\n");
    assert.equal(lines.length, 10);
    assert.match(lines.at(-1) ?? "", /16 more/);
    assert.equal(await readFile(file, "utf8"), "# hello\n");
    assert.equal(told("# hello", many, { GITHUB_STEP_SUMMARY: file }), "");
  });

  it("cuts a summary that GitHub would refuse, and survives a file that cannot be written", async () => {
    const file = join(folder, "long.md");
    told("é".repeat(1_000_000), [], { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: file });
    const text = await readFile(file);
    assert.ok(text.length <= 1024 * 1024 && !text.toString("utf8").includes("\ufffd"));
    assert.match(told("x", [], { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "/proc/no/file" }), /could not be written/);
  });

  it("annotates what fails in a run, with the command that repeats it", () => {
    const document = badRun();
    const all = annotationsOfRun(document);
    const failed = document.checks.filter(({ verdict, known }) => verdict === "fail" && known === undefined);
    for (const { id, replay } of failed) assert.ok(all.some((one) => one.level === "error" && one.title === id && one.message.endsWith(replay)), id);
    assert.ok(!all.some(({ title }) => document.checks.some(({ id, verdict }) => id === title && verdict === "pass" && !document.staleKnown.includes(id))));
  });
});
