// The steps of `npm test` and of .ci/run, one after the other: each with its time limit and what it counted. They all
// run even when one fails, so that one run tells everything that is wrong.
//   node .ci/steps.mjs [STEP...]     default: the steps of `npm test`
//   EDGEMARK_TOTALS=FILE             appends what each step counted to FILE, a JSON object a line
import { spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const binary = (name) => join(root, "node_modules", ".bin", name);
const scratch = await mkdtemp(join(tmpdir(), "edgemark-steps-"));
const mochaCounts = join(scratch, "mocha.json");

/** A step that only holds or does not counts as one. */
const oneGate = (code) => (code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/** name → what runs, how long it may take (s), and what it counted, from its exit code and its stdout. */
const steps = {
  build: { command: [process.execPath, "build.mjs"], limitSeconds: 60, count: oneGate },
  types: { command: [binary("tsc"), "-p", "tsconfig.json"], limitSeconds: 240, count: oneGate },
  "types-isolate": { command: [binary("tsc"), "-p", "tsconfig.worker.json"], limitSeconds: 240, count: oneGate },
  lint: { command: [binary("eslint"), "--max-warnings", "0", "."], limitSeconds: 300, count: oneGate },
  imports: { command: [process.execPath, ".ci/imports.mjs"], limitSeconds: 120, count: oneGate },
  lock: { command: [process.execPath, ".ci/lock.mjs"], limitSeconds: 30, count: oneGate },
  unit: {
    command: [binary("mocha"), ...(process.stdout.isTTY ? [] : ["--no-color"]), "--reporter", ".ci/reporter.cjs", "--reporter-option", `output=${mochaCounts}`],
    limitSeconds: 600,
    count: async () => {
      const { passes, failures } = JSON.parse(await readFile(mochaCounts, "utf8"));
      return { passed: passes, failed: failures };
    },
  },
  certify: {
    // A run folder of its own: the person's runs/ is no place for the tests'. More time than a person's run has, because
    // a busy CI machine is slow and not wrong.
    command: [process.execPath, "dist/edgemark.js", "certify", "--profile", "quick", "--seed", "1", "--timeout", "300", "--json", "--out", join(scratch, "runs")],
    limitSeconds: 360,
    count: (_code, out) => {
      const { counts } = JSON.parse(out);
      return { passed: counts.pass, failed: counts.fail + counts.inconclusive + counts.error };
    },
  },
  mutants: {
    command: [process.execPath, "dist/edgemark.js", "mutants", "--json"],
    limitSeconds: 780,
    count: (_code, out) => {
      const { caught, missed } = JSON.parse(out);
      return { passed: caught, failed: missed.length };
    },
  },
};
const usual = ["build", "types", "types-isolate", "lint", "imports", "lock", "unit", "certify"];

/** Runs a step in its own process group, so that its limit also ends what it started. */
function run({ command: [program, ...args], limitSeconds }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"], detached: true });
    let out = "";
    let isOverLimit = false;
    child.stdout.on("data", (chunk) => {
      out += chunk;
      process.stdout.write(chunk);
    });
    const kill = () => {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // All of the group have ended.
      }
    };
    const timer = setTimeout(() => {
      isOverLimit = true;
      kill();
    }, limitSeconds * 1_000);
    const forward = (signal) => process.kill(-child.pid, signal);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, forward);
    child.once("error", (error) => resolve({ code: 127, out, why: error.message }));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      for (const name of ["SIGINT", "SIGTERM"]) process.removeListener(name, forward);
      kill();
      const why = isOverLimit ? `over its limit of ${limitSeconds} s` : code === 0 ? "" : `exit ${code ?? signal}`;
      resolve({ code: isOverLimit ? 124 : (code ?? 1), out, why });
    });
  });
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : usual;
const unknown = chosen.filter((name) => !Object.hasOwn(steps, name));
// What was built before an edit is not what is to be tested.
if (!chosen.includes("build") && chosen.some((name) => ["unit", "certify", "mutants"].includes(name))) chosen.unshift("build");
if (unknown.length > 0) {
  console.error(`steps expected; ${unknown.join(", ")} came; there are ${Object.keys(steps).join(", ")}`);
  process.exit(2);
}

const rows = [];
for (const name of chosen) {
  console.log(`\n── ${name}`);
  const startMs = performance.now();
  const { code, out, why } = await run(steps[name]);
  let counted;
  try {
    counted = await steps[name].count(code, out);
  } catch {
    counted = { passed: 0, failed: 1 };
  }
  // A step that ended badly has failed whatever it counted; one that counted nothing has tested nothing.
  const isSound = code === 0 && counted.passed > 0;
  const row = { step: name, passed: counted.passed, failed: isSound ? counted.failed : Math.max(counted.failed, 1), durationMs: Math.round(performance.now() - startMs) };
  rows.push({ ...row, why: why || (counted.passed === 0 ? "nothing ran" : "") });
  if (process.env.EDGEMARK_TOTALS !== undefined) await appendFile(process.env.EDGEMARK_TOTALS, `${JSON.stringify(row)}\n`);
}
await rm(scratch, { recursive: true, force: true });

console.log("\nstep              ok   not ok   seconds");
for (const { step, passed, failed, durationMs, why } of rows) {
  console.log(`${step.padEnd(14)} ${String(passed).padStart(5)} ${String(failed).padStart(8)} ${(durationMs / 1_000).toFixed(1).padStart(9)}  ${why}`.trimEnd());
}
process.exit(rows.some((row) => row.failed > 0) ? 1 : 0);
