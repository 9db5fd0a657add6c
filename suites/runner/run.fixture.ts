// Runs of made-up checks against a stub target, for the tests of the runner.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckResult, ResultDocument } from "../../contract/result/document.js";
import type { Check, Fixture } from "../check.js";
import { runSuites, type RunEvent, type RunOptions } from "./run.js";
import { startStub, type StubOptions } from "./stub.fixture.js";

export const fixture: Fixture = { name: "hello", program: new URL("../fixtures/hello.worker.js", import.meta.url), bindings: [] };

export function check(id: string, run: Check["run"], more: Partial<Check> = {}): Check {
  return { id, promise: `promise of ${id}`, level: "isolate", run, ...more };
}

export interface Ran {
  readonly document: ResultDocument;
  readonly events: readonly RunEvent[];
  readonly calls: readonly string[];
  of(id: string): CheckResult;
}

export async function run(checks: readonly Check[], options: Partial<RunOptions> = {}, stubOptions: StubOptions = {}): Promise<Ran> {
  const runDirectory = await mkdtemp(join(tmpdir(), "edgemark-run-"));
  const stub = await startStub(stubOptions);
  const events: RunEvent[] = [];
  try {
    const document = await runSuites({
      suites: [{ id: "made", title: "Made up", checks }],
      session: { verbs: stub.verbs, description: stub.description, address: stub.address },
      profile: "quick",
      seed: 42,
      known: [],
      claims: [],
      runDirectory,
      signal: new AbortController().signal,
      onProgress: (event) => events.push(event),
      totalBudgetMs: 30_000,
      replayOptions: "--target stub --seed 42",
      replay: "edgemark certify --target stub --seed 42",
      ...options,
    });
    const of = (id: string): CheckResult => {
      const found = document.checks.find((result) => result.id === id);
      assert.ok(found, `a result of ${id}`);
      return found;
    };
    return { document, events, calls: stub.calls, of };
  } finally {
    await stub.close();
    await rm(runDirectory, { recursive: true });
  }
}

export const passing = check("made.pass", async () => undefined);
/** Never ends, and does not listen to its abort. */
export const hangs = (): Promise<void> => new Promise(() => undefined);
