// What the comparison page adds to the style sheet of a report.
export const comparisonStyle = `
.matrix { width: auto; min-width: 100%; } .matrix th[scope=row] { min-width: 14rem; max-width: 34rem; position: sticky; left: 0; background: var(--card); padding-inline: 0.75rem; }
.matrix thead th { vertical-align: bottom; padding-inline: 0.5rem; } .matrix td { padding-inline: 0.5rem; min-width: 5.5rem; }
section > .scroll > .matrix th[scope=row] { background: var(--page); padding-left: 0; }
.matrix .penalty { color: var(--inconclusive-ink); font-style: italic; } .matrix .penalty .meta { color: var(--inconclusive-ink); max-width: 14rem; } .matrix .best .number:first-child { font-weight: 700; color: var(--pass-ink); }
.product > .scroll { margin: 0 1.25rem 0.9rem; }
.filter select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 0.35rem; padding: 0.2rem 0.4rem; }
@media (max-width: 40rem) { .matrix th[scope=row] { min-width: 10rem; max-width: 11rem; font-size: 0.86rem; } .product > .scroll { margin-inline: 1rem; } }
`;
