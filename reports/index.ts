// The writers, one line each, and the function that writes their files beside a run's result document.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EdgemarkError, messageOf } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import { badge, badgeEndpoint } from "./badge.js";
import { csvReport } from "./csv.js";
import { actionBenchmark, bencherMetrics } from "./exports/benchmarks.js";
import { openMetrics } from "./exports/openmetrics.js";
import { htmlReport } from "./html/page.js";
import { junitReport } from "./junit.js";
import { markdownSummary } from "./markdown.js";

interface Writer {
  readonly file: string;
  readonly summary: string;
  /** Pure: the same document gives the same text. */
  readonly write: (document: ResultDocument) => string;
}

/** Every format of a report that is one text. A new one is a line here and a file beside. */
export const writers = {
  html: { file: "report.html", summary: "one self-contained page", write: htmlReport },
  junit: { file: "junit.xml", summary: "test results for a CI server", write: junitReport },
  md: { file: "summary.md", summary: "at most 60 lines for a pull request", write: markdownSummary },
  badge: { file: "badge.svg", summary: "a badge with counts", write: badge },
  shields: { file: "badge.json", summary: "the badge as data, for shields.io", write: badgeEndpoint },
  csv: { file: "results.csv", summary: "checks, claims and measurements as a table", write: csvReport },
  openmetrics: { file: "metrics.openmetrics.txt", summary: "for Prometheus", write: openMetrics },
  "benchmark-smaller": { file: "benchmark-smaller.json", summary: "for github-action-benchmark: times and sizes", write: (document) => actionBenchmark(document, "lower") },
  "benchmark-bigger": { file: "benchmark-bigger.json", summary: "for github-action-benchmark: rates", write: (document) => actionBenchmark(document, "higher") },
  bmf: { file: "bencher.json", summary: "for bencher", write: bencherMetrics },
  json: { file: "result.json", summary: "the document itself", write: (document) => `${JSON.stringify(document, null, 2)}\n` },
} as const satisfies Record<string, Writer>;

/** Formats that are a folder of files: loaded and drawn only when asked for, because drawing takes a large library. */
export const drawers = {
  png: { folder: "charts", summary: "every chart as a picture", draw: async (document: ResultDocument) => (await import("./charts/png/render.js")).pngCharts(document) },
} as const;

export type Format = keyof typeof writers | keyof typeof drawers;

export const formatNames: readonly string[] = [...Object.keys(writers), ...Object.keys(drawers)];

export function isFormat(name: string): name is Format {
  return Object.hasOwn(writers, name) || Object.hasOwn(drawers, name);
}

/** What every run writes; result.json is written by whoever made the document. */
export const usualFormats: readonly Format[] = ["html", "junit", "md"];

/**
 * Writes reports of a run.
 * @param runDirectory made when it is missing
 * @param formats default html, junit and md
 * @returns the paths written, in the order of `formats`
 * @throws EdgemarkError usage.output when a file cannot be written
 */
export async function writeReports(document: ResultDocument, runDirectory: string, formats: readonly Format[] = usualFormats): Promise<string[]> {
  const paths: string[] = [];
  for (const format of new Set(formats)) {
    for (const { file, content } of await filesOf(document, format)) {
      const path = join(runDirectory, file);
      await writeOne(path, content);
      paths.push(path);
    }
  }
  return paths;
}

/**
 * Writes one file, and the folders above it.
 * @throws EdgemarkError usage.output when it cannot be written
 */
export async function writeOne(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  } catch (cause) {
    throw new EdgemarkError("usage.output", `expected to write ${path}; ${messageOf(cause)}; choose a folder that can be written, with --out`, { cause });
  }
}

async function filesOf(document: ResultDocument, format: Format): Promise<readonly { readonly file: string; readonly content: string | Uint8Array }[]> {
  if (format === "png") return (await drawers.png.draw(document)).map(({ file, bytes }) => ({ file: join(drawers.png.folder, file), content: bytes }));
  const { file, write } = writers[format];
  return [{ file, content: write(document) }];
}
