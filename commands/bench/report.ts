// The report of a very large run: how long the command takes, how much memory, and how soon the page can be used in a
// browser. The command itself is measured, in a process of its own, from its start to its end.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { CommandIo } from "../io.js";
import type { Figure } from "./figure.js";
import { median } from "../../contract/median.js";
import { largeRun } from "../../reports/large-run.js";

const size = { checks: 5_000, histograms: 60, histories: 10 } as const;
const most = { renderMs: 5_000, memoryMb: 300, usableMs: 1_000 } as const;
const watchEveryMs = 10;

/** Neither a process nor a browser that never answers may keep the benchmark: far more than the slowest machine takes. */
const patientMs = 120_000;

/** @param rounds how often each is measured; the median counts */
export async function reportFigures(rounds: number, io: Pick<CommandIo, "err">): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-bench-report-"));
  try {
    const document = join(folder, "result.json");
    await writeFile(document, JSON.stringify(largeRun(size)));
    const runs: Rendered[] = [];
    for (let round = 1; round <= rounds; round++) {
      const run = await render(document);
      runs.push(run);
      io.err(`report, round ${round} of ${rounds}: rendered in ${run.durationMs.toFixed(0)} ms, ${run.peakMb.toFixed(0)} MB\n`);
    }
    const page = join(folder, "report.html");
    const what = `${size.checks} checks, ${size.histograms} histograms, ${size.histories} histories`;
    const [renderMs, memoryMb] = [median(runs.map((run) => run.durationMs)), Math.max(...runs.map((run) => run.peakMb))];
    return [
      { id: "bench.report.render", value: renderMs, unit: "ms", n: rounds, goal: `at most ${most.renderMs} ms: ${what}`, held: renderMs <= most.renderMs, detail: `the whole command; all: ${runs.map((run) => run.durationMs.toFixed(0)).join(" ")}; the page has ${((await stat(page)).size / 1e6).toFixed(1)} MB` },
      { id: "bench.report.memory", value: memoryMb, unit: "MB", n: rounds, goal: `at most ${most.memoryMb} MB, the largest of all rounds`, held: memoryMb <= most.memoryMb, detail: `peak of the process: ${runs.map((run) => run.peakMb.toFixed(0)).join(" ")} MB` },
      await usableFigure(page, rounds, io),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Rendered {
  readonly durationMs: number;
  readonly peakMb: number;
}

function render(document: string): Promise<Rendered> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(new URL("../../edgemark.js", import.meta.url)), "report", document, "--format", "html", "--as-recorded"], { stdio: ["ignore", "ignore", "pipe"], timeout: patientMs, killSignal: "SIGKILL" });
  let said = "";
  child.stderr.on("data", (text: Buffer) => void (said += text.toString()));
  let peakMb = 0;
  // The kernel keeps the peak itself; it only has to be read before the process is gone.
  const watcher = setInterval(() => {
    void readFile(`/proc/${child.pid}/status`, "utf8").then(
      (status) => void (peakMb = Math.max(peakMb, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_000)),
      () => undefined,
    );
  }, watchEveryMs);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearInterval(watcher);
      if (code === 0) resolve({ durationMs: performance.now() - startedMs, peakMb });
      else reject(new EdgemarkError("harness.internal", `expected edgemark report to write a page; it ended with ${String(code ?? signal)}: ${said.slice(0, 500)}`));
    });
  });
}

/** Usable: it is drawn, and the filter has answered a typed word. */
async function usableFigure(page: string, rounds: number, io: Pick<CommandIo, "err">): Promise<Figure> {
  const figure = { id: "bench.report.usable", unit: "ms", goal: `at most ${most.usableMs} ms from opening the page to its filter's first answer, in Chromium` };
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const playwright = await import("playwright-core").catch(messageOf);
  if (typeof playwright === "string" || !existsSync(executablePath)) return { ...figure, value: Number.NaN, n: 0, held: false, detail: `not measured: it needs playwright-core and a Chromium (${executablePath}, or name one with CHROMIUM)` };
  const browser = await playwright.chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  try {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const opened = await context.newPage();
      await opened.addInitScript(answering);
      await opened.goto(pathToFileURL(page).href, { waitUntil: "domcontentloaded" });
      const usableMs = await inTime(opened.evaluate<number>("globalThis.answered"));
      samples.push(usableMs);
      io.err(`report, round ${round + 1} of ${rounds}: usable after ${usableMs.toFixed(0)} ms\n`);
      await context.close();
    }
    const value = median(samples);
    return { ...figure, value, n: samples.length, held: value <= most.usableMs, detail: `all: ${samples.map((sample) => sample.toFixed(0)).join(" ")}` };
  } finally {
    await browser.close();
  }
}

/**
 * In the page's own clock, which begins with the navigation: as soon as the page is whole a word is typed, the filter answers,
 * and two frames later that is drawn. All of it happens in the page: what drives the browser would be measured too. A browser
 * that draws no frames (nobody looks at it) still runs its timers, and would never call back otherwise.
 */
const answering = `globalThis.answered = new Promise((resolve) => addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("search");
  if (!document.querySelector("#filter:not([hidden])")) return;
  box.value = "number 4711";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  const frame = (then) => { let isDone = false; const once = () => { if (!isDone) { isDone = true; then(); } }; requestAnimationFrame(once); setTimeout(once, 1000); };
  frame(() => frame(() => resolve(performance.now())));
}))`;

/** playwright gives every step a deadline but the program that it runs in the page. @throws EdgemarkError when it is over */
async function inTime<T>(wanted: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EdgemarkError("harness.internal", `expected an answer of the page within ${patientMs / 1_000} s; none came; run it again on a machine with less to do`)), patientMs);
  });
  try {
    return await Promise.race([wanted, over]);
  } finally {
    clearTimeout(timer);
  }
}
