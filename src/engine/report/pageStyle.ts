/** The report's style: light and dark after the reader's system, from 400 pixels to wide screens, and on paper. */
export const pageStyle = `
:root { color-scheme: light dark; --page: #fff; --side: #f6f7f8; --text: #1f2328; --quiet: #5f6770; --line: #e3e6ea;
  --token: #eceef1; --accent: #0860ca; --good: #2c8a3d; --tick: #9a5b00; --bad: #c8252f; --track: #e9ebee; --bars: #b4bac1; }
@media (prefers-color-scheme: dark) { :root { --page: #1a1c1f; --side: #212428; --text: #dfe2e6; --quiet: #99a1ab;
  --line: #33373d; --token: #30343a; --accent: #62a8ff; --good: #4fae62; --tick: #e0a13c; --bad: #f2727a; --track: #32363c;
  --bars: #666d76; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 13px/1.45 system-ui, 'Segoe UI', sans-serif; }
a { color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
h1, h2 { font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 20px; } h2 { font-size: 15px; }
.quiet, .remark { color: var(--quiet); }
header { padding: 20px 24px 16px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
header p { margin: 4px 0 0; }
header details { margin-top: 8px; max-width: 78ch; }
summary { cursor: pointer; color: var(--quiet); width: fit-content; }
header dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 8px 0; }
dt { color: var(--quiet); } dd { margin: 0; }
.body { display: grid; grid-template-columns: 220px minmax(0, 1fr); align-items: start; }
nav { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: 16px 0; }
nav a { display: grid; grid-template-columns: 1fr auto; gap: 4px 8px; padding: 6px 16px 8px 24px; text-decoration: none;
  overflow-wrap: anywhere; }
nav a:hover, nav a[aria-current] { background: var(--side); }
nav a[aria-current] { box-shadow: inset 3px 0 var(--accent); }
.worth { grid-column: 1 / -1; width: 100%; height: 4px; display: block; }
rect.explained { fill: var(--good); } rect.chance { fill: var(--tick); } rect.silent { fill: var(--bad); }
rect.other { fill: var(--bars); }
main { border-left: 1px solid var(--line); min-width: 0; min-height: 60vh; padding-bottom: 40px; }
.tools { display: none; gap: 8px; padding: 10px 24px; flex-wrap: wrap; align-items: center; background: var(--page); }
.js .tools { display: flex; }
/* The address names the layer; the page still opens at its top. */
.js section { scroll-margin-top: 100vh; }
input, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 4px;
  padding: 5px 8px; }
input { flex: 1 1 160px; min-width: 0; }
section { padding: 8px 0 0; }
.js section:not(.current) { display: none; }
.heading { padding: 0 24px 12px; }
.heading p { margin: 2px 0 0; }
.dissection { margin-top: 8px; }
.dissection table { border-collapse: collapse; width: min(100%, 640px); font-variant-numeric: tabular-nums; }
.dissection th { text-align: start; font-weight: 400; overflow-wrap: anywhere; }
.dissection th, .dissection td { padding: 2px 12px 2px 0; } .dissection td:last-child { text-align: end; width: 40px; }
.dissection svg { display: block; width: 100%; min-width: 80px; height: 8px; background: var(--track); }
.row, .head { display: grid; grid-template-columns: 56px minmax(150px, 1fr) minmax(110px, 170px) 56px 108px var(--top, 0);
  column-gap: 16px; align-items: center; padding: 0 24px; border-bottom: 1px solid var(--line); }
.pictures { --top: 196px; }
.row { min-height: 40px; padding-top: 4px; padding-bottom: 4px; content-visibility: auto; contain-intrinsic-size: auto 40px; }
.pictures .row { min-height: 52px; contain-intrinsic-size: auto 52px; }
.row[hidden] { display: none; }
.js .row { cursor: pointer; }
.js .row:hover { background: var(--side); }
.head { position: sticky; top: 0; z-index: 1; background: var(--page); color: var(--quiet); font-size: 12px; min-height: 32px; }
.head button { all: unset; cursor: pointer; }
.head > div { white-space: nowrap; }
.head button:focus-visible { outline: 2px solid var(--accent); }
.head [aria-sort=ascending]::after { content: ' ↑'; } .head [aria-sort=descending]::after { content: ' ↓'; }
.unit { text-align: right; font-variant-numeric: tabular-nums; }
.unit a { text-decoration: none; color: var(--quiet); }
.label { overflow-wrap: anywhere; line-height: 1.8; }
/* Concepts and their operators break between them, and inside only where one is longer than the line. */
.t, .t b { display: inline-block; max-width: 100%; }
.t b { font-weight: 400; background: var(--token); border-radius: 4px; padding: 0 6px; line-height: 1.6;
  margin: 1px 0; vertical-align: top; }
.t i { font-style: normal; font-size: 10.5px; letter-spacing: .04em; color: var(--accent); }
.chance .t b, .chance .iou { color: var(--quiet); }
.iou { display: grid; grid-template-columns: 1fr 30px; gap: 8px; align-items: center; font-variant-numeric: tabular-nums; }
.head .iou { display: block; }
.bar { width: 100%; height: 12px; display: block; }
.track { fill: var(--track); } .fill { fill: var(--good); } .chance .fill { fill: var(--bars); } .tick { fill: var(--tick); }
.fires { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.h { width: 100%; height: 26px; display: block; fill: var(--bars); } .h .f { fill: var(--accent); }
.top { display: flex; gap: 4px; min-width: 0; }
.p { height: 44px; max-width: 46px; border-radius: 3px; background: var(--token) 0 0 / 100% 100%; flex: none;
  print-color-adjust: exact; }
figure { margin: 0; }
.row:not(.open) .p:nth-child(n + 5) { display: none; }
.pixels .p { image-rendering: pixelated; }
.o { fill: none; stroke: #000; stroke-width: 3; stroke-opacity: .75; stroke-linejoin: round;
  vector-effect: non-scaling-stroke; }
.e { stroke: #ffd23f; stroke-width: 1.5; stroke-opacity: 1; }
.row:not(.open) .o { stroke-width: 2; } .row:not(.open) .e { stroke-width: 1; }
.row.open { background: var(--side); padding-bottom: 16px; content-visibility: visible; }
.open .top { gap: 12px; grid-column: 2 / -1; grid-row: 3; flex-wrap: wrap; margin-top: 12px; }
.open .p { height: 96px; max-width: 140px; }
.open figcaption { font-size: 11px; color: var(--quiet); max-width: 96px; overflow-wrap: anywhere; }
.detail { grid-column: 2 / -1; grid-row: 2; display: flex; flex-wrap: wrap; gap: 12px 32px; margin-top: 12px; cursor: auto;
  min-width: 0; }
.detail h3 { font-size: 11px; font-weight: 600; letter-spacing: .04em; text-transform: uppercase; color: var(--quiet); margin: 0 0 4px; }
.detail .chart { flex: 1 1 300px; max-width: 520px; min-width: 0; }
.chart .plot { position: relative; margin-top: 18px; }
.chart .h { height: 120px; }
.chart .axis { display: flex; justify-content: space-between; border-top: 1px solid var(--line); color: var(--quiet);
  font-variant-numeric: tabular-nums; }
.chart .line { position: absolute; inset: -18px 0 0; width: 100%; height: calc(100% + 18px); overflow: visible; }
.line line { stroke: var(--tick); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.chart .above { color: var(--tick); position: absolute; top: -20px; }
.detail dl { display: grid; grid-template-columns: max-content max-content max-content max-content; gap: 2px 12px; margin: 0;
  font-variant-numeric: tabular-nums; }
.detail table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.detail .scroll { overflow-x: auto; max-width: 100%; }
td, th { text-align: right; padding: 1px 12px 1px 0; font-weight: 400; } th { color: var(--quiet); }
td:first-child, th:first-child { text-align: left; }
td.name { max-width: 46ch; overflow-wrap: anywhere; }
.none { padding: 24px; color: var(--quiet); }
@media (max-width: 1000px) {
  .body { grid-template-columns: 1fr; }
  main { border: 0; }
  nav { display: flex; position: static; overflow-x: auto; padding: 0 8px; border-bottom: 1px solid var(--line); }
  nav a { flex: none; padding: 8px 12px; max-width: 200px; }
  nav a[aria-current] { box-shadow: inset 0 -3px var(--accent); }
}
@media (max-width: 760px) {
  header, .heading, .tools, .row, .head { padding-left: 14px; padding-right: 14px; }
  .row { grid-template-columns: 34px minmax(0, 1fr) 56px 84px; row-gap: 4px; column-gap: 10px; padding-top: 8px; padding-bottom: 8px;
    contain-intrinsic-size: auto 70px; }
  .pictures .row { contain-intrinsic-size: auto 124px; }
  .head { display: none; } .tools input { flex-basis: 100%; } .tools select { flex: 1 1 120px; min-width: 0; }
  .row .label { grid-column: 2 / -1; }
  .row .iou { grid-column: 2; grid-row: 2; } .row .fires { grid-column: 3; grid-row: 2; } .row .hist { grid-column: 4; grid-row: 2; }
  .row .top { grid-column: 2 / -1; grid-row: 3; }
  .row .top:empty { display: none; }
  .row .detail { grid-column: 1 / -1; grid-row: 4; } .open .top { margin-top: 0; }
}
@media print { .js section:not(.current) { display: block; } .tools, nav { display: none !important; } .body { display: block; }
  .row { content-visibility: visible; break-inside: avoid; } }
`;
