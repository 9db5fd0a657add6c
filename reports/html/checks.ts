// The checks of a run: cards for those that need attention, lists by product for all, with what a filter needs.
import type { CheckResult } from "../../contract/result/document.js";
import { verdicts } from "../../contract/result/document.js";
import type { Overview, ProductChecks } from "../overview.js";
import { duration, plural, verdictSigns, verdictWords, worstFirst } from "../words.js";
import { evidenceList, noteList } from "./evidence.js";
import type { Markup } from "./markup.js";
import { html, lines } from "./markup.js";
import { replay, sign, verdictLabel } from "./parts.js";

/** Each check's element id; a check has one place on the page that a link can name. */
export type CheckAnchors = ReadonlyMap<CheckResult, string>;

/** Cards beyond this many would bury the page; the rest stand in the table with their reason. */
export const cardsShown = 50;

/** A check that failed or could not tell: promise, reason, what came, evidence, how to see it again. */
export function checkCard(check: CheckResult, anchorsOf: CheckAnchors): Markup {
  const anchor = anchorsOf.get(check) ?? "";
  const compared =
    check.expected === undefined && check.observed === undefined
      ? undefined
      : html`<dl class="compared">${check.expected === undefined ? undefined : html`<div><dt>Expected</dt><dd><pre tabindex="0">${lines(check.expected)}</pre></dd></div>`}${check.observed === undefined ? undefined : html`<div><dt>Observed</dt><dd><pre tabindex="0">${lines(check.observed)}</pre></dd></div>`}</dl>`;
  return html`<article class="card finding ${check.verdict}" id="${anchor}">
<h3>${sign(check.verdict)} <span>${check.promise} <a class="self" href="#${anchor}" aria-label="Link to ${check.id}">#</a></span></h3>
<p class="meta"><code>${check.id}</code>${check.claims.length === 0 ? undefined : html` · ${check.claims.slice(0, 12).join(" ")}`} · ${check.level} · ${duration(check.durationMs)}</p>
<p class="reason">${check.reason ?? "No reason was recorded."}</p>
${compared}${evidenceList(check)}${replay(check.replay)}
</article>`;
}

/** Checks of one verdict that have nothing to tell but one and the same reason. */
export interface ReasonGroup {
  readonly verdict: CheckResult["verdict"];
  readonly reason: string;
  readonly checks: readonly CheckResult[];
}

const groupedFrom = 3;

/** A cause that stopped many checks (a run out of time) is told once and not once for each. */
export function groupedByReason(checks: readonly CheckResult[]): { readonly single: readonly CheckResult[]; readonly groups: readonly ReasonGroup[] } {
  const found = new Map<string, CheckResult[]>();
  for (const check of checks) {
    if (check.reason === undefined || check.expected !== undefined || check.observed !== undefined || check.evidence.length > 0) continue;
    const key = `${check.verdict} ${check.reason}`;
    const group = found.get(key);
    if (group === undefined) found.set(key, [check]);
    else group.push(check);
  }
  const groups = [...found.values()].filter((group) => group.length >= groupedFrom);
  const inGroups = new Set(groups.flat());
  return {
    single: checks.filter((check) => !inGroups.has(check)),
    groups: groups.flatMap((group) => (group[0]?.reason === undefined ? [] : [{ verdict: group[0].verdict, reason: group[0].reason, checks: group }])),
  };
}

export function groupCard({ verdict, reason, checks }: ReasonGroup, anchorsOf: CheckAnchors): Markup {
  const items = checks.map((check) => html`<li><a href="#${anchorsOf.get(check)}">${check.promise}</a> <code class="soft">${check.id}</code></li>`);
  return html`<article class="card finding ${verdict}"><h3>${sign(verdict)} <span>${plural(checks.length, "check")}: ${reason}</span></h3><ul class="grouped">${items}</ul></article>`;
}

/** The filter (shown by the script only) and a fold per product. */
export function checksSection(facts: Overview, anchorsOf: CheckAnchors, isCarded: (check: CheckResult) => boolean): Markup {
  if (facts.products.length === 0) return html`<p>No check was recorded.</p>`;
  const choices = verdicts.map((verdict) => html`<label><input type="checkbox" name="verdict" value="${verdict}" checked> ${verdictLabel(verdict)}</label>`);
  return html`<form id="filter" class="filter" role="search" aria-label="Filter the checks" hidden>
<label class="search">Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label>
<fieldset><legend class="unseen">Verdicts</legend>${choices}</fieldset><output id="found" aria-live="polite"></output></form>
${facts.products.map((group) => productFold(group, anchorsOf, isCarded))}`;
}

/** A list per verdict, worst first: what a row would say of its verdict stands once above it. */
function productFold(group: ProductChecks, anchorsOf: CheckAnchors, isCarded: (check: CheckResult) => boolean): Markup {
  const found = worstFirst.map((verdict) => ({ verdict, checks: group.checks.filter((check) => check.verdict === verdict) })).filter(({ checks }) => checks.length > 0);
  const tallies = found.map(({ verdict, checks }) => html`<span class="tally ${verdict}"><span class="sign ${verdict}" aria-hidden="true">${verdictSigns[verdict]}</span> ${checks.length}<span class="unseen"> ${verdictWords[verdict]}</span></span>`);
  const lists = found.map(({ verdict, checks }) => html`<h4>${checks.length} ${verdictWords[verdict]}</h4>
<ul class="checks ${verdict}" data-verdict="${verdict}">${checks.map((check) => row(check, anchorsOf.get(check) ?? "", isCarded(check)))}
</ul>`);
  return html`<details class="product"><summary><h3>${group.title}</h3> <span class="soft">${plural(group.checks.length, "check")}</span> <span class="tallies">${tallies}</span></summary>
${lists}</details>`;
}

/**
 * A page of thousands of checks has thousands of these, and every element takes its time: one that passed is a list item and
 * its link; the rest is text, and its sign is the style sheet's.
 */
function row(check: CheckResult, anchor: string, isCarded: boolean): Markup {
  const facts = [check.id, ...(check.claims.length === 0 ? [] : [check.claims.slice(0, 12).join(" ")]), duration(check.durationMs), ...(isCarded ? ["details above"] : [])].join(" · ");
  const reason = check.verdict === "pass" ? undefined : html` <span class="why">${check.reason ?? "no reason recorded"}</span>`;
  const known = check.known === undefined ? undefined : html` <span class="why">known ${check.known.kind}: ${check.known.reason}</span>`;
  return html`
<li${isCarded ? undefined : html` id="${anchor}"`}><a href="#${anchor}">${check.promise}</a> ${facts}${reason}${known}${isCarded ? undefined : notes(check)}</li>`;
}

function notes(check: CheckResult): Markup | undefined {
  if (check.evidence.length === 0) return undefined;
  return html`<details class="data"><summary>${plural(check.evidence.length, "note")}</summary>${check.verdict === "pass" ? noteList(check) : html`${evidenceList(check)}${replay(check.replay)}`}</details>`;
}
