// The last thing a terminal shows of a run: verdict, counts, what failed with its replay line, numbers against claims.
// At most 30 lines, so that it fits a screen with the prompt below it.
import type { ResultDocument, Verdict } from "../contract/result/document.js";
import { verdicts } from "../contract/result/document.js";
import { headlineSign, overview } from "./overview.js";
import { shortened, visible } from "./text.js";
import { countOf, plural, quantity, verdictSigns, verdictWords } from "./words.js";

const linesShown = 30;
const ansi = { pass: "32", fail: "31", "not-applicable": "2", inconclusive: "33", error: "35" } as const satisfies Record<Verdict, string>;

/**
 * The summary for a terminal.
 * @param options `colour`: use ANSI colours (only for a terminal that wants them); `width`: columns, default 100;
 * `files`: paths to name in the last lines
 * @returns at most 30 lines, without a trailing line feed
 */
export function terminalSummary(whole: ResultDocument, options: { readonly colour?: boolean; readonly width?: number; readonly files?: readonly string[] } = {}): string {
  const document = shortened(whole);
  const width = Math.max(40, options.width ?? 100);
  const facts = overview(document);
  const paint = (code: string, text: string) => (options.colour === true ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string) => fit(visible(text), width);
  const verdict: Verdict = document.run.interrupted === undefined ? document.verdict : "error";

  const head = [
    paint(facts.isOnlyAsKnown ? "1" : `1;${ansi[verdict]}`, line(`${headlineSign(document)} ${facts.headline}`)),
    fit(visible(`  ${[visible(document.target.name, { limit: 60 }), visible(document.target.version, { limit: 40 })].filter((word) => word !== "").join(" ")}: ${facts.because}`), 4 * width),
    ...(document.run.interrupted === undefined ? [] : [line(`  ${document.run.interrupted}`)]),
    ...(document.staleKnown.length === 0 ? [] : [paint("1;31", line(`  Stale known failures, remove them: ${document.staleKnown.join(", ")}`))]),
    line(`  checks  ${counts(document.counts)}`),
    line(`  claims  ${counts(document.claimCounts)}`),
  ];
  // Numbers, and before them what a number was wanted for that nobody measured: such a claim fails without any check.
  const missing = document.claims.filter((claim) => claim.measured === undefined && claim.kind === "number" && claim.verdict === "fail");
  const numbers = document.claims.filter((claim) => claim.measured !== undefined && claim.kind === "number");
  const measured = [...missing, ...numbers]
    .slice(0, 5)
    .map((claim) => {
      const value = claim.measured === undefined ? (claim.reason ?? "not measured") : `${quantity(claim.measured.value, claim.measured.unit)} (documented ${fit(visible(claim.documented), 40)})`;
      return `${paint(ansi[claim.verdict], verdictSigns[claim.verdict])} ${fit(visible(`${claim.id} ${value}: ${claim.statement}`), width - 4)}`;
    })
    .map((text) => `  ${text}`);
  const foot = ["", ...(options.files ?? []).slice(0, 4).map((file) => line(`  ${file}`)), fit(visible(`  replay: ${document.run.replay}`), 4 * width)];

  // Failures get the room that is left: three lines each.
  const attention = [...facts.failures, ...facts.undecided];
  const room = linesShown - head.length - foot.length - (measured.length === 0 ? 0 : measured.length + 1) - 1;
  const fitting = attention.length * 3 <= room ? attention.length : Math.max(0, Math.floor((room - 1) / 3));
  const failures = attention.slice(0, fitting).flatMap((check) => [
    paint(ansi[check.verdict], line(`  ${verdictSigns[check.verdict]} ${check.id} ${check.promise}`)),
    line(`    ${check.reason ?? "no reason given"}`),
    fit(visible(`    ${check.replay}`), 4 * width),
  ]);
  if (attention.length > fitting) failures.push(line(`  … and ${plural(attention.length - fitting, "check")} more in the report`));
  return [...head, ...(failures.length === 0 ? [] : ["", ...failures]), ...(measured.length === 0 ? [] : ["", ...measured]), ...foot].join("\n");
}

function counts(of: ResultDocument["counts"]): string {
  return verdicts.map((verdict) => `${verdictSigns[verdict]} ${countOf(of, verdict)} ${verdictWords[verdict]}`).join("  ");
}

function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
