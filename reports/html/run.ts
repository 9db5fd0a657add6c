// What was done to the target and where: faults with their evidence, histories, the machine, and how to do it again.
import type { FaultRecord, ResultDocument } from "../../contract/result/document.js";
import { grouped, visible } from "../text.js";
import { duration, isoMoment, moment, plural } from "../words.js";
import type { Markup } from "./markup.js";
import { html } from "./markup.js";
import { breakable, replay, table } from "./parts.js";
import { definitions } from "./target.js";

const rowsShown = 500;
/** A longer list is folded, or nobody finds what stands below it. */
const faultsUnfolded = 12;
const kindsShown = 12;

export function faultsSection(document: ResultDocument): Markup {
  const { faults, run } = document;
  if (faults.length === 0) return html`<p>No fault was injected in this run.</p>`;
  const rows = faults.slice(0, rowsShown).map((fault) => [fault.kind, html`${fault.popId}${fault.scope === "" ? undefined : html` <span class="soft">${fault.scope}</span>`}`, after(fault.injectedAtMs, run.startedAtMs), lasted(fault), fault.evidence]);
  const whole = html`${table(plural(faults.length, "fault"), ["Fault", "PoP", "After start", "Lasted", "Evidence that it took effect"], rows)}${faults.length > rowsShown ? html`<p>… and ${faults.length - rowsShown} more in result.json.</p>` : undefined}`;
  return faults.length <= faultsUnfolded ? whole : html`<p>${tally(faults)}.</p><details class="fold"><summary>Each fault with its evidence</summary>${whole}</details>`;
}

/** "22 kill, 9 isolate (replication), ...", the most frequent first. */
function tally(faults: readonly FaultRecord[]): string {
  const found = new Map<string, number>();
  for (const { kind, scope } of faults) {
    const name = scope === "" ? kind : `${kind} (${scope})`;
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  const all = [...found].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${grouped(count)} ${visible(name, { limit: 60 })}`);
  return `${all.slice(0, kindsShown).join(", ")}${all.length > kindsShown ? `, and ${all.length - kindsShown} more kinds` : ""}`;
}

function after(atMs: number, startedAtMs: number): Markup {
  return html`<span class="number">${duration(Math.max(0, atMs - startedAtMs))}</span>`;
}

function lasted(fault: FaultRecord): Markup {
  return fault.healedAtMs === undefined ? html`<span class="soft">to the end</span>` : html`<span class="number">${duration(Math.max(0, fault.healedAtMs - fault.injectedAtMs))}</span>`;
}

export function environmentSection(document: ResultDocument): Markup {
  const { environment, run } = document;
  const facts: readonly (readonly [string, string])[] = [
    ["Processor", `${environment.cpu}, ${plural(environment.cores, "core")}`],
    ["Memory", `${grouped(environment.memoryMb)} MB`],
    ["System", `${environment.platform}, ${environment.kernel}`],
    ["Node", environment.node],
    ["Load average at start", String(environment.loadAverage)],
    ["Edgemark", `${environment.edgemarkVersion}${environment.gitCommit === "" ? "" : `, commit ${environment.gitCommit}`}${environment.gitDirty ? " with changes that are not committed" : ""}`],
    ["Run", run.id],
    ["Profile", run.profile],
    ["Suites", run.suites.join(", ")],
    ["Seed", String(run.seed)],
    ["Started", `${moment(run.startedAtMs)}${isoMoment(run.startedAtMs) === undefined ? "" : ` (${isoMoment(run.startedAtMs) ?? ""})`}`],
    ["Took", duration(run.durationMs)],
  ];
  return html`${definitions(facts)}${replay(run.replay)}${histories(document)}`;
}

function histories(document: ResultDocument): Markup | undefined {
  if (document.histories.length === 0) return undefined;
  const rows = document.histories.slice(0, rowsShown).map((one) => [html`<code>${breakable(one.id)}</code>`, html`<code>${breakable(one.file)}</code>`, html`<span class="number">${grouped(one.operations)}</span>`, html`<code class="hash">${one.sha256}</code>`]);
  return html`<h3>Histories</h3><p class="soft">The recorded operations, beside this report; a checker can judge them again.</p>${table(plural(document.histories.length, "history", "histories"), ["History", "File", "Operations", "SHA-256"], rows)}`;
}
