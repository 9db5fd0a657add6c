// The claims section: what the documents say beside what was measured, worst first, with the source of each. Claims
// that nothing tested are folded away but counted, because silence must not look like a pass.
import type { ClaimResult, Measurement, ResultDocument } from "../../contract/result/document.js";
import { claimsOf } from "../charts/catalogue.js";
import { scaleFor } from "../charts/scale.js";
import { figure, plural, productName, quantity, worstFirst } from "../words.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { sign } from "./parts.js";
import { sampleStrip } from "./svg/strips.js";

const rowsShown = 1_000;

/** What a row needs of the page: where a check stands, and the measurement that a claim judges. */
interface Links {
  readonly check: (id: string) => string | undefined;
  readonly measurement: (claim: ClaimResult) => Measurement | undefined;
}

export function claimsSection(document: ResultDocument, check: (id: string) => string | undefined): Markup {
  const { claims } = document;
  const all = Object.values(document.measurements);
  const links: Links = { check, measurement: (claim) => all.find((one) => claimsOf(one, [claim]).length > 0) };
  if (claims.length === 0) return html`<p>No claim was judged.</p>`;
  const isTested = (claim: ClaimResult) => claim.checks.length > 0 || claim.measured !== undefined || claim.verdict === "fail" || claim.verdict === "pass" || claim.verdict === "error";
  const context = claims.filter((claim) => claim.kind === "context");
  const judged = claims.filter((claim) => claim.kind !== "context" && isTested(claim));
  const untested = claims.filter((claim) => claim.kind !== "context" && !isTested(claim));
  const ranked = [...judged].sort((a, b) => rank(a) - rank(b));
  const numbers = ranked.filter((claim) => claim.measured !== undefined);
  const promises = ranked.filter((claim) => claim.measured === undefined);
  return html`${numbers.length === 0 ? undefined : claimTable("Figures, documented against measured", numbers, links, true)}
${promises.length === 0 ? undefined : promiseTables(promises, links)}
${folded(`${plural(context.length, "figure")} for context, never judged`, context, links, context.some((claim) => claim.measured !== undefined))}
${folded(`${plural(untested.length, "claim")} that nothing in this run tested`, untested, links, false)}`;
}

function promiseTables(claims: readonly ClaimResult[], links: Links): Markup {
  const open = claims.filter((claim) => claim.verdict !== "pass" && claim.verdict !== "not-applicable");
  const rest = claims.filter((claim) => !open.includes(claim));
  return html`${open.length === 0 ? undefined : claimTable("Promises that did not hold or could not be told", open, links, false)}${folded(`${plural(rest.length, "promise")} that held or did not apply`, rest, links, false)}`;
}

function rank(claim: ClaimResult): number {
  return worstFirst.indexOf(claim.verdict) + (claim.binding ? 0 : 0.5);
}

function folded(title: string, claims: readonly ClaimResult[], links: Links, isMeasured: boolean): Markup | undefined {
  if (claims.length === 0) return undefined;
  return html`<details class="fold"><summary>${title}</summary>${claimTable(title, claims, links, isMeasured, true)}</details>`;
}

function claimTable(caption: string, claims: readonly ClaimResult[], links: Links, isMeasured: boolean, isTitled = false): Markup {
  const rows = claims.slice(0, rowsShown).map((claim) => row(claim, links, isMeasured));
  const heads = isMeasured ? html`<th scope="col">Documented</th><th scope="col">Measured</th>` : html`<th scope="col">Documented</th><th scope="col">Why</th>`;
  return html`<table class="claims"><caption${isTitled ? html` class="unseen"` : undefined}>${caption}</caption><thead><tr><th scope="col"><span class="unseen">Verdict</span></th><th scope="col">Claim</th>${heads}</tr></thead><tbody>${rows}</tbody></table>${claims.length > rowsShown ? html`<p>… and ${claims.length - rowsShown} more in result.json.</p>` : undefined}`;
}

function row(claim: ClaimResult, links: Links, isMeasured: boolean): Markup {
  const checks = claim.checks.slice(0, 6).map((id) => {
    const anchor = links.check(id);
    return anchor === undefined ? html`<code>${id}</code> ` : html`<a href="#${anchor}"><code>${id}</code></a> `;
  });
  const source = claim.source === undefined ? undefined : html`<span class="source"><q>${quoted(claim.source.quote)}</q> ${claim.source.document}</span>`;
  const verdict = claim.kind === "context" ? html`<span class="sign context"><span aria-hidden="true">·</span><span class="unseen">context</span></span>` : sign(claim.verdict);
  const name = html`<span class="meta"><code>${claim.id}</code> ${productName(claim.product)}${claim.binding || claim.kind === "context" ? undefined : html` · <em>informs only</em>`}</span>`;
  // One that holds by a number that is too large says so.
  const isTellingWhy = claim.kind !== "context" && (claim.verdict !== "pass" || links.measurement(claim)?.isUpperBound === true);
  return html`<tr><td>${verdict}</td><th scope="row">${claim.statement}${name}${source}</th><td data-head="Documented">${claim.documented}${heldAgainst(claim)}</td><td data-head="${isMeasured ? "Measured" : "Why"}">${isMeasured ? measured(claim, links.measurement(claim)) : undefined}${isTellingWhy || !isMeasured ? html`<span class="why">${claim.reason}</span>` : undefined}${checks.length === 0 ? undefined : html`<span class="by">${checks}${claim.checks.length > 6 ? html`and ${claim.checks.length - 6} more` : undefined}</span>`}</td></tr>`;
}

/** What the document's figure became on this target: scaled, in the unit of what was measured. */
function heldAgainst(claim: ClaimResult): Markup | undefined {
  if (claim.threshold === undefined || claim.kind !== "number") return undefined;
  return html`<span class="why soft">held against ${quantity(claim.threshold, claim.measured?.unit ?? "")}${claim.scaledBy === undefined ? undefined : html`, as timers run ${claim.scaledBy} times faster`}</span>`;
}

/** Quotes are kept with their own marks, which also tell pieces apart; only a bare one gets them here. */
function quoted(text: string): string {
  return /[“”]/.test(text) ? text : `“${text}”`;
}

/** The figure with its distribution, or where there is none how far along the way to its threshold it came. */
function measured(claim: ClaimResult, measurement: Measurement | undefined): Markup {
  if (claim.measured === undefined) return html`<span class="soft">not measured</span>`;
  const { value, unit, n } = claim.measured;
  return html`<span class="number strong">${quantity(value, unit)}</span> <span class="soft">n = ${figure(n)}</span>${distribution(claim, measurement) ?? gauge(value, claim.threshold, unit, claim)}`;
}

function gauge(value: number, threshold: number | undefined, unit: string, claim: ClaimResult): Markup | undefined {
  if (threshold === undefined || !Number.isFinite(threshold) || threshold <= 0 || !Number.isFinite(value) || value < 0) return undefined;
  const high = Math.max(value, threshold) * 1.15;
  const at = (amount: number) => Math.round((amount / high) * 1_200) / 10;
  const label = `${quantity(value, unit)} against ${quantity(threshold, unit)}`;
  return html`<svg class="gauge" viewBox="0 0 120 10" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="rail" y="3" width="120" height="4"/><rect class="fill ${claim.kind === "context" ? "not-applicable" : claim.verdict}" y="3" width="${Math.max(1, at(value))}" height="4"/><line class="limit" x1="${at(threshold)}" x2="${at(threshold)}" y1="0" y2="10"/></svg>`;
}

const fewestSamples = 3;

/** Every sample as a tick, and the documented figure among them. */
function distribution(claim: ClaimResult, measurement: Measurement | undefined): Markup | undefined {
  if (measurement === undefined || claim.measured?.unit !== measurement.unit) return undefined;
  const values = ((measurement.samples?.length ?? 0) >= fewestSamples ? (measurement.samples ?? []) : Object.values(measurement.percentiles ?? {})).filter(Number.isFinite);
  if (values.length < fewestSamples) return undefined;
  const { threshold } = claim;
  const high = values.reduce((a, b) => Math.max(a, b));
  // A figure far beyond would press all samples into one line; it is said in words beside.
  const isNear = threshold !== undefined && Number.isFinite(threshold) && threshold <= high * 10;
  const scale = scaleFor(isNear ? [...values, threshold] : values);
  const low = values.reduce((a, b) => Math.min(a, b));
  const label = `${quantity(low, measurement.unit)} to ${quantity(high, measurement.unit)}${threshold === undefined ? "" : `, documented ${quantity(threshold, measurement.unit)}`}`;
  return html`${sampleStrip(values, scale.at, label, isNear ? threshold : undefined, claim.kind === "context" ? "not-applicable" : claim.verdict)}<span class="soft range">${quantity(low, measurement.unit)} to ${quantity(high, measurement.unit)}</span>`;
}
