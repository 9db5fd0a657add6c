// summary.md: what a pull request needs, in at most 60 lines. A forge renders it beside people's names and links, so
// text of a target reaches it only through the Markdown escaper.
import type { CheckResult, ClaimResult, ResultDocument } from "../contract/result/document.js";
import { verdicts } from "../contract/result/document.js";
import { headlineSign, overview } from "./overview.js";
import { escapeMarkdown, markdownCode, shortened, visible } from "./text.js";
import { countOf, plural, quantity, verdictSigns, verdictWords } from "./words.js";

const failuresShown = 10;
const claimsShown = 5;
const measuredShown = 10;
const productsShown = 9;
/** Cells and lines are for skimming; the page has the rest. */
const cellLimit = 240;

/** @returns Markdown of at most 60 lines */
export function markdownSummary(whole: ResultDocument): string {
  const document = shortened(whole);
  const facts = overview(document);
  const lines = [
    `## ${headlineSign(document)} Edgemark: ${facts.headline}`,
    "",
    `**${plain(document.target.name)} ${plain(document.target.version)}** · ${plain(facts.because)}`,
    "",
    ...stale(document),
    ...productTable(document),
    ...failureList(facts.failures, "Failed"),
    ...failureList(facts.undecided, "Undecided", 3),
    ...claimList(facts.failedClaims),
    ...measuredTable(document.claims),
    ...(facts.known.length === 0 ? [] : [`${plural(facts.known.length, "check")} named by known failures, listed in the report.`, ""]),
    plain(facts.conditions),
    "",
    `Replay: ${markdownCode(visible(document.run.replay, { limit: cellLimit }))}`,
  ];
  return `${lines.join("\n")}\n`;
}

function plain(text: string): string {
  return escapeMarkdown(visible(text, { limit: cellLimit }));
}

function stale(document: ResultDocument): string[] {
  const lines: string[] = [];
  if (document.run.interrupted !== undefined) lines.push(`> **Interrupted:** ${plain(document.run.interrupted)}`, "");
  if (document.staleKnown.length > 0) {
    const shown = document.staleKnown.slice(0, 10).map((id) => markdownCode(visible(id, { limit: 80 })));
    lines.push(`> **Stale known failures:** ${shown.join(", ")}${document.staleKnown.length > 10 ? ", …" : ""} passed. Remove the entries.`, "");
  }
  return lines;
}

function productTable(document: ResultDocument): string[] {
  const rows = overview(document).products.map(({ title, checks }) => `| ${plain(title)} | ${verdicts.map((verdict) => checks.filter((check) => check.verdict === verdict).length).join(" | ")} |`);
  const more = rows.length > productsShown ? [`| … ${rows.length - productsShown} more | | | | | |`] : [];
  return [
    `| Checks | ${verdicts.map((verdict) => `${verdictSigns[verdict]} ${verdictWords[verdict]}`).join(" | ")} |`,
    "|---|--:|--:|--:|--:|--:|",
    ...rows.slice(0, productsShown),
    ...more,
    `| **All** | ${verdicts.map((verdict) => `**${countOf(document.counts, verdict)}**`).join(" | ")} |`,
    `| Claims | ${verdicts.map((verdict) => countOf(document.claimCounts, verdict)).join(" | ")} |`,
    "",
  ];
}

function failureList(checks: readonly CheckResult[], title: string, limit = failuresShown): string[] {
  if (checks.length === 0) return [];
  const items = checks.slice(0, limit).map((check) => `- ${verdictSigns[check.verdict]} ${markdownCode(visible(check.id, { limit: 80 }))} ${plain(check.promise)}: ${plain(check.reason ?? "no reason given")}`);
  return [`**${title}**`, "", ...items, ...(checks.length > limit ? [`- … and ${checks.length - limit} more`] : []), ""];
}

function claimList(claims: readonly ClaimResult[]): string[] {
  if (claims.length === 0) return [];
  const items = claims.slice(0, claimsShown).map((claim) => `- ✗ ${markdownCode(visible(claim.id, { limit: 80 }))} ${plain(claim.statement)}: ${plain(claim.reason)}${claim.binding ? "" : " (informs only)"}`);
  return ["**Claims that did not hold**", "", ...items, ...(claims.length > claimsShown ? [`- … and ${claims.length - claimsShown} more`] : []), ""];
}

function measuredTable(claims: readonly ClaimResult[]): string[] {
  const measured = claims.filter((claim) => claim.measured !== undefined);
  if (measured.length === 0) return [];
  const rows = measured.slice(0, measuredShown).map((claim) => {
    const value = claim.measured === undefined ? "" : `${quantity(claim.measured.value, claim.measured.unit)} (n = ${claim.measured.n})`;
    return `| ${claim.kind === "context" ? "" : `${verdictSigns[claim.verdict]} `}${markdownCode(visible(claim.id, { limit: 80 }))} ${plain(claim.statement)} | ${plain(claim.documented)} | ${plain(value)} |`;
  });
  return ["| Claim | Documented | Measured |", "|---|---|---|", ...rows, ...(measured.length > measuredShown ? [`| … ${measured.length - measuredShown} more | | |`] : []), ""];
}
