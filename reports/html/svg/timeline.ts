// A violation as bars in time, a lane for each client, as inline SVG: solid for what changes, hollow for what reads, open at
// its end where the answer was lost.
import type { ChartOf } from "../../charts/definition.js";
import { visible } from "../../text.js";
import { plural, quantity } from "../../words.js";
import type { Markup } from "../markup.js";
import { html } from "../markup.js";

const width = 720;
const left = 132;
const right = 712;
const rowHeight = 30;

export function timelineSvg({ data, title }: ChartOf<"timeline">): Markup {
  // Bars of one client cannot overlap in time, but a short one has a label longer than itself: each bar has a line of its own.
  const base = data.bars.length * rowHeight + 8;
  const at = (ms: number): number => Math.round((left + data.scale.at(ms) * (right - left)) * 10) / 10;
  let lane = -1;
  const rows = data.bars.map((bar, index) => {
    const y = index * rowHeight + 8;
    const [from, to] = [at(bar.fromMs), Math.max(at(bar.fromMs) + 3, at(bar.toMs))];
    const isNew = bar.lane !== lane;
    lane = bar.lane;
    const isRoomRight = to < left + (right - left) * 0.62;
    const isRoomInside = to - from > bar.label.length * 6.4;
    const x = isRoomInside ? from + 6 : isRoomRight ? to + 6 : from - 6;
    const anchor = isRoomInside || isRoomRight ? "start" : "end";
    const kind = bar.outcome === "fail" ? "failed" : bar.isRead ? "reads" : "writes";
    const end = bar.isOpen ? html`<path class="lost" d="M${to - 7} ${y + 2}l7 7-7 7"/>` : undefined;
    return html`<text class="${isNew ? "row-text" : "tick"}" x="${left - 8}" y="${y + 13}" text-anchor="end">${visible(data.lanes[bar.lane] ?? "", { limit: 22 })}</text><rect class="span-bar ${kind}" x="${from}" y="${y + 2}" width="${Math.round((to - from) * 10) / 10}" height="14" rx="2"/>${end}<text class="${isRoomInside && kind === "writes" ? "bar-text inside" : "bar-text"}" x="${x}" y="${y + 13}" text-anchor="${anchor}">${visible(bar.label, { limit: 60 })}</text>`;
  });
  const ticks = data.scale.ticks.filter((tick) => tick <= data.scale.high).map((tick) => ({ x: at(tick), text: html`<text class="tick" x="${at(tick)}" y="${base + 16}" text-anchor="${at(tick) > right - 20 ? "end" : at(tick) < left + 10 ? "start" : "middle"}">${quantity(tick, "ms")}</text>` }));
  const label = `${title}: ${plural(data.bars.length, "operation")} of ${plural(data.lanes.length, "client")} in ${quantity(data.endMs, "ms")}; the table below lists them`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${title}"><svg class="chart timeline" viewBox="0 0 ${width} ${base + 22}" role="img" aria-label="${label}"><path class="grid" d="${data.bars.map((_, index) => `M${left} ${index * rowHeight + 32}H${right}`)}"/>${rows}<path class="axis" d="M${left} ${base}H${right}${ticks.map(({ x }) => `M${x} ${base}v4`)}"/>${ticks.map(({ text }) => text)}</svg></div>`;
}
