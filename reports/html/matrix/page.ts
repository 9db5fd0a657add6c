// comparison.html: many runs on one page, self-contained like a report. Which target fails what another passes, how far each
// is from the best, and what changed over time.
import { createHash } from "node:crypto";
import type { ResultDocument } from "../../../contract/result/document.js";
import { differencesBetween } from "../../comparison/metrics.js";
import { matrixOf, type Column } from "../../matrix/matrix.js";
import { ratiosOf } from "../../matrix/ratios.js";
import { trendsOf } from "../../matrix/trends.js";
import { overview } from "../../overview.js";
import { shortened, visible } from "../../text.js";
import { figure, levelWords, moment, plural } from "../../words.js";
import { html, trusted, type Markup } from "../markup.js";
import { table, verdictLabel } from "../parts.js";
import { pageStyle } from "../style.js";
import { dividedSection, matrixSection } from "./matrix.js";
import { ratiosSection } from "./ratios.js";
import { comparisonScript } from "./script.js";
import { comparisonStyle } from "./style.js";
import { trendsSection } from "./trends.js";

/**
 * @param whole judged runs of any targets, in any order
 * @returns the whole page as HTML, the same for the same documents
 */
export function comparisonPage(whole: readonly ResultDocument[]): string {
  const documents = whole.map((document) => shortened(document));
  const matrix = matrixOf(documents);
  const ratios = ratiosOf(matrix.columns);
  const trends = trendsOf(documents);
  const rows = [...matrix.checks, ...matrix.claims];
  const divided = rows.filter(({ isDivided }) => isDivided);
  const sections: readonly { readonly id: string; readonly title: string; readonly count?: number; readonly body: Markup }[] = [
    { id: "targets", title: "Targets", count: matrix.columns.length, body: targetsTable(matrix.columns) },
    { id: "divided", title: "Fails here, passes there", count: divided.length, body: dividedSection(divided, matrix.columns) },
    { id: "ratios", title: "Ratios to the best", count: ratios.rows.length, body: ratiosSection(ratios, matrix.columns) },
    ...(trends.shown.length === 0 ? [] : [{ id: "trends", title: "Trends", count: trends.shown.length + trends.leftOut, body: trendsSection(trends) }]),
    { id: "matrix", title: "All checks and claims", count: rows.length, body: matrixSection(matrix) },
  ];
  const names = matrix.columns.map(({ name, version }) => `${visible(name, { limit: 60 })} ${visible(version, { limit: 40 })}`);
  const style = `${pageStyle}${comparisonStyle}`;
  return html`${trusted("<!doctype html>")}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(comparisonScript)}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${plural(matrix.columns.length, "target")} compared: Edgemark</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body id="top">
<a class="skip" href="#content">Skip to the results</a>
<header class="top"><p class="kicker">Edgemark · ${plural(documents.length, "run")}</p><h1>${plural(matrix.columns.length, "target")} compared</h1><p class="lead">${names.slice(0, 12).join(", ")}${names.length > 12 ? `, and ${names.length - 12} more` : ""}.</p>${conditions(matrix.columns)}</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, title, count }) => html`<li><a href="#${id}">${title}${count === undefined ? undefined : html` <span class="soft">${count}</span>`}</a></li>`)}</ul></nav>
<main id="content" tabindex="-1">
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${`h-${id}`}"><h2 id="${`h-${id}`}">${title}</h2>${body}</section>
`)}</main>
<footer><p>Written from the result.json of ${plural(documents.length, "run")}. <a href="#top">Top</a></p></footer>
<script>${trusted(comparisonScript)}</script>
</body>
</html>
`.source;
}

/** Numbers of different machines are no comparison of targets: said before anything else. */
function conditions([first, ...others]: readonly Column[]): Markup | undefined {
  if (first === undefined) return undefined;
  const found = others.flatMap(({ name, version, document }) => differencesBetween(first.document, document).map((difference) => html`<li>${first.name} ${first.version} and ${name} ${version}: ${difference}</li>`));
  if (found.length === 0) return html`<p class="conditions">All ran on machines of one kind, with the same profile: their numbers may be compared.</p>`;
  return html`<div class="banner"><strong>These runs differ in their conditions.</strong> Verdicts may be compared; numbers show the machine as much as the target.<details class="data"><summary>${plural(found.length, "difference")}</summary><ul>${found.slice(0, 60)}</ul></details></div>`;
}

function targetsTable(columns: readonly Column[]): Markup {
  const rows = columns.map(({ name, version, document, runs }) => {
    const { pass, fail, notApplicable, inconclusive, error } = document.counts;
    const facts = overview(document);
    return [
      html`<span class="strong">${name}</span> ${version}${runs > 1 ? html`<span class="meta">newest of ${plural(runs, "run")}</span>` : undefined}`,
      html`${verdictLabel(document.run.interrupted === undefined ? document.verdict : "error")}<span class="why">${facts.headline}</span>`,
      document.level === null ? "none" : levelWords[document.level],
      html`<span class="number">${figure(pass)} of ${figure(pass + fail + inconclusive + error)}</span><span class="why soft">${notApplicable} not applicable</span>`,
      html`<span class="number">${figure(document.claimCounts.pass)} of ${figure(document.claimCounts.pass + document.claimCounts.fail + document.claimCounts.inconclusive + document.claimCounts.error)}</span>`,
      `${document.run.profile}, ${moment(document.run.startedAtMs)}`,
    ];
  });
  return table("One line for each version of each target", ["Target", "Verdict", "Level", "Checks passed", "Claims held", "Profile and time"], rows);
}

function hashOf(source: string): string {
  return `sha256-${createHash("sha256").update(source, "utf8").digest("base64")}`;
}
