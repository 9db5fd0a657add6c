// The page's only script, allowed by its hash: a filter for the checks, buttons that copy a replay line, and folds that
// open when a link points into them. Without it everything is still there to read.

/** What the scripts of a report and of a comparison share. */
export const filterParts = `
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const wordsOf = (search) => search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const showRows = (products, found, isFiltering, isWanted) => {
    let shown = 0;
    let total = 0;
    for (const { fold, rows } of products) {
      const wanted = rows.map(isWanted);
      const here = wanted.filter(Boolean).length;
      fold.hidden = here === 0;
      // Rows of a fold that nobody sees stay as they are: each one that changes takes its time.
      if (here > 0) for (const [index, { row }] of rows.entries()) if (row.hidden === wanted[index]) row.hidden = !wanted[index];
      if (isFiltering) fold.open = here > 0;
      shown += here;
      total += rows.length;
    }
    found.textContent = isFiltering ? shown + " of " + total + " shown" : "";
  };`;

export const pageScript = `"use strict";
(() => {${filterParts}
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

  const wire = () => { copies(); filter(); };
  const copies = () => { for (const box of all(".replay")) {
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
  } };

  const filter = () => {
  const form = document.getElementById("filter");
  if (!form) return;
  form.hidden = false;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const lists = all("ul.checks", form.parentNode);
  let products;
  const apply = () => {
    // Made when somebody first looks for something, not while the page opens.
    products ??= all("details.product").map((fold) => ({
      fold,
      rows: lists.filter((list) => fold.contains(list)).flatMap((list) => [...list.children].map((row) => ({ row, verdict: list.dataset.verdict }))),
    }));
    const words = wordsOf(search);
    const boxes = all("input[name=verdict]", form);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const isFiltering = words.length > 0 || wanted.size < boxes.length;
    showRows(products, found, isFiltering, (one) => {
      if (words.length > 0) one.words ??= one.row.textContent.toLowerCase();
      return wanted.has(one.verdict) && words.every((word) => one.words.includes(word));
    });
    // A heading stands above its list, and goes with it.
    for (const list of lists) list.previousElementSibling.hidden = !list.querySelector(":scope > li:not([hidden])");
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  if (search.value !== "" || all("input[name=verdict]", form).some((box) => !box.checked)) apply();
  };
  addEventListener("edgemark:changed", wire);
  wire();
})();
`;

/**
 * Only in the page of a run that goes on: asks for news when the server says that there are some, and puts them in place of
 * what stood there. What the reader opened stays open, what he typed stays typed.
 */
export const liveScript = `"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const nameOf = (fold) => (fold.closest("section")?.id ?? "") + "|" + (fold.closest("[id]")?.id ?? "") + "|" + (fold.querySelector("summary")?.textContent ?? "").replace(/\\d+/g, "#");
  let isBusy = false;
  let isMissed = false;
  const say = (words) => { const status = document.getElementById("live"); if (status) status.textContent = words; };
  const renew = async () => {
    if (isBusy) { isMissed = true; return; }
    isBusy = true;
    try {
      const fresh = new DOMParser().parseFromString(await (await fetch("/", { cache: "no-store" })).text(), "text/html");
      const open = new Set(all("details[open]").map(nameOf));
      const typed = document.getElementById("search")?.value ?? "";
      const refused = all("#filter input[name=verdict]").filter((box) => !box.checked).map((box) => box.value);
      const focused = document.activeElement?.id;
      for (const selector of ["header.top", "body > nav", "main"]) {
        const next = fresh.querySelector(selector);
        if (next) document.querySelector(selector).replaceWith(document.adoptNode(next));
      }
      document.title = fresh.title;
      for (const fold of all("details")) if (open.has(nameOf(fold))) fold.open = true;
      const search = document.getElementById("search");
      if (search) search.value = typed;
      for (const box of all("#filter input[name=verdict]")) box.checked = !refused.includes(box.value);
      dispatchEvent(new Event("edgemark:changed"));
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    } catch { say("The news could not be fetched; edgemark report may have been stopped."); }
    isBusy = false;
    if (isMissed) { isMissed = false; await renew(); }
  };
  const news = new EventSource("/events");
  news.addEventListener("changed", renew);
  news.addEventListener("ended", () => { news.close(); void renew(); });
  news.addEventListener("error", () => say("No longer connected: edgemark report was stopped."));
})();
`;
