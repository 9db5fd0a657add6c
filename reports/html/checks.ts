// The checks of a run: cards for those that need attention, a table per product for all, with what a filter needs.
import type { CheckResult } from "../../contract/result/document.js";
import { verdicts } from "../../contract/result/document.js";
import type { Overview, ProductChecks } from "../overview.js";
import { duration, plural, verdictSigns, verdictWords, worstFirst } from "../words.js";
import { evidenceList } from "./evidence.js";
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

/** The filter (shown by the script only) and a table per product. */
export function checksSection(facts: Overview, anchorsOf: CheckAnchors, isCarded: (check: CheckResult) => boolean): Markup {
  if (facts.products.length === 0) return html`<p>No check was recorded.</p>`;
  const choices = verdicts.map((verdict) => html`<label><input type="checkbox" name="verdict" value="${verdict}" checked> ${verdictLabel(verdict)}</label>`);
  return html`<form id="filter" class="filter" role="search" aria-label="Filter the checks" hidden>
<label class="search">Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label>
<fieldset><legend class="unseen">Verdicts</legend>${choices}</fieldset><output id="found" aria-live="polite"></output></form>
${facts.products.map((group) => productTable(group, anchorsOf, isCarded))}`;
}

function productTable(group: ProductChecks, anchorsOf: CheckAnchors, isCarded: (check: CheckResult) => boolean): Markup {
  const counted = worstFirst
    .map((verdict) => ({ verdict, count: group.checks.filter((check) => check.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => html`<span class="tally ${verdict}"><span class="sign ${verdict}" aria-hidden="true">${verdictSigns[verdict]}</span> ${count}<span class="unseen"> ${verdictWords[verdict]}</span></span>`);
  return html`<details class="product"><summary><h3>${group.title}</h3> <span class="soft">${plural(group.checks.length, "check")}</span> <span class="tallies">${counted}</span></summary>
<table class="checks"><caption class="unseen">Checks of ${group.title}</caption><thead><tr><th scope="col"><span class="unseen">Verdict</span></th><th scope="col">Promise</th><th scope="col">Claims</th><th scope="col">Time</th></tr></thead>
<tbody>${group.checks.map((check) => row(check, anchorsOf.get(check) ?? "", isCarded(check)))}</tbody></table></details>`;
}

function row(check: CheckResult, anchor: string, isCarded: boolean): Markup {
  const reason = check.verdict === "pass" ? undefined : html`<span class="why">${check.reason ?? "no reason recorded"}</span>`;
  const known = check.known === undefined ? undefined : html`<span class="why">known ${check.known.kind}: ${check.known.reason}</span>`;
  // The id is the link: a page of thousands of checks has thousands of them, and every element takes its time.
  const name = html`<a class="id" href="#${anchor}">${check.id}${isCarded ? ", details above" : undefined}</a>`;
  const notes = isCarded || check.evidence.length === 0 ? undefined : html`<details class="data"><summary>${plural(check.evidence.length, "note")}</summary>${evidenceList(check)}${check.verdict === "pass" ? undefined : replay(check.replay)}</details>`;
  return html`<tr data-verdict="${check.verdict}"${isCarded ? undefined : html` id="${anchor}"`}><td>${sign(check.verdict)}</td><th scope="row">${check.promise}<span class="meta">${name}</span>${reason}${known}${notes}</th><td class="ids">${check.claims.slice(0, 12).join(" ")}</td><td class="number">${duration(check.durationMs)}</td></tr>`;
}
