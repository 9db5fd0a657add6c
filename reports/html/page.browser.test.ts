// The pages in a real browser: nothing loads, nothing of a target runs, nothing overflows, and the filter, the folds and the
// links do what they are there for. Registered only where Chromium is; says how to get it where it is not.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { largeRun } from "../large-run.js";
import { badRun, bigRun, goodRun, hostileRun, hostileText } from "../testdata/samples.js";
import { assertAccessible, browser, hasBrowser, lowContrast, unfold } from "./browser.fixture.js";
import { comparisonPage } from "./matrix/page.js";
import { htmlReport } from "./page.js";

/** Every part of a page is in the bad run and in the comparison; the big run is for the filter, and no larger than that. */
const pages = {
  good: () => htmlReport(goodRun()),
  bad: () => htmlReport(badRun()),
  big: () => htmlReport(bigRun()),
  vast: () => htmlReport(largeRun({ checks: 1_100, histograms: 40, histories: 3 })),
  hostile: () => htmlReport(hostileRun(hostileText, badRun())),
  comparison: () => comparisonPage([goodRun(), badRun(), hostileRun(hostileText, badRun())].map((document, index) => ({ ...document, target: { ...document.target, version: index === 2 ? document.target.version : String(index) } }))),
} as const;

/** What a page is made of, as a screen reader meets it. */
interface Structure {
  readonly headings: readonly number[];
  readonly landmarks: readonly number[];
  readonly headless: number;
  readonly wordless: number;
  readonly language: string;
}

if (hasBrowser()) {
  describe("pages in a browser", function () {
    this.timeout(60_000);
    let folder = "";
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "edgemark-page-"));
      for (const [name, write] of Object.entries(pages)) await writeFile(join(folder, `${name}.html`), write());
      await browser();
    });
    after(async () => {
      await rm(folder, { recursive: true });
    });

    /** Opens a page and collects whatever it should not do. */
    async function open(name: keyof typeof pages, options: { readonly hash?: string; readonly hasScript?: boolean } = {}): Promise<{ page: Page; troubles: string[] }> {
      const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light", javaScriptEnabled: options.hasScript ?? true });
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

    /** Polls until an element is in the window: what it takes to be laid out is the browser's affair. */
    async function comesIntoSight(page: Page, id: string): Promise<void> {
      const deadlineMs = Date.now() + 30_000;
      for (;;) {
        const top = await page.evaluate<number>(`document.getElementById(${JSON.stringify(id)}).getBoundingClientRect().top`);
        if (top >= 0 && top < 900) return;
        if (Date.now() > deadlineMs) assert.fail(`expected ${id} between 0 and 900 px from the top; the last was ${top}`);
      }
    }

    const widthOf = (page: Page) => page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]");

    for (const name of ["good", "bad", "hostile", "comparison"] as const) {
      const isRead = name !== "good";
      it(`${name}: loads nothing, says nothing, fits a phone and a desk${isRead ? ", has contrast, violates no rule of axe" : ""}`, async () => {
        const { page, troubles } = await open(name);
        await unfold(page);
        assert.deepEqual(await widthOf(page), [1280, 1280]);
        assert.deepEqual(troubles, []);
        if (isRead) {
          assert.deepEqual(await lowContrast(page), []);
          await page.emulateMedia({ colorScheme: "dark" });
          assert.deepEqual(await lowContrast(page), []);
        }
        await page.setViewportSize({ width: 390, height: 900 });
        assert.deepEqual(await widthOf(page), [390, 390]);
        if (isRead) await assertAccessible(page);
        await page.context().close();
      });
    }

    it("a violation is found: a picture without words, a text that nobody can read", async () => {
      const { page } = await open("good");
      // The page's policy forbids style attributes, not its own scripts.
      await page.evaluate(`(() => { const main = document.querySelector("main"); main.innerHTML = '<h2>x</h2><span role="img" class="sign">✓</span><p>faint</p>'; main.lastChild.style.color = "#ddd"; main.lastChild.style.background = "#fff"; })()`);
      await assert.rejects(assertAccessible(page), /role-img-alt/);
      assert.match((await lowContrast(page)).join(), /faint/);
      await page.context().close();
    });

    it("opens the fold that a link points into", async () => {
      const { page } = await open("big", { hash: "#kv.get.m0" });
      assert.equal(await page.locator("[id='kv.get.m0']").isVisible(), true);
      await page.context().close();
    });

    it("of a very large run, in which only what is in sight is laid out, brings into sight what is linked to", async () => {
      const { page, troubles } = await open("vast", { hash: "#kv.subject-1002" });
      await comesIntoSight(page, "kv.subject-1002");
      await page.locator("nav a[href='#environment']").click();
      await comesIntoSight(page, "h-environment");
      await page.locator("#search").fill("number 1003");
      assert.match(await page.locator("#found").innerText(), /^1 of 1100 shown$/);
      await page.locator("ul.checks > li:visible > a").click();
      await comesIntoSight(page, "durable-objects.subject-1003");
      assert.deepEqual(troubles, []);
      await page.context().close();
    });

    it("filters a comparison by what fails here and passes there, and keeps that in its address", async () => {
      const { page } = await open("comparison");
      await page.locator("select[data-column='0']").selectOption("pass");
      await page.locator("select[data-column='1']").selectOption("fail");
      assert.match(await page.locator("#found").innerText(), /^[1-9]\d* of \d+ shown$/);
      assert.equal(await page.locator("details.product tr[data-cells]:visible").count(), await page.locator("details.product tr[data-cells^='pass fail']").count());
      assert.match(page.url(), /#filter\?t0=pass&t1=fail$/);
      await page.context().close();
    });

    it("filters checks by word and by verdict, and says how many are left", async () => {
      const { page } = await open("big");
      await page.locator("#search").fill("expirationttl keeps order");
      assert.equal(await page.locator("ul.checks > li:visible").count(), 1);
      assert.match(await page.locator("#found").innerText(), /^1 of \d+ shown$/);
      await page.locator("#search").fill("");
      for (const verdict of ["pass", "not-applicable", "inconclusive", "error"]) await page.locator(`input[value=${verdict}]`).uncheck();
      assert.equal(await page.locator("ul.checks > li:visible").count(), await page.locator("ul.checks.fail > li").count());
      assert.deepEqual([...new Set((await page.locator(".product h4:visible").allInnerTexts()).map((text) => text.replace(/^\d+ /, "")))], ["failed"]);
      await page.context().close();
    });

    it("reads whole without scripts: no control that does nothing, every check there", async () => {
      const { page, troubles } = await open("big", { hasScript: false });
      assert.equal(await page.locator("#filter:visible, button:visible").count(), 0);
      assert.equal(await page.locator("ul.checks > li").count(), bigRun().checks.length);
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
      assert.equal(await page.locator("ul.checks > li > a").first().isVisible(), true);
      await page.context().close();
    });
  });
}
