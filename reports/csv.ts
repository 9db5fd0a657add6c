// results.csv: checks, claims and measurements as one table for spreadsheets and scripts. A spreadsheet runs what begins
// like a formula, so text that would is marked as text.
import type { ResultDocument } from "../contract/result/document.js";
import { shortened, visible } from "./text.js";

const columns = ["record", "id", "product", "level", "verdict", "words", "value", "unit", "n", "threshold", "reason"] as const;
type Row = Partial<Readonly<Record<(typeof columns)[number], string | number>>>;

/** @returns RFC 4180 with line feeds, a row for each check, claim, measurement and percentile; the first row has the names */
export function csvReport(whole: ResultDocument): string {
  const document = shortened(whole);
  const rows: Row[] = [
    ...document.checks.map(({ id, product, level, verdict, promise, reason, durationMs }) => ({ record: "check", id, product, level, verdict, words: promise, value: durationMs, unit: "ms", ...(reason === undefined ? {} : { reason }) })),
    ...document.claims.map(({ id, product, level, verdict, kind, statement, measured, threshold, reason }) => ({
      record: kind === "context" ? "context" : "claim", id, product, level, verdict, words: statement, reason,
      ...(measured === undefined ? {} : { value: measured.value, unit: measured.unit, n: measured.n }),
      ...(threshold === undefined ? {} : { threshold }),
    })),
    ...Object.values(document.measurements).flatMap(({ id, value, unit, n, percentiles, conditions, voidBecause }) => [
      { record: "measurement", id, value, unit, n, words: Object.entries(conditions).map(([name, one]) => `${name}=${String(one)}`).join("; "), ...(voidBecause === undefined ? {} : { reason: `void: ${voidBecause}` }) },
      ...Object.entries(percentiles ?? {}).map(([name, one]) => ({ record: "percentile", id, words: name, value: one, unit, n })),
    ]),
  ];
  return [columns.join(","), ...rows.map((row) => columns.map((name) => cell(row[name])).join(","))].map((line) => `${line}\n`).join("");
}

/** @returns a number as it is; text that nobody can run, quoted where it must be */
export function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const shown = visible(value);
  // With spaces before it, too: some programs trim first.
  const harmless = /^\s*[=+\-@|%]/.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
