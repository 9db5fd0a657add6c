// A badge with counts, as SVG: what a README shows of a certificate. Drawn by badge-maker, so that it looks like the badges
// beside it and its letters are measured; a sign stands beside the colour, because not everybody tells colours apart.
import { makeBadge } from "badge-maker";
import type { ResultDocument, Verdict } from "../contract/result/document.js";
import { escapeXml, shortened, visible } from "./text.js";
import { levelWords, total, verdictSigns, verdictWords } from "./words.js";

// White text needs 4.5:1 on each.
const fills = { pass: "#00704f", fail: "#b34a00", "not-applicable": "#5c6370", inconclusive: "#7a5c00", error: "#8f3f6d" } as const satisfies Record<Verdict, string>;
const label = "edgemark";
const labelColor = "#3b4048";

function face(document: ResultDocument): { readonly verdict: Verdict; readonly text: string } {
  // What was cut short has counts that look whole.
  if (document.run.interrupted !== undefined) return { verdict: "error", text: `${verdictSigns.error} interrupted` };
  const { verdict } = document;
  const applicable = total(document.counts) - document.counts.notApplicable;
  const level = document.level === null ? "" : `${levelWords[document.level]} `;
  return { verdict, text: visible(`${verdictSigns[verdict]} ${level}${document.counts.pass}/${applicable}`, { limit: 40 }) };
}

/** @returns the same badge as data, for https://shields.io/badges/endpoint-badge to draw */
export function badgeEndpoint(document: ResultDocument): string {
  const { verdict, text } = face(document);
  return `${JSON.stringify({ schemaVersion: 1, label, message: text, labelColor: labelColor.slice(1), color: fills[verdict].slice(1), ...(verdict === "pass" ? {} : { isError: true }) })}\n`;
}

/** @returns an SVG of 20 px height: "edgemark | ✓ Storage 180/195" */
export function badge(whole: ResultDocument): string {
  const { verdict, text } = face(shortened(whole));
  const svg = makeBadge({ label, message: text, labelColor, color: fills[verdict], style: "flat" });
  // Who hears the badge hears its sign at best by the sign's name: the verdict is said in words too.
  return `${svg.replaceAll(`${label}: ${escapeXml(text)}`, `${label}: ${escapeXml(`${verdictWords[verdict]}, ${text}`)}`)}\n`;
}
