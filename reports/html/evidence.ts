// What a check shows for its verdict: exchanges, faults, notes, and of a history the operations that show the violation,
// drawn in time.
import type { CheckResult, Evidence } from "../../contract/result/document.js";
import { timelineChart } from "../charts/catalogue.js";
import { chartFigure } from "./chart.js";
import type { Markup } from "./markup.js";
import { html, lines } from "./markup.js";

const evidenceShown = 20;
const titles = { fault: "Fault", exchange: "Exchange", history: "History", observation: "Observation" } as const satisfies Record<Evidence["kind"], string>;

/** The same of a check that passed, in one block: nobody has to tell its notes apart at a glance. */
export function noteList(check: CheckResult): Markup | undefined {
  const { evidence } = check;
  if (evidence.some(({ operations }) => operations !== undefined)) return evidenceList(check);
  const shown = evidence.slice(0, evidenceShown).map((one) => html`${titles[one.kind]}: ${lines(one.text)}
`);
  return html`<pre tabindex="0">${shown}${evidence.length > evidenceShown ? `… and ${evidence.length - evidenceShown} more in result.json.` : undefined}</pre>`;
}

export function evidenceList(check: CheckResult): Markup | undefined {
  const { evidence } = check;
  if (evidence.length === 0) return undefined;
  const shown = evidence.slice(0, evidenceShown).map((one, index) => {
    const chart = timelineChart(check, one, index);
    return html`<figure class="evidence"><figcaption>${titles[one.kind]}</figcaption><pre tabindex="0">${lines(one.text)}</pre></figure>${chart === undefined ? undefined : chartFigure(chart)}`;
  });
  return html`${shown}${evidence.length > evidenceShown ? html`<p class="soft">… and ${evidence.length - evidenceShown} more in result.json.</p>` : undefined}`;
}
