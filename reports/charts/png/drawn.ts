// The kinds that chart.js does not have: a heat map, a map and operations in time, drawn by a plugin on its axes.
import { figure, quantity } from "../../words.js";
import type { ChartOf } from "../definition.js";
import { coastline } from "../coastline.js";
import type { Body } from "./configuration.js";
import { axisOf, brief, colours, letters, namesAxis, overGround, penOf } from "./look.js";

/** Light to dark, as on the page; text turns white where the ground is dark. */
const shades = ["#eaf3fa", "#cfe4f3", "#aed2ec", "#86bce2", "#5ba3d4", "#1f7ab8", "#0a5e96", "#053f68"];
const darkFrom = 5;

export function heatConfiguration({ data }: ChartOf<"heat">): Body {
  const cells = data.cells.flatMap((row, y) => row.flatMap((cell, x) => (cell === undefined ? [] : [{ x, y, cell }])));
  return {
    type: "scatter",
    heightPx: Math.min(1_000, 140 + data.rows.length * 44),
    data: { datasets: [{ data: [] }] },
    scales: { x: { ...namesAxis(data.columns), position: "top", offset: true, grid: { display: false } }, y: { ...namesAxis(data.rows), offset: true, grid: { display: false } } },
    plugins: [
      {
        id: "cells",
        beforeDatasetsDraw(chart) {
          const { chartArea } = chart;
          const ctx = penOf(chart);
          const [wide, high] = [(chartArea.right - chartArea.left) / data.columns.length, (chartArea.bottom - chartArea.top) / data.rows.length];
          ctx.save();
          ctx.textAlign = "center";
          ctx.textBaseline = "middle";
          ctx.font = `600 ${Math.max(9, Math.min(15, wide / 4))}px ${letters}`;
          for (const { x, y, cell } of cells) {
            const shade = Math.min(shades.length - 1, Math.floor(cell.share * shades.length));
            ctx.fillStyle = shades[shade] ?? colours.grid;
            ctx.fillRect(chartArea.left + x * wide + 1, chartArea.top + y * high + 1, wide - 2, high - 2);
            ctx.fillStyle = shade >= darkFrom ? colours.page : colours.ink;
            ctx.fillText(figure(cell.value), chartArea.left + (x + 0.5) * wide, chartArea.top + (y + 0.5) * high);
          }
          ctx.restore();
        },
      },
    ],
  };
}

export function mapConfiguration({ data }: ChartOf<"map">): Body {
  return {
    type: "scatter",
    heightPx: 440,
    data: { datasets: [{ data: data.places.map(({ x, y }) => ({ x, y })), pointRadius: 6, backgroundColor: colours.bar }] },
    scales: { x: { display: false, min: -180, max: 180 }, y: { display: false, min: -85, max: 60, reverse: true } },
    plugins: [
      {
        id: "world",
        beforeDatasetsDraw(chart) {
          const { scales: { x, y } } = chart;
          const ctx = penOf(chart);
          if (x === undefined || y === undefined) return;
          ctx.save();
          ctx.fillStyle = colours.land;
          for (const outline of land) {
            ctx.beginPath();
            for (const [longitude, latitude] of outline) ctx.lineTo(x.getPixelForValue(longitude), y.getPixelForValue(latitude));
            ctx.fill();
          }
          ctx.font = `15px ${letters}`;
          for (const { from, to, value, unit, share } of data.links.slice(0, 15)) {
            const [x1, y1, x2, y2] = [x.getPixelForValue(from.x), y.getPixelForValue(from.y), x.getPixelForValue(to.x), y.getPixelForValue(to.y)];
            ctx.strokeStyle = colours.bar;
            ctx.lineWidth = 2;
            ctx.setLineDash(share > 0.66 ? [7, 5] : []);
            ctx.beginPath();
            ctx.moveTo(x1, y1);
            ctx.lineTo(x2, y2);
            ctx.stroke();
            ctx.fillStyle = colours.soft;
            ctx.textAlign = "center";
            overGround(ctx, quantity(value, unit), (x1 + x2) / 2, (y1 + y2) / 2 - 5);
          }
          ctx.restore();
        },
        afterDatasetsDraw(chart) {
          const { scales: { x, y } } = chart;
          const ctx = penOf(chart);
          if (x === undefined || y === undefined) return;
          ctx.save();
          ctx.font = `600 16px ${letters}`;
          ctx.fillStyle = colours.ink;
          for (const { id, labelX, labelY, anchor } of data.places) {
            ctx.textAlign = anchor === "middle" ? "center" : anchor;
            overGround(ctx, brief(id, 24), x.getPixelForValue(labelX), y.getPixelForValue(labelY));
          }
          ctx.restore();
        },
      },
    ],
  };
}

/** The coastline's own small language: M sets a point, l walks, z closes. */
const land: readonly (readonly (readonly [number, number])[])[] = coastline
  .split("M")
  .filter((part) => part !== "")
  .map((part) => {
    let [x, y] = [0, 0];
    return part.replace("z", "").split("l").map((step): readonly [number, number] => {
      // A minus also ends the number before it.
      const [dx = 0, dy = 0] = (step.match(/-?\d+/g) ?? []).map(Number);
      x += dx;
      y += dy;
      return [x, y];
    });
  });

export function timelineConfiguration({ data }: ChartOf<"timeline">): Body {
  const labels = data.bars.map(({ lane }) => data.lanes[lane] ?? "");
  const shapes = data.bars.map(({ isRead, outcome }) => (outcome === "fail" ? { fill: "transparent", line: colours.soft } : isRead ? { fill: colours.page, line: colours.bar } : { fill: colours.bar, line: colours.bar }));
  return {
    type: "bar",
    indexAxis: "y",
    heightPx: Math.min(1_600, 150 + data.bars.length * 30),
    data: {
      labels: data.bars.map((_, index) => index),
      datasets: [{ data: data.bars.map(({ fromMs, toMs }) => [data.scale.at(fromMs), Math.max(data.scale.at(fromMs) + 0.004, data.scale.at(toMs))]), backgroundColor: shapes.map(({ fill }) => fill), borderColor: shapes.map(({ line }) => line), borderWidth: 2, borderSkipped: false, barThickness: 16 }],
    },
    scales: { x: axisOf(data.scale, (value) => quantity(value, "ms")), y: { grid: { color: colours.grid }, border: { display: false }, ticks: { color: colours.ink, autoSkip: false, callback: (value: number) => brief(labels[value] ?? "", 30) } } },
    plugins: [
      {
        id: "words",
        afterDatasetsDraw(chart) {
          const { chartArea, scales: { x, y } } = chart;
          const ctx = penOf(chart);
          if (x === undefined || y === undefined) return;
          ctx.save();
          ctx.font = `600 15px ${letters}`;
          ctx.textBaseline = "middle";
          ctx.fillStyle = colours.ink;
          for (const [index, { label, fromMs, toMs }] of data.bars.entries()) {
            const end = x.getPixelForValue(data.scale.at(toMs));
            const begin = x.getPixelForValue(data.scale.at(fromMs));
            // On the side that has more room, and no longer than that.
            const isRight = chartArea.right - end >= begin - chartArea.left;
            const room = (isRight ? chartArea.right - end : begin - chartArea.left) - 16;
            let text = brief(label, 60);
            for (let kept = 59; kept > 1 && ctx.measureText(text).width > room; kept--) text = brief(label, kept);
            ctx.textAlign = isRight ? "left" : "right";
            overGround(ctx, text, isRight ? end + 8 : begin - 6, y.getPixelForValue(index));
          }
          ctx.restore();
        },
      },
    ],
  };
}
