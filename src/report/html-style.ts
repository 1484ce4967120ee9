// The style of the HTML report: light and dark, wide and narrow, screen and paper. System fonts, nothing fetched.
import { Markup } from './markup.ts'

const css = `
:root {
  color-scheme: light dark;
  --ground: #f7f6f3; --sheet: #ffffff; --ink: #1d1c1a; --soft: #5c5955; --line: #dfdcd6; --well: #f2f0ec;
  --fail: #ab1f1f; --warn: #825400; --unknown: #5d459c; --pass: #1c6b3c; --info: #5c5955;
  --fail-tint: #fbebe9; --warn-tint: #fbf1dc; --unknown-tint: #f0ecfa; --pass-tint: #e6f3ea; --info-tint: #f2f0ec;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #131415; --sheet: #1b1d1f; --ink: #e9e6e1; --soft: #a8a49d; --line: #34373a; --well: #141618;
    --fail: #ff9c92; --warn: #efc06a; --unknown: #c2b2f7; --pass: #86d5a3; --info: #a8a49d;
    --fail-tint: #3a1f1d; --warn-tint: #352a14; --unknown-tint: #2a2440; --pass-tint: #17301f; --info-tint: #26282b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 58rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; overflow-wrap: anywhere; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .18em; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; border-radius: 3px; }
h1, h2, h3, h4, p, ul, ol, dl, dd, table, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1, h2, h3, h4 { line-height: 1.2; font-weight: 650; text-wrap: balance; }
h1, .domain > header .name { font-size: clamp(1.6rem, 1.1rem + 2.4vw, 2.4rem); letter-spacing: -.018em; }
code, pre, .check { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: .875em; }
small, .soft { color: var(--soft); font-size: .875rem; }
.fail { --tone: var(--fail); --tint: var(--fail-tint); }
.warn { --tone: var(--warn); --tint: var(--warn-tint); }
.unknown { --tone: var(--unknown); --tint: var(--unknown-tint); }
.pass { --tone: var(--pass); --tint: var(--pass-tint); }
.info { --tone: var(--info); --tint: var(--info-tint); }
.tone { color: var(--tone); }
.sign { font-weight: 700; }
.brand { color: var(--soft); font-size: .875rem; margin-bottom: 1.75rem; }
.brand b { color: var(--ink); font-weight: 650; }

.name { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .9rem; }
.badge {
  font-size: .9375rem; font-weight: 650; letter-spacing: .01em; line-height: 1; padding: .42rem .8rem .46rem .62rem;
  border-radius: 99px; color: var(--tone); background: var(--tint); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--tone) 30%, transparent);
}
.lede { font-size: 1.125rem; margin-top: .8rem; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1.1rem; }
.chips li {
  display: flex; flex-wrap: wrap; gap: .1rem .45rem; align-items: baseline; padding: .38rem .8rem; border-radius: .6rem;
  font-size: .9375rem; background: var(--sheet); border: 1px solid var(--line);
}
.chips strong { font-weight: 600; }
.sums { display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; margin-top: 1.1rem; color: var(--soft); font-size: .9375rem; }
.sums b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.bar { display: block; width: 100%; height: 6px; margin-top: .75rem; border-radius: 3px; }
.bar .held { fill: var(--pass); } .bar .open { fill: var(--line); }

.part { margin-top: 2.75rem; }
.part > .title { font-size: 1.25rem; padding-bottom: .5rem; border-bottom: 1px solid var(--line); }
.part > .soft { margin-top: .5rem; }
.group { font-size: .9375rem; color: var(--soft); font-weight: 600; margin: 1.5rem 0 .6rem; }
.finding {
  background: var(--sheet); border: 1px solid var(--line); border-left: 4px solid var(--tone); border-radius: .5rem;
  padding: .85rem 1.1rem .95rem; margin-top: .7rem; break-inside: avoid;
}
.finding > .head { display: flex; flex-wrap: wrap; gap: .15rem .75rem; align-items: baseline; font-size: .875rem; color: var(--soft); }
.finding .level { color: var(--tone); font-weight: 650; }
.finding .check { color: var(--ink); font-weight: 600; font-size: .875rem; }
.finding .says { font-size: 1.0625rem; margin-top: .3rem; }
.finding .says li + li { margin-top: .2rem; }
.fix { margin-top: .75rem; padding-left: 1.5rem; position: relative; }
.fix::before { content: "→"; content: "→" / ""; position: absolute; left: 0; color: var(--tone); font-weight: 700; }
.record { margin-top: .75rem; }
.record .do { font-size: .8125rem; color: var(--soft); display: block; }
pre {
  margin-top: .2rem; padding: .6rem .8rem; background: var(--well); border: 1px solid var(--line); border-radius: .4rem;
  white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; -webkit-user-select: all; line-height: 1.5; max-height: 22rem; overflow-y: auto;
}
figure.spf { margin: 0; }
figure.spf figcaption { font-weight: 600; }
pre.tree { white-space: pre; overflow-wrap: normal; overflow-x: auto; user-select: text; -webkit-user-select: text; }
.remove pre { color: var(--soft); background: none; border-style: dashed; }
details { margin-top: .75rem; font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); width: fit-content; border-radius: 3px; }
summary:hover { color: var(--ink); }
details .refs, details .asked { margin-top: .5rem; }
.asked li { padding: .4rem 0; border-top: 1px solid var(--line); }
.asked .soft { font-size: .8125rem; white-space: nowrap; }

table { border-collapse: collapse; table-layout: fixed; width: 100%; margin-top: .6rem; font-size: .9375rem; }
caption { text-align: left; font-weight: 600; color: var(--soft); padding: 1.1rem 0 .25rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-size: .8125rem; font-weight: 600; border-bottom-color: var(--soft); }
tbody th { font-weight: 600; }
td:last-child, th:last-child { padding-right: 0; }
.egress th:nth-child(1) { width: 16%; } .egress th:nth-child(2), .egress th:nth-child(3) { width: 22%; } .egress th:nth-child(4) { width: 19%; }
.hosts th:nth-child(1) { width: 22%; } .hosts th:nth-child(n+2):nth-child(-n+4) { width: 18%; }
.selectors th:nth-child(1) { width: 19%; } .selectors th:nth-child(2) { width: 13%; } .selectors td code { font-size: .8125rem; }
.domains th:nth-child(1) { width: 24%; } .domains th:nth-child(2) { width: 12%; } .domains th:nth-child(3) { width: 10%; }
.domains th:nth-child(4) { width: 5%; } .domains th:nth-child(5) { width: 6%; } .domains th:nth-child(6) { width: 10%; }
.way th:nth-child(1) { width: 6%; } .way th:nth-child(4) { width: 20%; } .way th:nth-child(5) { width: 17%; } .way .number { white-space: normal; }
.common th:nth-child(1) { width: 25%; } .common th:nth-child(2) { width: 12%; } .common th:nth-child(3) { width: 10%; }
.with-ready th:nth-child(1) { width: 20%; } .with-ready th:nth-child(2) { width: 8.5%; } .with-ready th:nth-child(n+3) { width: 7%; } .with-ready thead th { font-size: .75rem; }
.with-ready th:nth-last-child(4), .with-ready th:nth-last-child(3) { width: 4.5%; } .with-ready th:nth-last-child(1) { width: auto; }
main.many { max-width: 80rem; } main.many > .domain { max-width: 55rem; margin-left: auto; margin-right: auto; }
.orders { margin-top: 2rem; } .orders > details { margin-top: .5rem; font-size: 1rem; }
.orders > details > summary { font-weight: 600; padding: .35rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--sheet); }
.orders > details[open] > summary { color: var(--ink); border-color: var(--soft); }
@supports selector(::details-content) {
  .orders { display: flex; flex-wrap: wrap; gap: .5rem; } .orders > details { display: contents; }
  .orders > details::details-content { order: 1; width: 100%; } .orders > details > summary { list-style: none; }
}
.which { margin: 0; } .which p { margin-top: .4rem; line-height: 1.7; }
.bar.shares { height: 10px; } .shares .fail { fill: var(--fail); } .shares .unknown { fill: var(--unknown); } .shares .warn { fill: var(--warn); } .shares .pass { fill: var(--pass); }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.word { white-space: nowrap; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin-top: .9rem; font-size: .9375rem; }
.facts dt { color: var(--soft); }
.lines > li { display: grid; grid-template-columns: 10rem 1fr; gap: .1rem 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line); font-size: .9375rem; }
.lines.loose > li { grid-template-columns: 1fr; }
.why > li { padding: .5rem 0; border-bottom: 1px solid var(--line); }
.why .says { color: var(--soft); } .why details { margin-top: .25rem; }
.domain + .domain, .front + .domain { margin-top: 4rem; padding-top: 3rem; border-top: 3px double var(--line); }
.foot { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }

@media (max-width: 40rem) {
  main { padding: 1.5rem 1rem 3rem; }
  .lines > li { grid-template-columns: 1fr; }
  table.cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.cards, table.cards tbody, table.cards tr, table.cards th, table.cards td, table.cards caption { display: block; }
  table.cards tr { padding: .55rem 0; border-bottom: 1px solid var(--line); }
  table.cards th, table.cards td, table.cards th:nth-child(n) { width: auto; border: 0; padding: .1rem 0; }
  table.cards td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .8125rem; }
  table.cards td:empty { display: none; }
  .front table.cards .word, .front table.cards .number { display: inline-block; margin-right: .9rem; }
  .front table.cards .word:empty, .front table.cards .number:empty { display: none; }
}
@media print {
  @page { margin: 16mm; }
  html { font-size: 10pt; }
  body { background: none; }
  main { max-width: none; padding: 0; }
  .badge, .finding, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  pre { max-height: none; }
  details:not([open]) { display: none; }
  .group, .title, caption, .name { break-after: avoid; }
  tr, .lines > li, .record { break-inside: avoid; }
  .domain + .domain, .front + .domain { break-before: page; border: 0; margin: 0; padding: 0; }
  a { text-decoration: none; }
}
`

/** The content of the page's only style element. */
export const style: Markup = Markup.trusted(css)

/** Names the style in the page's content security policy, so that no other can take effect. A test holds the two together. */
export const styleHash = 'sha256-padFb5rQ/N3ItjOAwtsiMG7fDnBK07kiP9gnwFAHcao='
