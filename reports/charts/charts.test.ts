// The data of charts: nothing lost, nothing invented, nothing that is no number, whatever was measured.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Measurement } from "../../contract/result/document.js";
import { histogram, percentileMarks } from "./distribution.js";
import { badRun, bigRun, goodRun, hostileRun } from "../testdata/samples.js";
import { chartsOf, measurementCharts } from "./catalogue.js";
import { percentileCurve } from "./curve.js";
import { heatMap } from "./heat.js";
import { isRoundTrip, popMap, popPlaces } from "./map.js";
import { linearScale, logScale, scaleFor } from "./scale.js";
import { isResuming, timeSeries } from "./series.js";
import { bySize, isColdStart, isGap, strips } from "./strips.js";
import { timelineOf } from "./timeline.js";

const measurement: Measurement = { id: "m", value: 1, unit: "ms", n: 1, conditions: {} };
const anyNumber = fc.double();

describe("scales", () => {
  it("have round ticks from end to end", () => {
    assert.deepEqual(linearScale(0, 97).ticks, [0, 20, 40, 60, 80, 100]);
    assert.deepEqual(linearScale(0.1, 0.3, 2).ticks, [0.1, 0.2, 0.3]);
    assert.deepEqual(logScale(1, 1000).ticks, [1, 3, 10, 30, 100, 300, 1000]);
  });

  it("give one value room on both sides", () => {
    for (const value of [0, 5, -3, 1e-9, 1e14]) {
      const scale = linearScale(value, value);
      assert.ok(scale.low < scale.high && scale.at(value) >= 0 && scale.at(value) <= 1, String(value));
    }
  });

  it("stay finite and ordered for any values", () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 20 }), (values) => {
        const scale = scaleFor(values);
        assert.ok(Number.isFinite(scale.low) && Number.isFinite(scale.high) && scale.low < scale.high);
        assert.ok(scale.ticks.length > 0 && scale.ticks.length <= 16 && scale.ticks.every(Number.isFinite));
        for (const value of values) assert.ok(scale.at(value) >= 0 && scale.at(value) <= 1);
      }),
      { seed: 42 },
    );
  });
});

describe("histogram", () => {
  it("counts every finite sample once", () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { minLength: 2, maxLength: 200 }), (samples) => {
        const finite = samples.filter(Number.isFinite);
        const chart = histogram(samples);
        assert.equal(chart === undefined, finite.length < 2);
        assert.equal(chart?.bins.reduce((sum, bin) => sum + bin.count, 0) ?? finite.length, finite.length);
      }),
      { seed: 42 },
    );
  });

  it("uses decades for what spans them, and shows a threshold that is near", () => {
    assert.equal(histogram([1, 10, 5_000])?.scale.kind, "log");
    assert.ok((histogram([1, 2, 3], [10])?.scale.high ?? 0) >= 10);
    assert.ok((histogram([1, 2, 3], [10_000])?.scale.high ?? 0) < 10);
  });
});

describe("percentiles", () => {
  it("stand in the order of their rank", () => {
    const marks = percentileMarks({ ...measurement, percentiles: { max: 9, p999: 8, p50: 2, min: 1, p99: 5, mean: 3, "p99.99": 8.5 } });
    assert.deepEqual(marks.map(({ name }) => name), ["min", "p50", "p99", "p999", "p99.99", "max", "mean"]);
  });
});

describe("time series", () => {
  it("keeps a spike when it thins", () => {
    const series = Array.from({ length: 20_000 }, (_, index): readonly [number, number] => [index / 100, index === 12_345 ? 900 : 1]);
    const chart = timeSeries({ ...measurement, series }, []);
    assert.ok(chart !== undefined && chart.points.length <= 600);
    assert.ok(chart.points.some(([, value]) => value === 900));
    assert.equal(chart.n, 20_000);
  });

  it("sees where nothing came, and no silence in an even series", () => {
    const even = Array.from({ length: 400 }, (_, index): readonly [number, number] => [index / 100, 1]);
    assert.deepEqual(timeSeries({ ...measurement, series: even }, [])?.silences, []);
    const holed = even.filter(([second]) => second < 1 || second >= 1.5);
    assert.deepEqual(timeSeries({ ...measurement, series: holed }, [])?.silences, [{ fromS: 0.99, toS: 1.5 }]);
  });

  it("breaks its line at every silence, also where thinning dropped the point that ended it", () => {
    const series = Array.from({ length: 5_000 }, (_, index): readonly [number, number] => [index < 2_501 ? index / 1_000 : index / 1_000 + 3, 1 + (index % 7)]);
    const chart = timeSeries({ ...measurement, series }, []);
    assert.ok(chart !== undefined && chart.silences.length === 1 && chart.points.length <= 600);
    assert.equal(chart.points.filter((_, index) => isResuming(chart, index)).length, 1);
  });

  it("has the unit of its values, which need not be the measurement's", () => {
    const counted: Measurement = { ...measurement, unit: "count", series: [[0, 5], [1, 6]], seriesOf: { what: "latency of each", unit: "ms" } };
    const [chart] = measurementCharts(counted, goodRun());
    assert.ok(chart?.kind === "series");
    assert.deepEqual([chart.unit, chart.data.what, chart.table.heads[1]], ["ms", "latency of each", "ms"]);
  });

  it("marks the faults that happened meanwhile, and only those", () => {
    const fault = { kind: "kill", popId: "fra", scope: "", evidence: "" };
    const series = [[0, 1], [10, 2]] as const;
    const faults = [{ ...fault, injectedAtMs: 2_000, healedAtMs: 4_000 }, { ...fault, injectedAtMs: 500, healedAtMs: 900 }, { ...fault, injectedAtMs: 9_000 }, { ...fault, injectedAtMs: 90_000 }];
    const chart = timeSeries({ ...measurement, series, startedAtMs: 1_000 }, faults);
    assert.deepEqual(chart?.faults, [{ label: "kill fra", fromS: 1, toS: 3 }, { label: "kill fra", fromS: 8 }]);
    assert.deepEqual(timeSeries({ ...measurement, series }, faults)?.faults, []);
  });
});

describe("values along a number", () => {
  it("have no silences and no faults, and a scale that fits", () => {
    const series = [[100, 1], [1_000, 2], [100_000, 9]] as const;
    const chart = timeSeries({ ...measurement, series, along: "keys" }, []);
    assert.deepEqual([chart?.along, chart?.time.kind, chart?.silences, chart?.n], ["keys", "log", [], 3]);
    assert.equal(measurementCharts({ ...measurement, series, along: "keys" }, goodRun())[0]?.table.heads[0], "keys");
  });
});

describe("heat map", () => {
  it("puts PoPs in the target's order and leaves holes where nothing was measured", () => {
    const matrix = [{ row: "b", column: "a", value: 4 }, { row: "a", column: "b", value: 2 }, { row: "x", column: "a", value: 3 }];
    const chart = heatMap({ ...measurement, matrix }, ["a", "b"]);
    assert.deepEqual(chart?.rows, ["a", "b", "x"]);
    assert.deepEqual(chart?.cells.map((row) => row.map((cell) => cell?.share)), [[undefined, 0], [1, undefined], [0.5, undefined]]);
  });

  it("leaves out what could not be read and says so", () => {
    const matrix = Array.from({ length: 40 }, (_, index) => ({ row: `p${index}`, column: "a", value: index }));
    assert.equal(heatMap({ ...measurement, matrix }, [])?.leftOut, 16);
  });
});

describe("map of PoPs", () => {
  it("keeps labels apart and on the map", () => {
    const pops = Array.from({ length: 5 }, (_, index) => ({ id: `pop-${index}`, region: "", latitude: 50, longitude: 8 + index / 10, httpAddress: "" }));
    const labels = popPlaces(pops).map(({ labelX, labelY, anchor }) => `${anchor} ${Math.round(labelX)} ${labelY}`);
    assert.equal(new Set(labels).size, 5);
  });

  it("draws no PoP off the globe", () => {
    assert.deepEqual(popPlaces([{ id: "x", region: "", latitude: Number.NaN, longitude: 0, httpAddress: "" }, { id: "y", region: "", latitude: 0, longitude: 400, httpAddress: "" }]), []);
  });
});

describe("percentile curve", () => {
  it("never falls, stays within the chart, and ends at the largest sample", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 20, maxLength: 300 }), (samples) => {
        const curve = percentileCurve({ ...measurement, n: samples.length, samples });
        assert.ok(curve !== undefined);
        for (const [index, point] of curve.points.entries()) {
          assert.ok(point.across >= 0 && point.across <= 1 && point.value >= (curve.points[index - 1]?.value ?? -Infinity));
        }
        assert.equal(curve.points.at(-1)?.value, samples.reduce((a, b) => Math.max(a, b)));
      }),
      { seed: 42, numRuns: 30 },
    );
  });

  it("gives each nine the same room, and needs a tail", () => {
    const curve = percentileCurve({ ...measurement, n: 10_000, percentiles: { p50: 1, p90: 2, p99: 3, "p99.9": 4 } });
    assert.deepEqual(curve?.ticks.map(({ label, across }) => [label, Math.round(across * 3 * 100) / 100]), [["0", 0], ["50 %", 0.3], ["90 %", 1], ["99 %", 2], ["99.9 %", 3]]);
    assert.equal(percentileCurve({ ...measurement, n: 5, samples: [1, 2, 3, 4, 5] }), undefined);
  });
});

describe("strips", () => {
  const gap = (id: string, unit: Measurement["unit"], samples: readonly number[]): Measurement => ({ ...measurement, id, unit, n: samples.length, samples });

  it("find gaps and cold starts by their names, whatever product they are of", () => {
    assert.deepEqual(["failover.gap", "do.migration.gap", "failover.pause.gap", "do.takeover.time", "failover.latency", "kv.gape"].map((id) => isGap({ ...measurement, id })), [true, true, true, true, false, false]);
    assert.deepEqual(["workers.cold-start.small", "workers.cold", "workers.coldstart", "kv.scold"].map((id) => isColdStart({ ...measurement, id })), [true, true, true, false]);
  });

  it("bring units together and orders by size", () => {
    const data = strips([gap("a.gap", "s", [1, 2]), gap("b.gap", "us", [500])], () => []);
    assert.deepEqual(data?.rows.map(({ samples, median }) => [samples, median]), [[[1_000, 2_000], 1_000], [[0.5], 0.5]]);
    const cold = (id: string, scriptBytes: number): Measurement => ({ ...measurement, id, conditions: { scriptBytes } });
    assert.deepEqual(bySize([cold("b", 9), { ...measurement, id: "x" }, cold("a", 3)]).map(({ id }) => id), ["a", "b", "x"]);
  });
});

describe("timeline", () => {
  const operation = { process: 1, outcome: "ok", action: "read", key: "k", output: "1", callMs: 3, returnMs: 4 } as const;

  it("puts operations in the order of their calls, one lane a client, and leaves a lost answer open", () => {
    const data = timelineOf({ kind: "history", text: "", operations: [operation, { process: 0, outcome: "info", action: "write", key: "k", input: "1", callMs: 0, returnMs: null }] });
    assert.deepEqual(data?.lanes, ["client 0", "client 1"]);
    assert.deepEqual(data?.bars.map(({ label, isOpen, isRead, toMs }) => [label, isOpen, isRead, toMs === data.endMs]), [["write 1 (answer lost)", true, false, true], ["read = 1", false, true, false]]);
  });

  it("is none without operations, and one of no length has room", () => {
    assert.equal(timelineOf({ kind: "history", text: "x" }), undefined);
    assert.ok((timelineOf({ kind: "history", text: "", operations: [{ ...operation, callMs: 0, returnMs: 0 }] })?.endMs ?? 0) > 0);
  });
});

describe("round-trip times", () => {
  it("make one line of there and back, the longer of both", () => {
    const pops = [{ id: "a", region: "", latitude: 0, longitude: 0, httpAddress: "" }, { id: "b", region: "", latitude: 10, longitude: 10, httpAddress: "" }];
    const rtt: Measurement = { ...measurement, id: "pop.rtt", matrix: [{ row: "a", column: "b", value: 7 }, { row: "b", column: "a", value: 9 }, { row: "a", column: "stranger", value: 1 }] };
    const data = popMap(pops, rtt);
    assert.ok(isRoundTrip(rtt));
    assert.deepEqual(data.links.map(({ from, to, value }) => [from.id, to.id, value]), [["b", "a", 9]]);
    assert.equal(data.times.length, 3);
  });
});

describe("charts of a document", () => {
  it("have names of their own that are safe for files, and tables with as many cells as heads", () => {
    for (const document of [goodRun(), badRun(), bigRun(), hostileRun()]) {
      const charts = chartsOf(document);
      assert.ok(charts.length > 0);
      assert.equal(new Set(charts.map(({ name }) => name)).size, charts.length);
      for (const { name, table } of charts) {
        assert.match(name, /^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
        for (const row of table.rows) assert.equal(row.length, table.heads.length);
      }
    }
  });

  it("tell of every kind of thing that a run measures", () => {
    assert.deepEqual(new Set(chartsOf(badRun()).map(({ kind }) => kind)), new Set(["timeline", "strips", "map", "heat", "histogram", "curve", "series"]));
  });
});
