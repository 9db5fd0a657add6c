// The top of the page: the verdict as a shape and a sentence, the levels as a ladder, the counts as a bar, and what a
// reader must not miss (an interrupted run, stale known failures).
import type { Counts, ResultDocument, Verdict } from "../../contract/result/document.js";
import type { LevelStanding, Overview } from "../overview.js";
import { visible } from "../text.js";
import { countOf, levelWords, plural, total, verdictSigns, verdictWords, worstFirst } from "../words.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";

/** @param live while the run goes on, how far it has come: nothing is certified, and what failed so far stays failed */
export function verdictHeader(document: ResultDocument, facts: Overview, live?: { readonly done: number; readonly total: number }): Markup {
  const verdict: Verdict = live !== undefined ? (facts.failures.length > 0 ? "fail" : "not-applicable") : document.run.interrupted === undefined ? document.verdict : "error";
  const headline = live === undefined ? facts.headline : `Running: ${live.done} of ${live.total} checks done`;
  // A name is a line at the top; a target that calls itself a paragraph finds it whole in its own section.
  const name = visible(document.target.name, { limit: 120 });
  const version = visible(document.target.version, { limit: 60 });
  return html`<header class="top ${verdict}">
<div class="headline">${emblem(verdict, live === undefined && facts.isOnlyAsKnown)}<div><p class="kicker">Edgemark · ${name} ${version}</p><h1>${headline}</h1><p class="lead">${facts.because}</p></div></div>
${live === undefined ? banner(document) : following(live)}
<ol class="ladder" aria-label="Levels">${facts.levels.map(rung)}</ol>
<div class="bars">${countBar("Checks", document.counts)}${total(document.claimCounts) === 0 ? undefined : countBar("Claims", document.claimCounts)}</div>
<p class="conditions">${facts.conditions}</p>
</header>`;
}

function following({ done, total: all }: { readonly done: number; readonly total: number }): Markup {
  const share = all === 0 ? 100 : Math.round((done / all) * 1_000) / 10;
  return html`<svg class="bar-svg progress" viewBox="0 0 100 6" width="100%" height="6" preserveAspectRatio="none" aria-hidden="true"><rect class="bar" width="${share}" height="6"/></svg><p class="soft"><span id="live" role="status">This page follows the run.</span></p>`;
}

/** A shape for each verdict: a disc, an octagon, a triangle, a square, a ring; and a ring around two lines where all is as known. */
function emblem(verdict: Verdict, isOnlyAsKnown: boolean): Markup {
  if (isOnlyAsKnown) return html`<svg class="emblem known" viewBox="0 0 64 64" role="img" aria-label="Verdict: ${verdictWords[verdict]}, as known"><circle class="hollow" cx="32" cy="32" r="27"/><path class="dash" d="M21 26h22M21 38h22"/></svg>`;
  const shapes = {
    pass: html`<circle cx="32" cy="32" r="29"/><path d="M19 33l9 9 18-20"/>`,
    fail: html`<path class="body" d="M20.500 4h23L60 20.500v23L43.500 60h-23L4 43.500v-23z"/><path d="M22 22l20 20M42 22L22 42"/>`,
    error: html`<path class="body" d="M32 5l29 53H3z"/><path d="M32 24v16M32 48v1"/>`,
    inconclusive: html`<rect x="5" y="5" width="54" height="54" rx="12"/><path d="M24 25c0-11 17-11 17 0 0 7-9 7-9 14M32 47v1"/>`,
    "not-applicable": html`<circle class="hollow" cx="32" cy="32" r="27"/><path class="dash" d="M20 32h24"/>`,
  } as const satisfies Record<Verdict, Markup>;
  return html`<svg class="emblem ${verdict}" viewBox="0 0 64 64" role="img" aria-label="Verdict: ${verdictWords[verdict]}">${shapes[verdict]}</svg>`;
}

function banner(document: ResultDocument): Markup {
  const stale = document.staleKnown.slice(0, 50).map((id) => html`<li><code>${id}</code></li>`);
  return html`${document.run.interrupted === undefined ? undefined : html`<div class="banner"><strong>This run was cut short and certifies nothing:</strong> ${document.run.interrupted}</div>`}
${stale.length === 0 ? undefined : html`<div class="banner"><strong>${plural(document.staleKnown.length, "known-failure entry is", "known-failure entries are")} stale.</strong> What they excuse passed in this run; remove them, then the run can pass.<ul>${stale}</ul></div>`}`;
}

const standings = {
  reached: { said: "certified", verdict: "pass" },
  missed: { said: "not certified", verdict: "fail" },
  "held-back": { said: "held back by a claim or a lower level", verdict: "inconclusive" },
  open: { said: "open, only a part ran", verdict: "not-applicable" },
  absent: { said: "not tested", verdict: "not-applicable" },
} as const satisfies Record<LevelStanding["standing"], { readonly said: string; readonly verdict: Verdict }>;

function rung(step: LevelStanding): Markup {
  const { said, verdict } = standings[step.standing];
  return html`<li class="${step.standing}"><span class="sign ${verdict}" aria-hidden="true">${verdictSigns[verdict]}</span> <strong>${levelWords[step.level]}</strong> <span class="soft">${said}${step.applicable === 0 ? undefined : html`, ${step.passed} of ${step.applicable}`}</span></li>`;
}

/** The five counts as one bar and as words. */
function countBar(title: string, counts: Counts): Markup {
  const all = total(counts);
  const shown = [...worstFirst].map((verdict) => ({ verdict, count: countOf(counts, verdict) }));
  let before = 0;
  const parts = shown.filter(({ count }) => count > 0).map(({ verdict, count }) => {
    const part = html`<rect class="fill ${verdict}" x="${percent(before, all)}" width="${percent(count, all)}" height="10"/>`;
    before += count;
    return part;
  });
  const legend = shown.map(({ verdict, count }) => html`<li class="${count === 0 ? "zero" : ""}"><span class="sign ${verdict}" aria-hidden="true">${verdictSigns[verdict]}</span> <b>${count}</b> ${verdictWords[verdict]}</li>`);
  return html`<div class="counts"><h2>${title} <span class="soft">${all}</span></h2><svg class="bar-svg" width="100%" height="10" aria-hidden="true">${parts}</svg><ul class="legend">${legend}</ul></div>`;
}

function percent(part: number, whole: number): string {
  return `${Math.round((Math.max(0, part) / Math.max(1, whole)) * 10_000) / 100}%`;
}
