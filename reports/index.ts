// The writers, one line each, and the function that writes their files beside a run's result document.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EdgemarkError, messageOf } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import { badge, badgeEndpoint } from "./badge.js";
import { htmlReport } from "./html/page.js";
import { junitReport } from "./junit.js";
import { markdownSummary } from "./markdown.js";

interface Writer {
  readonly file: string;
  readonly summary: string;
  /** Pure: the same document gives the same text. */
  readonly write: (document: ResultDocument) => string;
}

/** Every format of a report. A new one is a line here and a file beside. */
export const writers = {
  html: { file: "report.html", summary: "one self-contained page", write: htmlReport },
  junit: { file: "junit.xml", summary: "test results for a CI server", write: junitReport },
  md: { file: "summary.md", summary: "at most 60 lines for a pull request", write: markdownSummary },
  badge: { file: "badge.svg", summary: "a badge with counts", write: badge },
  shields: { file: "badge.json", summary: "the badge as data, for shields.io", write: badgeEndpoint },
  json: { file: "result.json", summary: "the document itself", write: (document) => `${JSON.stringify(document, null, 2)}\n` },
} as const satisfies Record<string, Writer>;

export type Format = keyof typeof writers;

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
    const writer = writers[format];
    const path = join(runDirectory, writer.file);
    const text = writer.write(document);
    try {
      await mkdir(runDirectory, { recursive: true });
      await writeFile(path, text);
    } catch (cause) {
      throw new EdgemarkError("usage.output", `expected to write ${path}; ${messageOf(cause)}; choose a folder that can be written, with --out`, { cause });
    }
    paths.push(path);
  }
  return paths;
}
