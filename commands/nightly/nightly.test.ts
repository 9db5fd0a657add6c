// The nightly command on a target that is made up: what a night appends, what an interrupted one leaves, and how the codes
// of run and history become one; and the workflow file that is its documentation.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { EdgemarkError } from "../../contract/errors.js";
import type { ResultDocument } from "../../contract/result/document.js";
import { judge } from "../../reports/judge.js";
import { readNights } from "../../reports/nights/store.js";
import type { Check } from "../../suites/check.js";
import { unopenedSession } from "../unopened-session.js";
import type { RunParts } from "../certify.js";
import { compareCommand } from "../compare.js";
import { runCommand } from "../command.js";
import { historyCommand } from "../history.js";
import type { CommandIo } from "../io.js";
import { nightlyCommand } from "../nightly.js";

let folder = "";

const measuring: Check = {
  id: "made.number",
  promise: "a number is recorded",
  level: "isolate",
  run: async (context) => {
    context.measure({ id: "made.number", value: 5, unit: "ms", n: 10, conditions: {} });
  },
};

interface Typed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command; `interrupted`: a signal comes as soon as somebody listens and the target is open. */
async function typed(line: readonly string[], { checks = [measuring], isInterrupted = false, env = {} }: { readonly checks?: readonly Check[]; readonly isInterrupted?: boolean; readonly env?: Record<string, string> } = {}): Promise<Typed> {
  const said = { out: "", err: "" };
  let signal: (name: NodeJS.Signals) => void = () => undefined;
  const io: CommandIo = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isLive: false,
    hasColour: false,
    columns: 80,
    env,
    onSignal(listener) {
      signal = listener;
      return () => undefined;
    },
    exit: () => undefined,
  };
  const parts: RunParts = {
    suites: [{ id: "made", title: "Made up", checks }],
    loadClaims: async () => [],
    openSession: async () => {
      if (isInterrupted) signal("SIGINT");
      const session = unopenedSession("made-up");
      const pops = [{ id: "one", region: "weur", latitude: 0, longitude: 0, httpAddress: "127.0.0.1:9" }];
      return { ...session, description: { ...session.description, pops }, verbs: { ...session.verbs, undeploy: async () => undefined }, close: async () => undefined };
    },
    writeReports: async () => [],
    summary: async (document: ResultDocument) => `run: ${judge(document, []).verdict}`,
  };
  const [verb = "", ...rest] = line;
  const command = verb === "nightly" ? nightlyCommand(async () => parts) : verb === "history" ? historyCommand : compareCommand;
  const code = await runCommand(command, rest, io).catch((error: unknown) => {
    assert.ok(error instanceof EdgemarkError, String(error));
    said.err += error.message;
    return error.exitCode;
  });
  return { code, ...said };
}

describe("edgemark nightly", () => {
  let history = "";
  let night: readonly string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "edgemark-nightly-"));
    history = join(folder, "nights");
    night = ["nightly", "--target", "made-up", "--history", history, "--out", join(folder, "runs"), "--seed", "1", "--load-for", "0s", "--chaos-for", "0s"];
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("appends a document each night, and cannot tell until there are ten", async () => {
    for (let count = 1; count <= 10; count++) {
      const { code, out } = await typed(night);
      assert.equal(code, count < 10 ? 4 : 0, out);
    }
    const { nights, leftOut } = await readNights(history);
    assert.deepEqual([nights.length, leftOut], [10, []]);
    assert.match(nights[0]?.document.run.replay ?? "", /^edgemark nightly --target made-up --profile nightly --seed 1 --history /);
  });

  it("prints one object with --json, with run, night and judgement", async () => {
    const { out } = await typed([...night, "--json"]);
    const said = JSON.parse(out) as { readonly run: { readonly verdict: string }; readonly night: string; readonly history: { readonly schema: string; readonly nights: number } };
    assert.deepEqual([said.run.verdict, said.night, said.history.schema, said.history.nights], ["pass", join(history, "000001.json"), "edgemark.nights/1", 1]);
  });

  it("leaves a marked document when it is interrupted, and says that nothing can be told", async () => {
    const { code, out } = await typed(night, { isInterrupted: true });
    assert.equal(code, 3);
    assert.match(out, /cannot tell: the last night was interrupted: interrupted by SIGINT/);
    assert.match((await readNights(history)).nights[0]?.document.run.interrupted ?? "", /SIGINT/);
  });

  it("fails with the run, whatever the history says", async () => {
    assert.equal((await typed(night, { checks: [{ ...measuring, run: async () => assert.fail("broken") }] })).code, 1);
  });

  it("appends nothing where nothing ran, and wants a history", async () => {
    assert.equal((await typed([...night, "--dry-run"])).code, 0);
    assert.deepEqual(await readdir(folder), []);
    const { code, err } = await typed(night.filter((word) => word !== "--history" && word !== history));
    assert.equal(code, 2);
    assert.match(err, /expected --history/);
  });

  it("history judges the folder again, names what is damaged, and writes Otava's files", async () => {
    for (let count = 1; count <= 11; count++) await typed(night);
    await writeFile(join(history, "000001.json"), "{");
    const summary = join(folder, "summary.md");
    const { code, out } = await typed(["history", history, "--otava", join(folder, "otava")], { env: { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary } });
    assert.equal(code, 0, out);
    assert.match(out, /warning: 000001\.json is left out: .*\n[^]*same: .*warning: 1 document is left out/);
    assert.equal((await readFile(join(folder, "otava", "nights.csv"), "utf8")).split("\n").length, 12);
    assert.match(await readFile(summary, "utf8"), /### = same: 10 nights of `made-up`/);
    assert.equal((await typed(["history", join(folder, "none")])).code, 2);
  });

  it("compare takes folders of nights and of runs, and refuses what is none", async () => {
    for (let count = 1; count <= 2; count++) await typed(night);
    const { code, out } = await typed(["compare", history, join(folder, "runs"), "--json"]);
    const { verdict, metrics } = JSON.parse(out) as { readonly verdict: string; readonly metrics: readonly { readonly id: string }[] };
    assert.deepEqual([code, verdict, metrics.map(({ id }) => id)], [4, "cannot tell", ["made.number"]]);
    for (const [line, words] of [[["compare", history], /1 came/], [["compare", history, join(folder, "none")], /nothing of that name/], [["compare", "a", "b", "--against", "reference"], /both came/], [["compare", "--against", "refernce"], /did you mean reference/]] as const) {
      const refused = await typed(line);
      assert.equal(refused.code, 2);
      assert.match(refused.err, words);
    }
  });
});

describe("the workflow of a night", () => {
  it("is a workflow of GitHub Actions whose actions are pinned and whose commands exist", async () => {
    const text = await readFile(new URL("./nightly.workflow.yaml", import.meta.url), "utf8");
    interface Step {
      readonly uses?: string;
      readonly run?: string;
    }
    const workflow = parse(text) as { readonly name: string; readonly on: { readonly schedule: readonly { readonly cron: string }[] }; readonly permissions: Readonly<Record<string, string>>; readonly jobs: Readonly<Record<string, { readonly "runs-on": unknown; readonly "timeout-minutes": number; readonly steps: readonly Step[] }>> };
    assert.deepEqual(Object.keys(workflow), ["name", "on", "permissions", "concurrency", "jobs"]);
    assert.match(workflow.on.schedule[0]?.cron ?? "", /^(\S+ ){4}\S+$/);
    assert.deepEqual(workflow.permissions, { contents: "write" });
    const steps = Object.values(workflow.jobs).flatMap((job) => {
      assert.ok(job["runs-on"] !== undefined && job["timeout-minutes"] > 0);
      return job.steps;
    });
    for (const step of steps) {
      assert.notEqual(step.uses === undefined, step.run === undefined, "a step uses an action or runs a command");
      if (step.uses !== undefined) assert.match(step.uses, /^actions\/[a-z-]+@[0-9a-f]{40}$/);
    }
    // Where an action's version stands beside its commit, a reader and an updating robot see it.
    assert.equal(text.match(/uses: .*@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm)?.length, steps.filter(({ uses }) => uses !== undefined).length);
    const known = new Set(nightlyCommand(async () => assert.fail("loaded")).options.map(({ flags }) => flags.split(" ")[0]));
    const commands = steps.flatMap(({ run = "" }) => [...run.matchAll(/edgemark nightly([^|\n]*)/g)].map(([, options = ""]) => options));
    assert.equal(commands.length, 1);
    for (const [option] of (commands[0] ?? "").matchAll(/--[a-z-]+/g)) assert.ok(known.has(option), option);
  });
});
