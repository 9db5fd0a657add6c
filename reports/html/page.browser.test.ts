// The page in a real browser: nothing loads, nothing of a target runs, nothing overflows, and the filter, the folds and the
// links do what they are there for. Registered only where Chromium is; says how to get it where it is not.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { badRun, bigRun, goodRun, hostileRun } from "../testdata/samples.js";
import { htmlReport } from "./page.js";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const samples = { good: goodRun, bad: badRun, big: bigRun, hostile: hostileRun };

/** What a page is made of, as a screen reader meets it. */
interface Structure {
  readonly headings: readonly number[];
  readonly landmarks: readonly number[];
  readonly headless: number;
  readonly wordless: number;
  readonly language: string;
}

if (!existsSync(executablePath)) {
  process.stdout.write(`report.html is not tried in a browser: ${executablePath} is missing (apt-get install chromium, or set CHROMIUM to a path)\n`);
} else {
  describe("report.html in a browser", function () {
    this.timeout(60_000);
    let browser: Browser;
    let folder = "";
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "edgemark-page-"));
      for (const [name, sample] of Object.entries(samples)) await writeFile(join(folder, `${name}.html`), htmlReport(sample()));
      browser = await chromium.launch({ executablePath, args: flags });
    });
    after(async () => {
      await browser.close();
      await rm(folder, { recursive: true });
    });

    /** Opens a page and collects whatever it should not do. */
    async function open(name: keyof typeof samples, options: { readonly width?: number; readonly hash?: string; readonly scheme?: "dark" | "light"; readonly hasScript?: boolean } = {}): Promise<{ page: Page; troubles: string[] }> {
      const context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: 900 }, colorScheme: options.scheme ?? "light", javaScriptEnabled: options.hasScript ?? true });
      const page = await context.newPage();
      const troubles: string[] = [];
      const address = `${pathToFileURL(join(folder, `${name}.html`)).href}${options.hash ?? ""}`;
      page.on("console", (message) => troubles.push(`console: ${message.text()}`));
      page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
      page.on("dialog", (dialog) => void dialog.dismiss().then(() => troubles.push("dialog")));
      page.on("request", (request) => request.url() !== address.split("#")[0] && !request.url().startsWith("data:") && troubles.push(`request: ${request.url()}`));
      await page.goto(address);
      return { page, troubles };
    }

    const widthOf = (page: Page) => page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]");

    for (const name of Object.keys(samples) as (keyof typeof samples)[]) {
      it(`${name}: loads nothing, says nothing, fits a phone and a desk`, async () => {
        for (const [width, scheme] of [[390, "dark"], [1280, "light"]] as const) {
          const { page, troubles } = await open(name, { width, scheme });
          await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
          assert.deepEqual(await widthOf(page), [width, width]);
          assert.deepEqual(troubles, []);
          await page.context().close();
        }
      });
    }

    it("opens the fold that a link points into", async () => {
      const { page } = await open("big", { hash: "#kv.get.m0" });
      assert.equal(await page.locator("[id='kv.get.m0']").isVisible(), true);
      await page.context().close();
    });

    it("filters checks by word and by verdict, and says how many are left", async () => {
      const { page } = await open("big");
      await page.locator("#search").fill("expirationttl keeps order");
      assert.equal(await page.locator("tr[data-verdict]:visible").count(), 1);
      assert.match(await page.locator("#found").innerText(), /^1 of \d+ shown$/);
      await page.locator("#search").fill("");
      for (const verdict of ["pass", "not-applicable", "inconclusive", "error"]) await page.locator(`input[value=${verdict}]`).uncheck();
      assert.equal(await page.locator("tr[data-verdict]:visible").count(), await page.locator("tr[data-verdict=fail]").count());
      await page.context().close();
    });

    it("reads whole without scripts: no control that does nothing, every check there", async () => {
      const { page, troubles } = await open("big", { hasScript: false });
      assert.equal(await page.locator("#filter:visible, button:visible").count(), 0);
      assert.equal(await page.locator("tr[data-verdict]").count(), bigRun().checks.length);
      assert.deepEqual(troubles.filter((one) => !one.includes("script")), []);
      await page.context().close();
    });

    it("has headings in order, named landmarks, heads for every table and words for every picture", async () => {
      const { page } = await open("big");
      const found = await page.evaluate<Structure>(`({
        headings: [...document.querySelectorAll("h1,h2,h3,h4")].map((one) => Number(one.tagName[1])),
        landmarks: ["header", "nav", "main", "footer"].map((one) => document.querySelectorAll("body > " + one).length),
        headless: [...document.querySelectorAll("table")].filter((one) => !one.querySelector("th[scope=col]") || !one.caption).length,
        wordless: [...document.querySelectorAll("svg")].filter((one) => one.getAttribute("aria-hidden") !== "true" && !one.getAttribute("aria-label")).length,
        language: document.documentElement.lang,
      })`);
      assert.equal(found.headings.filter((depth) => depth === 1).length, 1);
      for (const [index, depth] of found.headings.entries()) assert.ok(depth <= (found.headings[index - 1] ?? 0) + 1, `heading ${index} of depth ${depth}`);
      assert.deepEqual([found.landmarks, found.headless, found.wordless, found.language], [[1, 1, 1, 1], 0, 0, "en"]);
      await page.context().close();
    });

    for (const [name, views] of [["bad", [[390, "dark"], [1280, "light"]]], ["hostile", [[390, "light"]]]] as const) {
      it(`${name}: violates no rule of axe`, async () => {
        for (const [width, scheme] of views) {
          const { page } = await open(name, { width, scheme });
          await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
          // Through the debugger and not as a script of the page, whose policy would refuse it.
          await page.evaluate(axeSource);
          const violations = await page.evaluate<readonly string[]>(axeViolations);
          assert.deepEqual(violations, [], `${width} ${scheme}`);
          await page.context().close();
        }
      });
    }

    it("draws every chart with a table below it", async () => {
      const { page } = await open("bad");
      const found = await page.evaluate<{ readonly charts: number; readonly alone: readonly string[] }>(`(() => {
        const charts = [...document.querySelectorAll("svg.chart, svg.map")];
        return { charts: charts.length, alone: charts.filter((one) => !one.closest("figure")?.querySelector("table")).map((one) => one.getAttribute("aria-label")) };
      })()`);
      assert.ok(found.charts >= 12, String(found.charts));
      assert.deepEqual(found.alone, []);
      await page.context().close();
    });

    it("is used with the keyboard alone: skip link, navigation, folds, filter, copy", async () => {
      const { page } = await open("bad");
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate("document.activeElement.className"), "skip");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate("document.activeElement.id"), "content");
      await page.locator("details.product > summary").first().focus();
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate("document.querySelector('details.product').open"), true);
      await page.locator("input[value=pass]").focus();
      await page.keyboard.press("Space");
      assert.match(await page.locator("#found").innerText(), /shown$/);
      await page.context().close();
    });

    it("prints everything that a fold hides", async () => {
      const { page } = await open("bad");
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator("nav").isVisible(), false);
      assert.equal(await page.locator("tr[data-verdict] th").first().isVisible(), true);
      await page.context().close();
    });

    it("keeps text readable: contrast of at least 4.5 to 1, light and dark", async () => {
      for (const scheme of ["light", "dark"] as const) {
        const { page } = await open("bad", { scheme });
        await page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true");
        assert.deepEqual(await page.evaluate(lowContrast), [], scheme);
        await page.context().close();
      }
    });
  });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const axeViolations = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")))`;

/** Runs in the page: texts whose contrast to the nearest painted background is too low. */
const lowContrast = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
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
