// V8 gives memory back in a process that is left alone, and does not during a run.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Grows, says so, and then does nothing until its stdin ends. */
const program = (isCalm: boolean): string => `
import { keepCalm } from ${JSON.stringify(new URL("./calm.js", import.meta.url).href)};
if (${isCalm}) keepCalm();
globalThis.kept = Array.from({ length: 300_000 }, (_, index) => ({ index }));
console.log("ready");
process.stdin.resume().on("end", () => process.exit());
`;

interface Watched {
  readonly child: ChildProcess;
  /** What it has said, V8's own lines of its collections among it. */
  said: string;
}

function start(isCalm: boolean): Watched {
  const child = spawn(process.execPath, ["--trace-gc", "--input-type=module", "-e", program(isCalm)], { stdio: ["pipe", "pipe", "inherit"] });
  const watched: Watched = { child, said: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (watched.said += text));
  return watched;
}

async function until(watched: Watched, text: string): Promise<void> {
  while (!watched.said.includes(text)) await once(watched.child.stdout ?? assert.fail(), "data");
}

describe("a calm process", () => {
  const started: Watched[] = [];
  afterEach(() => {
    for (const { child } of started.splice(0)) child.kill("SIGKILL");
  });

  it("is not interrupted to give memory back, as one left alone is after eight seconds", async () => {
    started.push(start(true));
    const [calm = assert.fail()] = started;
    await until(calm, "ready");
    started.push(start(false));
    const alone = started[1] ?? assert.fail();
    // The calm one is the older: its time had come before.
    await until(alone, "(reduce)");
    calm.child.stdin?.end();
    await once(calm.child, "close");
    assert.match(calm.said, /Scavenge/);
    assert.doesNotMatch(calm.said, /\(reduce\)/);
  }).timeout(60_000);
});
