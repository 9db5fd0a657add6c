// Small parts that several sections of the page share: verdict signs, tables, the replay line.
import type { Verdict } from "../../contract/result/document.js";
import { verdictSigns, verdictWords } from "../words.js";
import type { Markup, Value } from "./markup.js";
import { html } from "./markup.js";

/** A verdict's sign with its word for those who hear the page. */
export function sign(verdict: Verdict): Markup {
  // One element and not three: a page of thousands of checks has thousands of them.
  return html`<span class="sign ${verdict}" role="img" aria-label="${verdictWords[verdict]}">${verdictSigns[verdict]}</span>`;
}

/** A verdict's sign and word, both seen. */
export function verdictLabel(verdict: Verdict): Markup {
  return html`<span class="label ${verdict}"><span class="sign ${verdict}" aria-hidden="true">${verdictSigns[verdict]}</span> ${verdictWords[verdict]}</span>`;
}

/**
 * A table with column heads; the first cell of each row is its head.
 * @param shape words: on a narrow screen a row becomes a block, each cell with its column's head. figures: it stays a
 * table, its caption only heard
 */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Value[])[], shape: "words" | "figures" = "words"): Markup {
  const body = rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell, index) => (shape === "figures" ? html`<td>${cell}</td>` : html`<td data-head="${heads[index + 1]}">${cell}</td>`))}</tr>`);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table class="${shape}"><caption${shape === "figures" ? html` class="unseen"` : undefined}>${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** An id that a narrow column may break behind a dot, and not in the middle of a word. */
export function breakable(id: string): Markup {
  const parts = id.split(".");
  return parts.length > 12 ? html`${id}` : html`${parts.map((part, index) => html`${part}${index === parts.length - 1 ? undefined : html`.<wbr>`}`)}`;
}

/** A command to copy. The script adds the button, so that none stands there that does nothing. */
export function replay(command: string): Markup {
  return html`<div class="replay"><span class="soft">Replay</span><code>${command}</code></div>`;
}
