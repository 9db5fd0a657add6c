// The page's style sheet. Verdict colours are Okabe and Ito's, which people with the usual colour blindnesses can tell
// apart; text uses darker (or in the dark lighter) relatives of them, for contrast of at least 4.5:1.
import { verdicts } from "../../contract/result/document.js";
import { verdictSigns } from "../words.js";

export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --card: #ffffff; --ink: #1c2127; --soft: #5a636e; --line: #dcdfe3; --rail: #e8eaed; --link: #00588c; --code: #f1f2f4;
  --pass: #009e73; --fail: #d55e00; --inconclusive: #e69f00; --error: #cc79a7; --none: #9aa2ac;
  --pass-ink: #006a4e; --fail-ink: #a84300; --inconclusive-ink: #7d5600; --error-ink: #8f3f6d; --none-ink: #5a636e;
  --bar: #0072b2; --mark: #1c2127; --shade: #f6e3d3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #121518; --card: #1a1e23; --ink: #e6e9ec; --soft: #a2abb6; --line: #31373f; --rail: #2a3037; --link: #7cc0f0; --code: #242a31;
    --pass: #1fb58b; --fail: #e8762b; --inconclusive: #e6a817; --error: #d48db3; --none: #737c87;
    --pass-ink: #55d0a8; --fail-ink: #ff9e61; --inconclusive-ink: #f0bd45; --error-ink: #e6a8c8; --none-ink: #a2abb6;
    --bar: #56b4e9; --mark: #e6e9ec; --shade: #3a2a1e;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
header.top, main, footer, nav ul { max-width: 72rem; margin-inline: auto; padding-inline: 1.25rem; }
h1, h2, h3, p, ul, ol, dl, figure, pre, table { margin: 0; }
h1 { font-size: clamp(1.6rem, 1.1rem + 2.2vw, 2.35rem); line-height: 1.15; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { font-size: 1.3rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.005em; }
h3 { font-size: 1.02rem; line-height: 1.4; font-weight: 600; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
code, pre { font: 0.86em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
:target { scroll-margin-top: 3.5rem; }
tr:target > *, .checks > :target, .card:target { background: color-mix(in srgb, var(--link) 9%, var(--card)); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; background: var(--card); padding: 0.5rem 1rem; z-index: 3; }
.skip:focus { left: 0.5rem; top: 0.5rem; }
.soft, .meta { color: var(--soft); font-weight: 400; }
.meta, .why, .source, .by { display: block; font-size: 0.86rem; font-weight: 400; }
.meta code { font-size: 0.95em; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.strong { font-weight: 600; } .label { white-space: nowrap; }
[hidden] { display: none !important; }

.sign, .checks > li::before { display: inline-grid; place-items: center; flex: none; width: 1.35em; height: 1.35em; border-radius: 50%; font-size: 0.84em; font-weight: 700; line-height: 1; color: var(--none-ink); border: 1.5px solid currentColor; vertical-align: 0.03em; }
.sign.pass, .checks.pass > li::before { color: var(--pass-ink); }
.sign.fail, .checks.fail > li::before { color: var(--card); background: var(--fail-ink); border-color: var(--fail-ink); border-radius: 25%; }
.sign.inconclusive, .checks.inconclusive > li::before { color: var(--inconclusive-ink); border-radius: 25%; border-style: dashed; }
.sign.error, .checks.error > li::before { color: var(--card); background: var(--error-ink); border-color: var(--error-ink); border-radius: 25%; }
.sign.not-applicable, .checks.not-applicable > li::before, .sign.context { border-color: transparent; }
.fill.pass { fill: var(--pass); } .fill.fail { fill: var(--fail); } .fill.inconclusive { fill: var(--inconclusive); } .fill.error { fill: var(--error); } .fill.not-applicable { fill: var(--none); }

header.top { padding-block: 2.5rem 1.5rem; }
.headline { display: flex; gap: 1.25rem; align-items: center; }
.kicker { color: var(--soft); font-size: 0.95rem; margin-bottom: 0.15rem; }
.lead { font-size: 1.08rem; margin-top: 0.35rem; text-wrap: pretty; }
.emblem { flex: none; width: 5rem; height: 5rem; }
.emblem > :first-child { fill: var(--none); }
.emblem.pass > :first-child { fill: var(--pass); } .emblem.fail > :first-child { fill: var(--fail); } .emblem.inconclusive > :first-child { fill: var(--inconclusive); } .emblem.error > :first-child { fill: var(--error); }
.emblem > :first-child.hollow { fill: none; stroke: var(--none); stroke-width: 4; }
.emblem > path:last-child { fill: none; stroke: var(--page); stroke-width: 6; stroke-linecap: round; stroke-linejoin: round; }
.emblem > path.dash { stroke: var(--none); }
.banner { margin-top: 1.25rem; padding: 0.8rem 1rem; border: 2px solid var(--fail-ink); border-radius: 0.5rem; background: var(--card); }
.banner ul { margin-top: 0.4rem; padding-left: 1.2rem; }
.ladder { display: grid; grid-template-columns: repeat(3, 1fr); list-style: none; padding: 0; margin-top: 1.75rem; border: 1px solid var(--line); border-radius: 0.6rem; overflow: hidden; background: var(--card); }
.ladder strong { white-space: nowrap; }
.ladder li { padding: 0.7rem 1rem; border-left: 1px solid var(--line); border-top: 4px solid var(--rail); }
.ladder li:first-child { border-left: 0; }
.ladder li.reached { border-top-color: var(--pass); }
.ladder li.missed { border-top-color: var(--fail); border-top-style: dashed; }
.ladder li.held-back { border-top-color: var(--inconclusive); border-top-style: dotted; }
.ladder li .soft { display: block; font-size: 0.9rem; padding-left: 1.55rem; }
.bars { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem 2.5rem; margin-top: 1.5rem; }
.counts h2 { font-size: 1rem; }
.bar-svg { display: block; border-radius: 5px; background: var(--rail); margin: 0.35rem 0 0.5rem; }
.bar-svg rect { stroke: var(--page); stroke-width: 1.5; }
.progress { margin-top: 1.25rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1rem; list-style: none; padding: 0; font-size: 0.9rem; }
.legend .zero { color: var(--soft); } .legend .zero b { font-weight: 400; } .legend .zero .sign { color: var(--none-ink); background: none; border-color: var(--line); }
.conditions { color: var(--soft); margin-top: 1.5rem; font-size: 0.95rem; max-width: 62rem; }

nav { position: sticky; top: 0; z-index: 2; background: color-mix(in srgb, var(--page) 94%, transparent); border-block: 1px solid var(--line); backdrop-filter: blur(6px); }
nav ul { display: flex; gap: 0.2rem 1.25rem; list-style: none; overflow-x: auto; scrollbar-width: none; }
nav a { display: block; padding: 0.6rem 0; text-decoration: none; white-space: nowrap; font-size: 0.92rem; color: var(--ink); }
nav a:hover { text-decoration: underline; }

main > section { padding-top: 2.5rem; }
main > section > h2 { margin-bottom: 0.9rem; }
section > p { margin-block: 0.4rem 0.9rem; }
section h3 { margin-block: 1.5rem 0.4rem; }
.calm { font-size: 1.02rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 1.1rem 1.25rem; min-width: 0; }
.card h3 { margin: 0; }
.finding { border-left: 5px solid var(--none); margin-bottom: 1rem; }
.finding.fail { border-left-color: var(--fail); } .finding.error { border-left-color: var(--error); border-left-style: double; } .finding.inconclusive { border-left-color: var(--inconclusive); border-left-style: dashed; }
.finding h3 { display: flex; gap: 0.55rem; align-items: baseline; font-size: 1.08rem; }
.finding > .meta { padding-left: 1.75rem; }
.finding .reason { margin-top: 0.7rem; }
.grouped { margin: 0.6rem 0 0; padding-left: 2.9rem; font-size: 0.94rem; columns: 26rem; column-gap: 2rem; } .grouped li { break-inside: avoid; } .grouped code { font-size: 0.8rem; }
.self { color: var(--soft); text-decoration: underline dotted; margin-inline: 0.3em; font-weight: 400; }
.compared { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 0.75rem; margin-top: 0.8rem; }
.compared dt, .evidence figcaption, .replay .soft { font-size: 0.78rem; font-weight: 600; color: var(--soft); letter-spacing: 0.02em; }
.compared dd { margin: 0; }
pre { background: var(--code); border-radius: 0.4rem; padding: 0.6rem 0.75rem; overflow: auto; max-height: 22rem; white-space: pre-wrap; tab-size: 4; }
.evidence { margin-top: 0.8rem; }
.replay { display: flex; gap: 0.75rem; align-items: center; margin-top: 0.9rem; padding: 0.45rem 0.75rem; border: 1px solid var(--line); border-radius: 0.4rem; }
.replay code { flex: 1; min-width: 0; user-select: all; }
button { font: inherit; font-size: 0.86rem; color: var(--link); background: none; border: 1px solid var(--line); border-radius: 0.35rem; padding: 0.15rem 0.6rem; cursor: pointer; min-width: 4.6rem; }

table { width: 100%; border-collapse: collapse; font-size: 0.94rem; }
caption { text-align: left; color: var(--soft); font-size: 0.9rem; padding-bottom: 0.35rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-size: 0.84rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
.scroll { overflow-x: auto; }
.words th[scope=row] { min-width: 8.5rem; } .words th[scope=row]:has(> code) { min-width: 15rem; }
.figures { width: auto; } .figures td { font-variant-numeric: tabular-nums; white-space: nowrap; } .figures th, .figures td { padding-right: 1.5rem; padding-block: 0.15rem; }
.claims td:first-child { width: 2rem; padding-right: 0.4rem; }
.claims { margin-bottom: 1.5rem; table-layout: fixed; }
.claims thead th:first-child { width: 2rem; } .claims thead th:nth-child(2) { width: 46%; } .claims thead th:nth-child(3) { width: 20%; }
.source { color: var(--soft); font-size: 0.82rem; margin-top: 0.15rem; }
.source q { font-style: italic; quotes: none; }
.by { margin-top: 0.2rem; } .by a { margin-right: 0.4rem; }
.gauge { display: block; width: 100%; max-width: 12rem; height: 10px; margin-top: 0.3rem; }
.rail { fill: var(--rail); }
.product h4 { margin: 0.5rem 1.25rem 0; font-size: 0.84rem; font-weight: 600; color: var(--soft); }
.checks { list-style: none; margin: 0 1.25rem 0.9rem; padding: 0; font-size: 0.86rem; color: var(--soft); }
.checks > li { position: relative; padding: 0.5rem 0 0.5rem 2rem; border-bottom: 1px solid var(--line); }
.checks.fail > li > .why, .checks.error > li > .why, .checks.inconclusive > li > .why { color: var(--ink); }
.checks > li > a { display: block; font-size: 0.94rem; color: var(--ink); text-decoration: none; } .checks > li > a:hover, .checks > li > a:focus-visible { text-decoration: underline; }
/* The heading above has said the verdict: read aloud, the sign is silent. */
.checks > li::before { position: absolute; left: 0; top: 0.6rem; }
${verdicts.map((verdict) => `.checks.${verdict} > li::before { content: "${verdictSigns[verdict]}"; content: "${verdictSigns[verdict]}" / ""; }`).join(" ")}

details > summary { cursor: pointer; }
.fold { margin-block: 0.1rem; } .fold[open] { margin-bottom: 1rem; }
.fold > summary { padding-block: 0.4rem; color: var(--link); }
.data { font-size: 0.9rem; margin-top: 0.35rem; }
.data > summary { color: var(--soft); font-size: 0.86rem; }
.product { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; margin-bottom: 0.75rem; }
.product > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 0.75rem; padding: 0.75rem 1.25rem; list-style: none; }
.product > summary::-webkit-details-marker { display: none; }
.product > summary::before { content: ""; width: 0.45rem; height: 0.45rem; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg); align-self: center; }
.product[open] > summary::before { transform: rotate(45deg); }
.product > summary h3 { margin: 0; }
.tallies { margin-left: auto; display: flex; gap: 0.9rem; font-variant-numeric: tabular-nums; font-size: 0.94rem; }
.product > table { width: calc(100% - 2.5rem); margin: 0 1.25rem 0.9rem; }
.filter { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: center; margin-bottom: 1rem; font-size: 0.92rem; }
.filter fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; }
.filter input[type=search] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 0.35rem; padding: 0.3rem 0.6rem; width: 15rem; max-width: 100%; }
.filter output { color: var(--soft); }

.cards { columns: 20.5rem; column-gap: 1rem; margin-bottom: 0.5rem; } .cards > * { break-inside: avoid; margin-bottom: 1rem; }
.cards > .wide { column-span: all; }
/* Of a page with very much on it, what is out of sight is laid out when it comes into sight; columns would need all of it at once. */
.cards.many { columns: auto; display: grid; align-items: start; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20.5rem), 1fr)); gap: 0 1rem; } .cards.many > .wide { grid-column: 1 / -1; }
.cards.many > .card:nth-of-type(n+7), .finding:nth-of-type(n+9), .large .finding:nth-of-type(n+2) { content-visibility: auto; contain-intrinsic-size: auto 26rem; }
.large main > section:nth-of-type(n+2) { content-visibility: auto; contain-intrinsic-size: auto 50rem; }
.big { font-size: 1.7rem; font-weight: 600; letter-spacing: -0.01em; line-height: 1.3; } .big .soft { font-size: 0.9rem; letter-spacing: 0; }
.judged, .void { display: flex; gap: 0.5rem; font-size: 0.9rem; margin-top: 0.35rem; align-items: baseline; }
.void { color: var(--inconclusive-ink); }
.cards figure { margin-top: 0.9rem; } figcaption.soft { font-size: 0.86rem; }
.chart { display: block; width: 100%; max-width: 30rem; height: auto; overflow: visible; }
.chart text, .map text { font: 10px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; fill: var(--soft); }
.chart .mark-text { fill: var(--mark); } .chart .limit-text { fill: var(--fail-ink); } .chart .fault-text { fill: var(--fail-ink); font-size: 9px; }
.chart .mark-text, .chart .limit-text, .chart .fault-text { paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
.bar, .dot { fill: var(--bar); }
.axis { stroke: var(--soft); stroke-width: 1; fill: none; } .grid { stroke: var(--line); stroke-width: 1; fill: none; }
.mark { stroke: var(--mark); stroke-width: 1; stroke-dasharray: 2 2; }
.limit { stroke: var(--fail-ink); stroke-width: 1.5; stroke-dasharray: 5 3; }
.span { stroke: var(--bar); stroke-width: 3; opacity: 0.45; }
.line { fill: none; stroke: var(--bar); stroke-width: 1.6; stroke-linejoin: round; }
.dot.thin { fill-opacity: 0.45; stroke: none; } .dot.hollow { fill: none; stroke: var(--bar); stroke-dasharray: 2 2; }
.row-text { font-size: 10.5px; font-weight: 600; fill: var(--ink); }
.strip { display: block; width: min(100%, 15rem); height: 1.5rem; margin-top: 0.15rem; } .strip .tickmark { stroke: var(--bar); stroke-width: 1.2; stroke-opacity: 0.6; fill: none; } .strip .tickmark.fail { stroke: var(--fail); } .range { display: block; font-size: 0.82rem; }
.timeline { min-width: 40rem; max-width: 60rem; } .span-bar.writes { fill: var(--bar); } .span-bar.reads { fill: var(--card); stroke: var(--bar); stroke-width: 1.8; } .span-bar.failed { fill: none; stroke: var(--none-ink); stroke-width: 1.4; stroke-dasharray: 3 2; }
.lost { fill: none; stroke: var(--fail-ink); stroke-width: 2; } .bar-text { font: 600 10.5px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; fill: var(--ink); } .bar-text.inside { fill: var(--card); }
.map .link { stroke: var(--bar); stroke-width: 1.2; stroke-opacity: 0.7; } .map .link.near { stroke-width: 1.8; } .map .link.far { stroke-dasharray: 4 3; } .map .link-text { font-size: 7px; fill: var(--soft); }
.fault { fill: var(--shade); } .silence { fill: var(--fail); }
.percentiles { font-size: 0.86rem; margin-top: 0.5rem; width: auto; } .percentiles th, .percentiles td { padding-right: 0.9rem; padding-block: 0.2rem; }
.chips { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; margin-top: 0.7rem; font-size: 0.84rem; color: var(--soft); }
.chips dt, .chips dd { display: inline; } .chips dt::after { content: ": "; } .chips dd { margin: 0; color: var(--ink); }
td .chips { margin: 0; font-size: 0.9rem; }
.heat { width: auto; margin-top: 0.4rem; font-size: 0.86rem; font-variant-numeric: tabular-nums; } .scale { font-size: 0.86rem; color: var(--soft); margin-top: 0.8rem; }
.heat td, .heat th { padding: 0.35rem 0.5rem; border: 1px solid var(--card); white-space: nowrap; } .heat td { text-align: right; } .heat .none { color: var(--soft); text-align: center; }
.heat thead td { border: 0; }
.ramp { display: inline-flex; vertical-align: -0.1em; } .ramp span { width: 0.9em; height: 0.9em; }
.h0 { background: #eaf3fa; color: #14202b; } .h1 { background: #cfe4f3; color: #14202b; } .h2 { background: #aed2ec; color: #14202b; } .h3 { background: #86bce2; color: #14202b; }
.h4 { background: #5ba3d4; color: #0a121a; } .h5 { background: #1f7ab8; color: #ffffff; } .h6 { background: #0a5e96; color: #ffffff; } .h7 { background: #053f68; color: #ffffff; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.5rem 2.5rem; margin-bottom: 1.5rem; }
.map { width: 100%; height: auto; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; } .map .land { fill: var(--rail); } .map .grid { stroke-width: 0.5; } .map text { font-size: 8.5px; fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 2px; }
.facts > div { display: grid; grid-template-columns: minmax(7rem, 12rem) 1fr; gap: 0.25rem 1rem; padding-block: 0.3rem; border-bottom: 1px solid var(--line); } .facts dt { color: var(--soft); } .facts dd { margin: 0; }
.tags { display: flex; flex-wrap: wrap; gap: 0.35rem; list-style: none; padding: 0; } .tags li { border: 1px solid var(--line); border-radius: 1rem; padding: 0.05rem 0.65rem; font-size: 0.88rem; background: var(--card); } .tags .unknown { border-style: dashed; }
.notes { padding-left: 1.1rem; }
.hash { font-size: 0.75rem; }
footer { padding-block: 3rem 2rem; color: var(--soft); font-size: 0.88rem; }

@media (max-width: 40rem) {
  header.top { padding-top: 1.5rem; }
  .headline { align-items: flex-start; gap: 0.9rem; } .emblem { width: 3.1rem; height: 3.1rem; margin-top: 0.2rem; }
  .ladder { grid-template-columns: 1fr; } .ladder li { border-left: 4px solid var(--rail); border-top: 1px solid var(--line); display: flex; gap: 0.5rem; align-items: baseline; } .ladder li:first-child { border-left: 4px solid var(--rail); border-top: 0; }
  .ladder li.reached, .ladder li.reached:first-child { border-left-color: var(--pass); } .ladder li.missed, .ladder li.missed:first-child { border-left-color: var(--fail); border-left-style: dashed; border-top-style: solid; border-top-color: var(--line); } .ladder li.missed:first-child { border-top: 0; }
  .ladder li.held-back { border-left-color: var(--inconclusive); border-left-style: dotted; } .ladder li .soft { padding: 0; margin-left: auto; text-align: right; }
  .card { padding: 0.9rem 1rem; } .finding > .meta { padding-left: 0; } .grouped { padding-left: 1.2rem; }
  .replay { flex-wrap: wrap; } .replay code { flex-basis: 100%; order: 3; }
  .claims thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .claims, .claims tbody, .claims caption, .words, .words tbody, .words caption, .words td, .words th { display: block; } .words thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .words tr { display: block; border-bottom: 1px solid var(--line); padding-block: 0.5rem; } .words td, .words th { border: 0; padding: 0.1rem 0; } .words th[scope=row] { font-weight: 600; } .claims tr { display: grid; grid-template-columns: 2rem 1fr; border-bottom: 1px solid var(--line); padding-block: 0.5rem; } .claims td, .claims th { border: 0; padding: 0.1rem 0; } .claims td:first-child { grid-row: 1 / span 3; } .claims td:nth-child(n+3) { grid-column: 2; }
  .claims td[data-head]::before, .words td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); font-size: 0.86rem; }
  .product > summary { padding-inline: 1rem; } .product > table { width: calc(100% - 2rem); margin-inline: 1rem; } .checks, .product h4 { margin-inline: 1rem; }
  .facts > div { grid-template-columns: 1fr; gap: 0; }
  nav ul { padding-inline: 1rem; }
}
@media (prefers-reduced-motion: no-preference) { html:not(.large) { scroll-behavior: smooth; } }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --rail: #ddd; --code: #f4f4f4; --link: #000; --pass-ink: #006a4e; --fail-ink: #a84300; --inconclusive-ink: #7d5600; --error-ink: #8f3f6d; --none-ink: #444; --bar: #0072b2; --mark: #000; --shade: #eee; }
  body { font-size: 10pt; } nav, .skip, .filter, .replay button, .self { display: none !important; }
  details::details-content { display: block; content-visibility: visible; }
  .checks, .claims, .words { font-size: 8pt; } .checks > li, .claims th, .claims td, .words th, .words td { padding-block: 0.15rem; } main > section { padding-top: 1.2rem; }
  /* What a check that passed has noted is in the document; on paper it would bury what failed. */
  .checks.pass details, .checks.not-applicable details { display: none; }
  .cards.many > .card, .finding, main > section { content-visibility: visible !important; }
  .card, tr, .evidence { break-inside: avoid; } h2, h3 { break-after: avoid; } pre { max-height: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
