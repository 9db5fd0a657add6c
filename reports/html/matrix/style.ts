// What the comparison page adds to the style sheet of a report.
export const comparisonStyle = `
.matrix { width: auto; min-width: 100%; } .matrix th[scope=row] { min-width: 14rem; max-width: 34rem; position: sticky; left: 0; background: var(--card); padding-inline: 0.75rem; }
.matrix thead th { vertical-align: bottom; padding-inline: 0.5rem; } .matrix td { padding-inline: 0.5rem; min-width: 5.5rem; }
section > .scroll > .matrix th[scope=row] { background: var(--page); padding-left: 0; }
.matrix .penalty { color: var(--inconclusive-ink); font-style: italic; } .matrix .penalty .meta { color: var(--inconclusive-ink); max-width: 14rem; } .matrix .best .number:first-child { font-weight: 700; color: var(--pass-ink); }
.product > .scroll { margin: 0 1.25rem 0.9rem; }
.filter select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 0.35rem; padding: 0.2rem 0.4rem; }
section > .scroll > .matrix thead th:first-child { padding-left: 0; }
@media (max-width: 40rem) {
  .product > .scroll { margin-inline: 1rem; }
  .matrix, .matrix tbody { display: block; } .matrix thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .matrix tr { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; border-bottom: 1px solid var(--line); padding-block: 0.5rem; }
  .matrix th[scope=row], .matrix td { border: 0; padding: 0; min-width: 0; } .matrix th[scope=row] { position: static; flex: 0 0 100%; max-width: none; background: none; }
  .matrix td { display: flex; gap: 0.35rem; align-items: baseline; } .matrix td::before { content: attr(data-head); color: var(--soft); font-size: 0.86rem; }
  .matrix.ratios td { flex: 0 0 100%; }
}
`;
