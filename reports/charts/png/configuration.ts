// From a chart definition to a configuration of chart.js, a function for each kind. Where chart.js has no such chart (heat
// map, map, labels on bars) a plugin draws it in the chart's own coordinates.
import type { ChartConfiguration } from "chart.js";
import { quantity } from "../../words.js";
import type { Chart, ChartOf } from "../definition.js";
import { isResuming } from "../series.js";
import { heatConfiguration, mapConfiguration, timelineConfiguration } from "./drawn.js";
import { axisOf, brief, colours, linesPlugin, namesAxis, penOf, type Line } from "./look.js";

/** Everything of a configuration but what all charts share. */
export interface Body {
  readonly type: "bar" | "line" | "scatter";
  readonly data: unknown;
  readonly scales: Readonly<Record<string, unknown>>;
  readonly plugins?: ChartConfiguration["plugins"];
  readonly indexAxis?: "x" | "y";
  /** CSS pixels; default 400. */
  readonly heightPx?: number;
}

/** What to give chart.js for a chart. */
export function configurationOf(chart: Chart): Body {
  switch (chart.kind) {
    case "histogram":
      return histogramOf(chart);
    case "percentiles":
      return percentilesOf(chart);
    case "curve":
      return curveOf(chart);
    case "series":
      return seriesOf(chart);
    case "strips":
      return stripsOf(chart);
    case "heat":
      return heatConfiguration(chart);
    case "map":
      return mapConfiguration(chart);
    case "timeline":
      return timelineConfiguration(chart);
  }
}

function histogramOf({ data, marks, thresholds, unit }: ChartOf<"histogram">): Body {
  const bars = data.bins.map((bin, index) => ({ x: (index + 0.5) / data.bins.length, y: bin.count }));
  const named = marks.filter(({ name }) => name === "p50" || name === "p99");
  const lines: Line[] = [
    ...named.map(({ name, value }) => ({ at: data.scale.at(value), label: `${name} ${quantity(value, unit)}`, isLimit: false })),
    ...thresholds.filter(({ value }) => value <= data.scale.high).slice(0, 3).map(({ value, label }) => ({ at: data.scale.at(value), label, isLimit: true })),
  ];
  return {
    type: "bar",
    data: { datasets: [{ data: bars, backgroundColor: colours.bar, barPercentage: 1, categoryPercentage: 0.94, grouped: false }] },
    scales: { x: { ...axisOf(data.scale, (value) => quantity(value, unit)), offset: false }, y: { beginAtZero: true, suggestedMax: data.tallest * 1.25, ticks: { precision: 0, color: colours.soft }, grid: { color: colours.grid }, title: { display: true, text: "samples", color: colours.soft } } },
    plugins: [linesPlugin(lines, "x")],
  };
}

function percentilesOf({ marks, unit, thresholds }: ChartOf<"percentiles">): Body {
  const high = marks.reduce((most, { value }) => Math.max(most, value), 0);
  return {
    type: "bar",
    data: { labels: marks.map(({ name }) => brief(name, 12)), datasets: [{ data: marks.map(({ value }) => value), backgroundColor: colours.bar, maxBarThickness: 60 }] },
    scales: { x: { grid: { display: false }, ticks: { color: colours.ink, maxRotation: 0 } }, y: { beginAtZero: true, suggestedMax: high * 1.1 || 1, grid: { color: colours.grid }, ticks: { color: colours.soft, callback: (value: number) => quantity(value, unit) } } },
    plugins: [linesPlugin(thresholds.filter(({ value }) => value <= high * 1.1).map(({ value, label }) => ({ at: value, label, isLimit: true })), "y")],
  };
}

function curveOf({ data, unit, thresholds }: ChartOf<"curve">): Body {
  // A curve rises to the right: what is above its middle has room at the left.
  const middle = data.points.find(({ quantile }) => quantile >= 0.5)?.value ?? 0;
  const lines = thresholds.filter(({ value }) => value <= data.value.high).slice(0, 3).map(({ value, label }) => ({ at: data.value.at(value), label, isLimit: true, isAtEnd: value <= middle }));
  const labelAt = (share: number): string => data.ticks.find((tick) => Math.abs(tick.across - share) < 1e-6)?.label ?? "";
  return {
    type: "line",
    data: { datasets: [{ data: data.points.map(({ across, value }) => ({ x: across, y: data.value.at(value) })), borderColor: colours.bar, borderWidth: 2.5, pointRadius: 0 }] },
    scales: {
      x: {
        type: "linear", min: 0, max: 1, grid: { color: colours.grid }, border: { color: colours.ink }, title: { display: true, text: "percentile", color: colours.soft },
        afterBuildTicks: (axis: { ticks: { value: number }[] }) => void (axis.ticks = data.ticks.map(({ across }) => ({ value: across }))),
        ticks: { color: colours.soft, autoSkip: false, maxRotation: 0, callback: (value: number) => labelAt(value) },
      },
      y: axisOf(data.value, (value) => quantity(value, unit), { isGrid: true }),
    },
    plugins: [linesPlugin(lines, "y")],
  };
}

function seriesOf({ data, unit }: ChartOf<"series">): Body {
  const points = data.points.flatMap(([second, value], index) => {
    const point = { x: data.time.at(second), y: data.value.at(value) };
    return isResuming(data, index) ? [{ x: point.x, y: Number.NaN }, point] : [point];
  });
  return {
    type: "line",
    data: { datasets: [{ data: points, borderColor: colours.bar, borderWidth: 2, pointRadius: data.along === undefined ? 0 : 4, spanGaps: false }] },
    scales: { x: axisOf(data.time, (value) => (data.along === undefined ? `${value} s` : quantity(value, "count")), { title: data.along ?? "time" }), y: axisOf(data.value, (value) => quantity(value, unit), { isGrid: true }) },
    plugins: [
      {
        id: "faults",
        beforeDatasetsDraw(chart) {
          const { chartArea, scales: { x } } = chart;
          const ctx = penOf(chart);
          if (x === undefined) return;
          ctx.save();
          for (const [index, { label, fromS, toS }] of data.faults.entries()) {
            const from = x.getPixelForValue(data.time.at(fromS));
            const to = toS === undefined ? chartArea.right : x.getPixelForValue(data.time.at(toS));
            ctx.fillStyle = colours.fault;
            ctx.fillRect(from, chartArea.top, Math.max(2, to - from), chartArea.bottom - chartArea.top);
            if (index >= 6) continue;
            ctx.fillStyle = colours.limit;
            ctx.textAlign = from > chartArea.right - 90 ? "right" : "left";
            ctx.fillText(brief(label, 24), from + (ctx.textAlign === "right" ? -3 : 3), chartArea.top + 12 + (index % 2) * 15);
          }
          ctx.fillStyle = colours.limit;
          for (const { fromS, toS } of data.silences) ctx.fillRect(x.getPixelForValue(data.time.at(fromS)), chartArea.bottom - 10, Math.max(1, x.getPixelForValue(data.time.at(toS)) - x.getPixelForValue(data.time.at(fromS))), 10);
          ctx.restore();
        },
      },
    ],
  };
}

function stripsOf({ data }: ChartOf<"strips">): Body {
  const at = (value: number): number => data.scale.at(value);
  const of = (isVoid: boolean) => data.rows.flatMap((row, index) => (row.isVoid === isVoid ? row.samples.map((value) => ({ x: at(value), y: index })) : []));
  const labels = data.rows.map(({ label, n, isVoid }) => `${brief(label, 34)} (${isVoid ? "void, " : ""}n = ${n})`);
  return {
    type: "scatter",
    heightPx: 130 + data.rows.length * 44,
    data: {
      datasets: [
        { data: of(false), pointRadius: 5, backgroundColor: `${colours.bar}80`, borderWidth: 0 },
        { data: of(true), pointRadius: 5, backgroundColor: "transparent", borderColor: colours.bar, borderWidth: 1.2 },
        { data: data.rows.map((row, index) => ({ x: at(row.median), y: index })), pointStyle: "line", rotation: 90, radius: 11, borderColor: colours.ink, borderWidth: 2.5 },
        { data: data.rows.flatMap(({ threshold }, index) => (threshold === undefined || threshold.value > data.scale.high ? [] : [{ x: at(threshold.value), y: index }])), pointStyle: "triangle", radius: 8, backgroundColor: colours.limit, borderWidth: 0 },
      ],
    },
    scales: {
      x: axisOf(data.scale, (value) => quantity(value, data.unit)),
      y: { ...namesAxis(labels), type: "linear", min: -0.5, max: data.rows.length - 0.5, reverse: true, afterBuildTicks: (axis: { ticks: { value: number }[] }) => void (axis.ticks = labels.map((_, index) => ({ value: index }))), ticks: { color: colours.ink, autoSkip: false, callback: (value: number) => labels[value] ?? "" } },
    },
  };
}
