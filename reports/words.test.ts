// Numbers and times as people read them.
import assert from "node:assert/strict";
import fc from "fast-check";
import { condition, duration, figure, moment, plural, productName, quantity } from "./words.js";

describe("words of reports", () => {
  it("write numbers with three digits that count", () => {
    const written = [0, 37, 1234.5, 99.95, 12.34, 1.234, 0.4456, 0.00123, -5, -0.5, 1e15, 1e-9].map(figure);
    assert.deepEqual(written, ["0", "37", "1,235", "100", "12.3", "1.23", "0.446", "0.00123", "-5", "-0.5", "1.00e+15", "1.00e-9"]);
  });

  it("write no number that is none", () => {
    for (const value of [Number.NaN, Infinity, -Infinity]) for (const written of [figure(value), quantity(value, "ms"), duration(value), moment(value)]) assert.equal(written, "–");
    fc.assert(fc.property(fc.double(), (value) => assert.doesNotMatch(quantity(value, "ms") + figure(value), /NaN|Infinity|undefined/)), { seed: 42 });
  });

  it("give every number a unit a person would choose", () => {
    const written = [quantity(4_310, "ms"), quantity(60_000, "ms"), quantity(1_500, "us"), quantity(12, "us"), quantity(26_214_400, "bytes"), quantity(0.82, "ratio"), quantity(11_240, "requests/s")];
    assert.deepEqual(written, ["4,310 ms", "60 s", "1.5 ms", "12 µs", "25 MiB", "0.82", "11,240 requests/s"]);
  });

  it("write conditions and parts of products as people say them, and what a stranger named as it came", () => {
    const written = [condition("ratePerSecond", 100), condition("thinkMs", 20), condition("scriptBytes", 1_024), condition("timeScale", 20), condition("seed", 2_294_921_579), condition("mode", "open loop"), condition("Not <ours>", 3)];
    assert.deepEqual(written, [["rate", "100/s"], ["think", "20 ms"], ["script", "1 KiB"], ["time scale", "20"], ["seed", "2294921579"], ["mode", "open loop"], ["Not <ours>", "3"]]);
    assert.deepEqual(["kv", "do.migration", "do.write-gates", "acme.thing", "constructor.x"].map(productName), ["KV", "Durable Objects: migration", "Durable Objects: write gates", "acme.thing", "constructor.x"]);
  });

  it("write time spans and moments", () => {
    assert.deepEqual([duration(12), duration(9_820), duration(112_400), duration(7_500_000)], ["12 ms", "9.82 s", "1 min 52 s", "2 h 5 min"]);
    assert.equal(moment(Date.UTC(2026, 10, 12, 8, 5)), "12 November 2026, 08:05 UTC");
    assert.deepEqual([plural(1, "check"), plural(2_000, "check")], ["1 check", "2,000 checks"]);
  });
});
