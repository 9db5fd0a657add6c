// What a run tells GitHub Actions when it runs there: a summary of the job in Markdown, and annotations for what is wrong.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
import { appendFileSync } from "node:fs";
import { messageOf, printable } from "../contract/errors.js";
import type { ResultDocument } from "../contract/result/document.js";
import type { CommandIo } from "./io.js";

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

/** GitHub shows ten of a kind and step, and refuses a summary beyond 1 MiB. */
const mostAnnotations = 10;
const mostSummaryBytes = 1024 * 1024;

/**
 * Writes summary and annotations; does nothing elsewhere. Annotations go to stderr, which the runner reads too: stdout is data.
 * @param summary Markdown
 */
export function tellGithubActions(summary: string, annotations: readonly Annotation[], { env = {}, err }: Pick<CommandIo, "env" | "err">): void {
  if (env["GITHUB_ACTIONS"] !== "true") return;
  for (const level of ["error", "warning", "notice"] as const) {
    const all = annotations.filter((one) => one.level === level);
    const shown = all.length > mostAnnotations ? [...all.slice(0, mostAnnotations - 1), { level, title: "Edgemark", message: `${all.length - mostAnnotations + 1} more are in the summary and the report` }] : all;
    for (const one of shown) err(`${annotationLine(one)}\n`);
  }
  const file = env["GITHUB_STEP_SUMMARY"];
  if (file === undefined || file === "") return;
  try {
    appendFileSync(file, `${withinBytes(summary, mostSummaryBytes - 4_096)}\n`);
  } catch (error) {
    // The run is what it is; only its summary is not shown.
    err(`the job's summary could not be written to ${file}: ${messageOf(error)}\n`);
  }
}

/** An error for each check and binding claim that fails, a warning for each check that broke or could not be told. */
export function annotationsOfRun({ checks, claims, staleKnown, run }: ResultDocument): readonly Annotation[] {
  const interrupted: readonly Annotation[] = run.interrupted === undefined ? [] : [{ level: "error", title: "interrupted", message: run.interrupted }];
  return [
    ...interrupted,
    ...staleKnown.map((id): Annotation => ({ level: "error", title: id, message: "it is known to fail, and passed: remove the entry" })),
    ...checks.filter(({ known }) => known === undefined).flatMap(({ id, verdict, promise, reason = "no reason given", replay }): readonly Annotation[] => (verdict === "pass" || verdict === "not-applicable" ? [] : [{ level: verdict === "fail" ? "error" : "warning", title: id, message: `${promise}: ${reason}\n${replay}` }])),
    ...claims.filter(({ binding, verdict }) => binding && verdict === "fail").map(({ id, statement, reason }): Annotation => ({ level: "error", title: id, message: `${statement}: ${reason}` })),
  ];
}

/** One workflow command; nothing in a title or message can end it or begin another. */
export function annotationLine({ level, title, message }: Annotation): string {
  return `::${level} title=${escapeProperty(title)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return printable(text.replace(/\r\n?/g, "\n").slice(0, 4_000)).replaceAll("%", "%25").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function withinBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= most ? text : `${bytes.subarray(0, most).toString("utf8").replace(/\ufffd$/, "")}\n\n(cut)`;
}
