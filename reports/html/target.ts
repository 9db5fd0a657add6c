// What was tested: the target as it described itself, where its PoPs are, what it declared and what it did not.
import type { Pop, TargetDescription } from "../../contract/target/types.js";
import { capabilities } from "../../contract/target/types.js";
import { popPlaces } from "../charts/map.js";
import { grouped } from "../text.js";
import { plural } from "../words.js";
import { coastline } from "./coastline.js";
import type { Markup } from "./markup.js";
import { html, trusted } from "./markup.js";
import { table } from "./parts.js";

const listShown = 100;

export function targetSection(target: TargetDescription & { readonly address: string }): Markup {
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
  return html`<div class="two"><div>${definitions(facts)}</div><div>${popMap(target.pops)}${notes(target.notes)}</div></div>
${target.pops.length === 0 ? undefined : popTable(target.pops)}
<h3>Capabilities</h3><p class="soft">Declared by the target. A check that needs one declared absent is not applicable; one that is declared and not there fails.</p>
<ul class="tags">${target.capabilities.slice(0, listShown).map((name) => html`<li>${name}</li>`)}${target.unknownCapabilities.slice(0, listShown).map((name) => html`<li class="unknown">${name} <span class="soft">(unknown to this version)</span></li>`)}</ul>
${absent.length === 0 ? undefined : html`<details class="fold"><summary>${plural(absent.length, "capability", "capabilities")} not declared</summary><dl class="facts">${absent.map(([name, meaning]) => html`<div><dt>${name}</dt><dd>${meaning}</dd></div>`)}</dl></details>`}
${limits(target.limits)}`;
}

export function definitions(entries: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="facts">${entries.filter(([, value]) => value !== "").map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
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

/** PoPs on a plate carrée: enough to see which are far apart. */
function popMap(pops: readonly Pop[]): Markup | undefined {
  const places = popPlaces(pops);
  // One place (or several that give the same) tells nothing on a map.
  if (new Set(places.map(({ x, y }) => `${x} ${y}`)).size < 2) return undefined;
  const label = `Map of the PoPs: ${places.map((place) => `${place.id} (${place.region})`).join(", ")}`;
  return html`<svg class="map" viewBox="-180 -85 360 145" role="img" aria-label="${label}"><path class="land" d="${trusted(coastline)}"/><path class="grid" d="M-180 0H180M0 -85V60M-90 -85V60M90 -85V60"/>${places.map((place) => html`<circle class="dot" cx="${place.x}" cy="${place.y}" r="3.500"><title>${place.id}, ${place.region}</title></circle><text x="${place.labelX}" y="${place.labelY}" text-anchor="${place.anchor}">${place.id.slice(0, 24)}</text>`)}</svg>`;
}
