// The comparison page's script, allowed by its hash: filters the matrix by word and by the verdict of each target, and
// keeps the filter in the address, so that "fails here, passes there" can be sent to somebody.
import { filterParts } from "../script.js";

export const comparisonScript = `"use strict";
(() => {${filterParts}
  const form = document.getElementById("filter");
  form.hidden = false;
  const search = document.getElementById("search");
  const divided = document.getElementById("only-divided");
  const found = document.getElementById("found");
  const selects = all("select", form);
  const products = all("details.product").map((fold) => ({
    fold,
    rows: all("tbody > tr", fold).map((row) => ({ row, words: row.textContent.toLowerCase(), cells: row.dataset.cells.split(" "), isDivided: "divided" in row.dataset })),
  }));
  const apply = () => {
    const words = wordsOf(search);
    const wanted = selects.filter((select) => select.value !== "").map((select) => [Number(select.dataset.column), select.value]);
    const isFiltering = words.length > 0 || wanted.length > 0 || divided.checked;
    showRows(products, found, isFiltering, (one) => (!divided.checked || one.isDivided) && wanted.every(([column, verdict]) => one.cells[column] === verdict) && words.every((word) => one.words.includes(word)));
    return isFiltering;
  };
  const write = () => {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    if (divided.checked) state.set("divided", "1");
    for (const select of selects) if (select.value) state.set("t" + select.dataset.column, select.value);
    try { history.replaceState(null, "", "#" + (state.size > 0 ? "filter?" + state : "matrix")); } catch {}
  };
  const read = () => {
    if (!location.hash.startsWith("#filter?")) return;
    const state = new URLSearchParams(location.hash.slice(8));
    search.value = state.get("q") ?? "";
    divided.checked = state.has("divided");
    for (const select of selects) select.value = state.get("t" + select.dataset.column) ?? "";
    if (apply()) document.getElementById("matrix").scrollIntoView();
  };
  form.addEventListener("input", () => { apply(); write(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", read);
  read();
})();
`;
