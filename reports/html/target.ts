// What was tested: the target as it described itself, where its PoPs are, what it declared and what it did not.
import type { ResultDocument } from "../../contract/result/document.js";
import type { Pop, TargetDescription } from "../../contract/target/types.js";
import { capabilities } from "../../contract/target/types.js";
import { mapChart } from "../charts/catalogue.js";
import { grouped } from "../text.js";
import { plural } from "../words.js";
import { chartFigure } from "./chart.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { table } from "./parts.js";

const listShown = 100;

export function targetSection(document: ResultDocument): Markup {
  const { target } = document;
  const declared = new Set<string>(target.capabilities);
  const absent = Object.entries(capabilities).filter(([name]) => !declared.has(name));
  const facts: readonly (readonly [string, string])[] = [
    ["Name", target.name],
    ["Version", target.version],
    ["Vendor", target.vendor],
    ["Control address", target.address],
    ["Anycast address", target.anycastAddress === "" ? "none" : target.anycastAddress],
    ["Compatibility date", target.compatibilityDate],
    ["Time scale", target.timeScale === 1 ? "1 (real time)" : `${target.timeScale} (platform timers run that many times faster than documented)`],
  ];
  return html`<div class="two"><div>${definitions(facts)}</div><div>${popsChart(document)}${notes(target.notes)}</div></div>
${target.pops.length === 0 ? undefined : popTable(target.pops)}
<h3>Capabilities</h3><p class="soft">Declared by the target. A check that needs one declared absent is not applicable; one that is declared and not there fails.</p>
<ul class="tags">${target.capabilities.slice(0, listShown).map((name) => html`<li>${name}</li>`)}${target.unknownCapabilities.slice(0, listShown).map((name) => html`<li class="unknown">${name} <span class="soft">(unknown to this version)</span></li>`)}</ul>
${absent.length === 0 ? undefined : html`<details class="fold"><summary>${plural(absent.length, "capability", "capabilities")} not declared</summary><dl class="facts">${absent.map(([name, meaning]) => html`<div><dt>${name}</dt><dd>${meaning}</dd></div>`)}</dl></details>`}
${limits(target.limits)}`;
}

export function definitions(entries: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="facts">${entries.filter(([, value]) => value !== "").map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function popsChart(document: ResultDocument): Markup | undefined {
  const chart = mapChart(document);
  return chart === undefined ? undefined : chartFigure(chart);
}

function notes(all: readonly string[]): Markup | undefined {
  if (all.length === 0) return undefined;
  return html`<h3>Notes of the target</h3><ul class="notes">${all.slice(0, listShown).map((note) => html`<li>${note}</li>`)}${all.length > listShown ? html`<li>… and ${all.length - listShown} more</li>` : undefined}</ul>`;
}

function limits(all: TargetDescription["limits"]): Markup | undefined {
  const entries = Object.entries(all).slice(0, listShown);
  return entries.length === 0 ? undefined : html`<h3>Limits</h3>${definitions(entries.map(([name, value]) => [name, Number.isInteger(value) ? grouped(value) : String(value)]))}`;
}

function popTable(pops: readonly Pop[]): Markup {
  return table(plural(pops.length, "PoP"), ["PoP", "Region", "Position", "Address"], pops.slice(0, listShown).map((pop) => [pop.id, pop.region, `${pop.latitude}, ${pop.longitude}`, html`<code>${pop.httpAddress}</code>`]));
}
