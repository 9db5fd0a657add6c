// The page's only script, allowed by its hash: a filter for the checks, buttons that copy a replay line, and folds that
// open when a link points into them. Without it everything is still there to read.
export const pageScript = `"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const reveal = () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = id && document.getElementById(id);
    if (!target) return;
    let isOpened = false;
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS" && !node.open) { node.open = true; isOpened = true; }
    }
    target.hidden = false;
    if (isOpened) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  for (const box of all(".replay")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const code = box.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    box.append(button);
  }

  const form = document.getElementById("filter");
  if (!form) return;
  form.hidden = false;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const products = all("details.product").map((fold) => ({
    fold,
    rows: all("tbody > tr", fold).map((row) => ({ row, words: row.textContent.toLowerCase(), verdict: row.dataset.verdict })),
  }));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const boxes = all("input[name=verdict]", form);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const isFiltering = words.length > 0 || wanted.size < boxes.length;
    let shown = 0;
    let total = 0;
    for (const { fold, rows } of products) {
      let here = 0;
      for (const one of rows) {
        const isShown = wanted.has(one.verdict) && words.every((word) => one.words.includes(word));
        one.row.hidden = !isShown;
        if (isShown) here++;
      }
      fold.hidden = here === 0;
      if (isFiltering) fold.open = here > 0;
      shown += here;
      total += rows.length;
    }
    found.textContent = isFiltering ? shown + " of " + total + " shown" : "";
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
})();
`;
