// One Chromium for all tests that need one: starting it takes longer than most of them. It is started by the first test that
// asks, and closed when all tests are over.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Whether there is a Chromium here; says how to get it where there is none. */
export function hasBrowser(): boolean {
  if (existsSync(executablePath)) return true;
  process.stdout.write(`pages are not tried in a browser: ${executablePath} is missing (apt-get install chromium, or set CHROMIUM to a path)\n`);
  return false;
}

let started: Promise<Browser> | undefined;
after(async () => (await started)?.close());

export function browser(): Promise<Browser> {
  started ??= chromium.launch({ executablePath, args: flags });
  return started;
}

/** Opens every fold, so that nothing escapes a test because nobody has opened it. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
}

let axeSource: string | undefined;

/** @throws AssertionError when axe finds a rule violated on the page as it is shown now */
export async function assertAccessible(page: Page): Promise<void> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  // Through the debugger and not as a script of the page, whose policy would refuse it.
  await page.evaluate(axeSource);
  assert.deepEqual(await page.evaluate<readonly string[]>(axeViolations), []);
}

const axeViolations = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")))`;

/** @returns texts whose contrast to the nearest painted background is below 4.5 to 1 */
export function lowContrast(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(lowContrasts);
}

const lowContrasts = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (known.has(colour)) return known.get(colour);
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const read = [...canvas.getImageData(0, 0, 1, 1).data];
    known.set(colour, read);
    return read;
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => { for (let one = node; one; one = one.parentElement) { const found = rgba(getComputedStyle(one).backgroundColor); if (found[3] > 200) return found; } return [255, 255, 255]; };
  const low = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.closest("script, style, .unseen, .self, .skip") || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const ink = light(rgba(node.closest("svg") ? style.fill : style.color));
    const ground = light(behind(node));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (ratio < 4.5) low.add(node.tagName + "." + (node.getAttribute("class") ?? "") + " " + ratio.toFixed(2) + " " + walker.currentNode.data.trim().slice(0, 20));
  }
  return [...low];
})()`;
