// report.html: one page that needs no network and no script. The policy in its head lets a browser load nothing, apply
// only this style sheet and run only this script, whatever a target has put into the document.
import { createHash } from "node:crypto";
import type { CheckResult, ResultDocument, Verdict } from "../../contract/result/document.js";
import { overview } from "../overview.js";
import { shortened, visible } from "../text.js";
import { plural, total, verdictSigns } from "../words.js";
import { cardsShown, checkCard, checksSection, groupCard, groupedByReason } from "./checks.js";
import { claimsSection } from "./claims.js";
import { evidenceList } from "./evidence.js";
import { anchors, html, trusted } from "./markup.js";
import type { Markup } from "./markup.js";
import { measurementsSection } from "./measurements.js";
import { replay, table, verdictLabel } from "./parts.js";
import { environmentSection, faultsSection } from "./run.js";
import { liveScript, pageScript } from "./script.js";
import { pageStyle } from "./style.js";
import { targetSection } from "./target.js";
import { verdictHeader } from "./verdict.js";

const sectionIds = ["top", "content", "failed", "undecided", "known", "claims", "measurements", "checks", "faults", "target", "environment", "filter", "search", "found"] as const;

/** A run that still goes on, as the page that follows it shows it. */
export interface LiveRun {
  readonly done: number;
  readonly total: number;
}

/**
 * @param live set while the run goes on: the page then says so, and may ask the server it came from for news
 * @returns the whole page as HTML, the same for the same document
 */
export function htmlReport(whole: ResultDocument, live?: LiveRun): string {
  const document = shortened(whole);
  const facts = overview(document);
  const anchor = anchors([...sectionIds.flatMap((id) => [id, `h-${id}`]), ...Object.keys(document.measurements).map((_, index) => `measurement-${index + 1}`)]);
  const anchorsOf = new Map<CheckResult, string>(document.checks.map((check) => [check, anchor(check.id)]));
  const byId = new Map(document.checks.map((check) => [check.id, anchorsOf.get(check)]));
  const failed = facts.failures.slice(0, cardsShown);
  const { single, groups } = groupedByReason(facts.undecided);
  const undecided = single.slice(0, cardsShown);
  const carded = new Set([...failed, ...undecided]);

  const sections: Section[] = [
    { id: "failed", title: "What failed", short: "Failed", count: facts.failures.length, body: facts.failures.length === 0 ? html`<p class="calm">No check failed${facts.known.length === 0 ? "" : " that is not known to"}.</p>` : cards(failed, facts.failures.length, anchorsOf) },
    ...(facts.undecided.length === 0 ? [] : [{ id: "undecided", title: "What could not be told", short: "Undecided", count: facts.undecided.length, body: html`<p class="soft">An inconclusive check certifies nothing; an error is the harness's own fault, never the target's.</p>${groups.map((group) => groupCard(group, anchorsOf))}${cards(undecided, single.length, anchorsOf)}` }]),
    ...(facts.known.length === 0 ? [] : [{ id: "known", title: "Known failures", short: "Known", count: facts.known.length, body: knownTable(facts.known, anchorsOf) }]),
    { id: "claims", title: "Claims", count: total(document.claimCounts), body: claimsSection(document, (id) => byId.get(id)) },
    { id: "measurements", title: "Measurements", count: Object.keys(document.measurements).length, body: measurementsSection(document) },
    { id: "checks", title: "Checks", count: document.checks.length, body: checksSection(facts, anchorsOf, (check) => carded.has(check)) },
    { id: "faults", title: "Faults injected", short: "Faults", count: document.faults.length, body: faultsSection(document) },
    { id: "target", title: "Target", body: targetSection(document) },
    { id: "environment", title: "Environment and replay", short: "Environment", body: environmentSection(document) },
  ];
  const verdict: Verdict = document.run.interrupted === undefined ? document.verdict : "error";
  const page = html`${trusted("<!doctype html>")}
<html lang="en"${isLarge(document) ? html` class="large"` : undefined}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(pageStyle)}'; script-src '${hashOf(pageScript)}'${live === undefined ? "" : ` '${hashOf(liveScript)}'`}; img-src data:${live === undefined ? "" : "; connect-src 'self'"}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${live === undefined ? verdictSigns[verdict] : `${live.done} of ${live.total}:`} ${visible(document.target.name, { limit: 60 })} ${visible(document.target.version, { limit: 40 })}: Edgemark report</title>
<link rel="icon" href="data:,">
<style>${trusted(pageStyle)}</style>
</head>
<body id="top">
<a class="skip" href="#content">Skip to the results</a>
${verdictHeader(document, facts, live)}
<nav aria-label="Sections"><ul>${sections.map((section) => html`<li><a href="#${section.id}">${section.short ?? section.title}${section.count === undefined ? undefined : html` <span class="soft">${section.count}</span>`}</a></li>`)}</ul></nav>
<main id="content" tabindex="-1">
${sections.map((section) => html`<section id="${section.id}" aria-labelledby="${`h-${section.id}`}"><h2 id="${`h-${section.id}`}">${section.title}</h2>${section.body}</section>
`)}</main>
<footer><p>${document.schema} · run <code>${document.run.id}</code> · written from result.json, which holds everything that was measured. <a href="#top">Top</a></p></footer>
<script>${trusted(pageScript)}</script>${live === undefined ? undefined : html`
<script>${trusted(liveScript)}</script>`}
</body>
</html>
`;
  return page.source;
}

interface Section {
  readonly id: string;
  readonly title: string;
  /** For the navigation, where room is scarce. */
  readonly short?: string;
  readonly count?: number;
  readonly body: Markup;
}

function cards(shown: readonly CheckResult[], all: number, anchorsOf: ReadonlyMap<CheckResult, string>): Markup {
  return html`${shown.map((check) => checkCard(check, anchorsOf))}${all > shown.length ? html`<p>… and ${plural(all - shown.length, "check")} more, in the <a href="#checks">checks by product</a>.</p>` : undefined}`;
}

function knownTable(known: readonly CheckResult[], anchorsOf: ReadonlyMap<CheckResult, string>): Markup {
  const rows = known.map((check) => [
    html`<a href="#${anchorsOf.get(check)}">${check.promise}</a><span class="meta"><code>${check.id}</code></span>`,
    verdictLabel(check.verdict),
    check.known?.kind,
    html`${check.known?.reason}${check.reason === undefined ? undefined : html`<span class="why">Observed: ${check.observed ?? check.reason}</span>`}<details class="data"><summary>Evidence</summary>${evidenceList(check)}${replay(check.replay)}</details>`,
  ]);
  return html`<p class="soft">They run, they do not count against the target, and an entry that passes fails the run until it is removed.</p>${table(plural(known.length, "check named by a known failure", "checks named by known failures"), ["Check", "Verdict", "Known as", "Reason"], rows)}`;
}

/** Of a page with very much on it, a browser lays out what is in sight; sections and cards keep their places by estimates. */
const fewChecks = 1_000;

function isLarge(document: ResultDocument): boolean {
  return document.checks.length > fewChecks;
}

function hashOf(source: string): string {
  return `sha256-${createHash("sha256").update(source, "utf8").digest("base64")}`;
}
