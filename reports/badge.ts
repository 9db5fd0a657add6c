// A badge with counts, as SVG: what a README shows of a certificate. Drawn by hand because it must have no network
// reference, one deterministic output and room for a symbol beside the colour.
import type { ResultDocument, Verdict } from "../contract/result/document.js";
import { escapeXml, shortened, visible } from "./text.js";
import { levelWords, total, verdictSigns } from "./words.js";

// White text needs 4.5:1 on each.
const fills = { pass: "#00704f", fail: "#b34a00", "not-applicable": "#5c6370", inconclusive: "#7a5c00", error: "#8f3f6d" } as const satisfies Record<Verdict, string>;
const characterWidth = 6.6;

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
  return `${JSON.stringify({ schemaVersion: 1, label: "edgemark", message: text, color: fills[verdict].slice(1), ...(verdict === "pass" ? {} : { isError: true }) })}\n`;
}

/** @returns an SVG of 20 px height: "edgemark | ✓ Storage 180/195" */
export function badge(whole: ResultDocument): string {
  const { verdict, text } = face(shortened(whole));
  const left = 68;
  const right = Math.round(text.length * characterWidth + 14);
  const label = escapeXml(`edgemark: ${verdict}, ${text}`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}"><title>${label}</title>` +
    `<clipPath id="r"><rect width="${left + right}" height="20" rx="4"/></clipPath>` +
    `<g clip-path="url(#r)"><rect width="${left}" height="20" fill="#3b4048"/><rect x="${left}" width="${right}" height="20" fill="${fills[verdict]}"/></g>` +
    `<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">` +
    `<text x="${left / 2}" y="14" textLength="${left - 12}">edgemark</text><text x="${left + right / 2}" y="14" textLength="${right - 12}">${escapeXml(text)}</text></g></svg>\n`
  );
}
