// Laws that every writer keeps, whatever the document: it accepts every verdict, says the same twice, lets nothing of a
// hostile target through, and stays fast when strings are huge.
import assert from "node:assert/strict";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import type { Measurement, ResultDocument } from "../contract/result/document.js";
import { levels, verdicts } from "../contract/result/document.js";
import { writers } from "./index.js";
import { overview } from "./overview.js";
import { terminalSummary } from "./terminal.js";
import { badRun, bigRun, check, goodRun, hostileRun, hostileText, interruptedRun, run } from "./testdata/samples.js";

const all: readonly (readonly [string, (document: ResultDocument) => string])[] = [
  ...Object.entries(writers).flatMap(([name, { write }]) => (name === "json" ? [] : [[name, write] as const])),
  ["terminal", (document) => terminalSummary(document)],
  ["terminal in colour", (document) => terminalSummary(document, { colour: true, width: 60, files: ["runs/a/report.html"] })],
];

/** @throws what a strict parser finds wrong */
function parseXml(text: string): void {
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(text).close();
}

for (const [name, write] of all) {
  describe(`writer ${name}`, () => {
    it("accepts every verdict and level", () => {
      for (const verdict of verdicts) {
        for (const level of [...levels, null]) {
          const checks = verdicts.map((one) => check(`kv.${one}`, "a promise", { verdict: one, ...(one === verdict ? { known: { kind: "flaky" as const, reason: "often" } } : {}) }));
          assert.notEqual(write(run({ verdict, level, checks })), "");
        }
      }
    });

    it("accepts a run without anything in it", () => {
      const empty = run({ checks: [], measurements: {}, histories: [], faults: [], claims: [], level: null, verdict: "inconclusive" });
      assert.notEqual(write({ ...empty, target: { ...empty.target, pops: [], capabilities: [], notes: [], limits: {} }, run: { ...empty.run, suites: [] } }), "");
    });

    it("says the same of the same document", () => {
      for (const sample of [goodRun, badRun, interruptedRun, hostileRun]) assert.equal(write(sample()), write(sample()));
    });

    it("shows nothing invisible and nothing that reorders", () => {
      const shown = write(hostileRun()).replace(/\u001b\[[\d;]*m/g, name.includes("colour") ? "" : "$&");
      // Markdown's own zero-width space keeps mentions from being mentions.
      const clean = name === "md" ? shown.replaceAll("&#8203;", "") : shown;
      assert.doesNotMatch(clean, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/);
      // A badge shows no word of a target, and the hostile run has no rate.
      assert.equal(shown.includes("‹U+202E›"), !["badge", "shields", "benchmark-bigger"].includes(name));
    });

    it("renders 10 MB strings without holding them", () => {
      const huge = `${hostileText}${"<&|`x".repeat(2_000_000)}`;
      const shown = write(hostileRun(huge));
      assert.ok(shown.length < 12_000_000, `${shown.length} characters`);
    });

    it("writes no number that is none", () => {
      const odd = [Number.NaN, Infinity, -Infinity, -0, 1e308, -1e308, 5e-324];
      const numbers = fc.oneof(fc.constantFrom(...odd), fc.double());
      const anyMeasurement: fc.Arbitrary<Measurement> = fc.record({
        id: fc.constant("kv.any"),
        value: numbers,
        unit: fc.constantFrom("ms", "us", "count", "ratio", "bytes"),
        n: numbers,
        conditions: fc.constant({ rate: 5 }),
        percentiles: fc.dictionary(fc.constantFrom("min", "p50", "p99", "max", "mean"), numbers),
        samples: fc.array(numbers, { maxLength: 30 }),
        series: fc.array(fc.tuple(numbers, numbers), { maxLength: 30 }),
        matrix: fc.array(fc.record({ row: fc.constantFrom("a", "b"), column: fc.constantFrom("a", "b"), value: numbers }), { maxLength: 6 }),
        startedAtMs: numbers,
      });
      fc.assert(
        fc.property(anyMeasurement, (measurement) => {
          const good = goodRun();
          const shown = write({ ...good, measurements: { one: measurement }, run: { ...good.run, startedAtMs: measurement.value, durationMs: measurement.n } });
          assert.ok(!/NaN|Infinity|undefined/.test(shown), /.{0,80}(NaN|Infinity|undefined).{0,80}/.exec(shown)?.[0]);
        }),
        { seed: 42, numRuns: 25 },
      );
    });
  });
}

describe("writer html", () => {
  const page = writers.html.write(hostileRun());

  it("holds no element, attribute or address of a target's making", () => {
    const tags = new Set([...page.matchAll(/<([a-zA-Z][\w-]*)/g)].map(([, tag]) => tag));
    for (const tag of ["img", "iframe", "object", "embed", "base", "input type=image"]) assert.ok(!tags.has(tag), tag);
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.equal(page.match(/<style/g)?.length, 1);
    assert.doesNotMatch(page.replace(/"[^"]*"/g, '""'), /<[^>]*\s(on\w+|style|src)\s*=/);
    for (const [, address] of page.matchAll(/href="([^"]*)"/g)) assert.match(address ?? "", /^(#[\w.-]+|data:,)$/);
  });

  it("gives every check one place that a link can name, and links only to places", () => {
    for (const text of [page, writers.html.write(bigRun())]) {
      const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      assert.equal(new Set(ids).size, ids.length, "ids are unique");
      for (const [, target] of text.matchAll(/href="#([^"]*)"/g)) assert.ok(ids.includes(target), `#${target} is there`);
    }
    const text = writers.html.write(bigRun());
    for (const { id } of bigRun().checks) assert.ok(text.includes(` id="${id}"`), id);
  });

  it("keeps places apart when ids are alike, empty, or names of the page's own", () => {
    const ids = ["kv.get", "kv.get", "kv get", "kv-get", "", "/", "checks", "failed", "h-checks", "top", "x".repeat(500), "x".repeat(501)];
    const text = writers.html.write(run({ checks: ids.map((id, index) => check(id, "a promise", { verdict: index % 2 === 0 ? "fail" : "pass" })) }));
    const places = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(places).size, places.length, places.join(" "));
  });

  it("lets a browser load nothing, and names no address to load from", () => {
    assert.match(page, /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'/);
    assert.doesNotMatch(writers.html.write(bigRun()), /(src|href|url)\s*[=(]\s*["']?https?:/);
  });
});

describe("overview", () => {
  const standingsOf = (document: ResultDocument) => overview(document).levels.map(({ standing }) => standing);

  it("says of each level where it stands, and never certifies more than the document", () => {
    assert.deepEqual(standingsOf(goodRun()), ["reached", "reached", "reached"]);
    assert.deepEqual(standingsOf({ ...goodRun(), level: "isolate" }), ["reached", "held-back", "held-back"]);
    assert.deepEqual(standingsOf(interruptedRun()), ["absent", "open", "absent"]);
    assert.deepEqual(standingsOf({ ...badRun(), level: null }), ["missed", "missed", "missed"]);
    assert.deepEqual(standingsOf({ ...goodRun(), level: "distributed", run: { ...goodRun().run, interrupted: "SIGINT" } }), ["open", "open", "open"]);
  });

  it("has a headline of its own for every end a run can have", () => {
    const good = goodRun();
    const ends: readonly ResultDocument[] = [good, { ...good, level: null }, { ...good, level: null, run: { ...good.run, partial: "only suites kv" } }, badRun(), { ...badRun(), level: "isolate" }, interruptedRun(), { ...good, verdict: "inconclusive" }, { ...good, verdict: "error" }, { ...good, verdict: "not-applicable" }];
    const headlines = ends.map((document) => overview(document).headline);
    assert.equal(new Set(headlines).size, ends.length, headlines.join("; "));
    assert.deepEqual(headlines.filter((headline) => headline.startsWith("Certified")), ["Certified: level Distributed"]);
  });
});

describe("writer junit", () => {
  it("is well-formed XML, whatever came", () => {
    for (const sample of [goodRun(), badRun(), bigRun(), interruptedRun(), hostileRun()]) parseXml(writers.junit.write(sample));
    assert.throws(() => parseXml("<a>\u0001</a>"), "the parser is strict");
  });

  it("agrees with the verdict: what fails the run fails here, what is excused is skipped", () => {
    const xml = writers.junit.write(badRun());
    assert.match(xml, /<testsuites name="edgemark reference 0\.1\.0" tests="17" failures="5" errors="1" time=/);
    assert.match(xml, /<failure type="stale" message="kv\.missing passed: remove it from the known failures">/);
    assert.match(xml, /<skipped message="known failing: the runtime has no HTMLRewriter; tracked by its vendor">/);
    assert.match(xml, /<skipped message="inconclusive: the driver lagged by 212 ms; the first byte cannot be placed">/);
    assert.match(xml, /<error type="error" message="harness\.internal/);
    assert.match(xml, /<failure type="claim" message="4310 against at most 100">/);
    assert.match(xml, /^replay: edgemark run --target reference --only kv\.missing --seed 42/m);
    assert.doesNotMatch(writers.junit.write(goodRun()), /<(failure|error) /);
    assert.match(writers.junit.write(interruptedRun()), /<error type="interrupted" message="SIGINT after 3 of 212 checks">/);
  });
});

describe("writer badge", () => {
  it("is well-formed XML", () => {
    for (const sample of [goodRun(), badRun(), hostileRun()]) parseXml(writers.badge.write(sample));
  });

  it("shows a sign, the level and the counts, says the verdict in words, and asks no network", () => {
    const svg = writers.badge.write(goodRun());
    assert.match(svg, /aria-label="edgemark: passed, ✓ Distributed 4\/4"><title>edgemark: passed, ✓ Distributed 4\/4<\/title>/);
    assert.match(svg, />✓ Distributed 4\/4<\/text>/);
    assert.match(writers.badge.write(badRun()), /aria-label="edgemark: failed, ✗ 2\/12"/);
    assert.doesNotMatch(svg.replace('xmlns="http://www.w3.org/2000/svg"', ""), /href|http|url\((?!#)/);
  });
});

describe("writer md", () => {
  it("fits 60 lines", () => {
    for (const sample of [goodRun(), badRun(), bigRun(), interruptedRun(), hostileRun()]) assert.ok(writers.md.write(sample).trimEnd().split("\n").length <= 60);
    const many = Array.from({ length: 400 }, (_, index) => check(`product-${index % 90}.check-${index}`, "a promise", { verdict: index % 2 === 0 ? "fail" : "error" }));
    assert.ok(writers.md.write({ ...bigRun(), checks: many, staleKnown: many.map(({ id }) => id) }).trimEnd().split("\n").length <= 60);
  });

  it("keeps rows of tables whole and holds no HTML of a target", () => {
    const text = writers.md.write(hostileRun());
    for (const row of text.split("\n").filter((line) => line.startsWith("|"))) assert.ok([4, 7].includes(row.split("|").length - 1), row);
    assert.doesNotMatch(text, /<(?!\/?code>)|\]\(|!\[|@everyone|https?:\/\//);
  });
});

describe("terminal summary", () => {
  it("fits 30 lines and tells every replay line it has room for", () => {
    for (const sample of [goodRun(), badRun(), bigRun(), interruptedRun(), hostileRun()]) assert.ok(terminalSummary(sample, { files: ["a", "b", "c", "d", "e"] }).split("\n").length <= 30);
    assert.match(terminalSummary(badRun()), /edgemark run --target reference --only workers\.global\.isolation --seed 42/);
    assert.match(terminalSummary(bigRun()), /… and \d+ checks more in the report/);
  });

  it("cuts a long documented figure once, and keeps what the number is of", () => {
    const run = goodRun();
    const claims = run.claims.map((claim) => ({ ...claim, documented: "about 100/s at 10 ms a query, about 10/s at 100 ms a query" }));
    const shown = terminalSummary({ ...run, claims }, { width: 140 });
    assert.match(shown, /\(documented about 100\/s at 10 ms a query, about 10\/…\): \w/);
    assert.doesNotMatch(shown, /cut:/);
  });

  it("has no colour unless it is asked for", () => {
    assert.doesNotMatch(terminalSummary(badRun()), /\u001b/);
    assert.match(terminalSummary(badRun(), { colour: true }), /\u001b\[1;31m✗ Not certified/);
  });
});
