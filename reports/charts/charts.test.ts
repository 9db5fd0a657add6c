// The data of charts: nothing lost, nothing invented, nothing that is no number, whatever was measured.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Measurement } from "../../contract/result/document.js";
import { histogram, percentileMarks } from "./distribution.js";
import { heatMap } from "./heat.js";
import { popPlaces } from "./map.js";
import { linearScale, logScale, scaleFor } from "./scale.js";
import { timeSeries } from "./series.js";

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

  it("marks the faults that happened meanwhile, and only those", () => {
    const fault = { kind: "kill", popId: "fra", scope: "", evidence: "" };
    const series = [[0, 1], [10, 2]] as const;
    const faults = [{ ...fault, injectedAtMs: 2_000, healedAtMs: 4_000 }, { ...fault, injectedAtMs: 500, healedAtMs: 900 }, { ...fault, injectedAtMs: 9_000 }, { ...fault, injectedAtMs: 90_000 }];
    const chart = timeSeries({ ...measurement, series, startedAtMs: 1_000 }, faults);
    assert.deepEqual(chart?.faults, [{ label: "kill fra", fromS: 1, toS: 3 }, { label: "kill fra", fromS: 8 }]);
    assert.deepEqual(timeSeries({ ...measurement, series }, faults)?.faults, []);
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
