// How charts look. One constructed style sheet for all shadow roots of a page: a strict content security policy lets it
// pass, where a style element would be refused. Colours are custom properties, each with a value for light and dark
// when the page sets none: --chart-text, --chart-muted, --chart-line, --chart-ground, --chart-raised, --chart-accent,
// --chart-second, --chart-bad, --chart-good, --chart-heat, and of parts of time --chart-own, --chart-packages,
// --chart-database, --chart-outbound, --chart-waiting; and --chart-font.

const TEXT = `
:host {
  display: block;
  --text: var(--chart-text, light-dark(#1a1d23, #e6e8ec));
  --muted: var(--chart-muted, light-dark(#5d6673, #98a1ae));
  --line: var(--chart-line, light-dark(#e3e6ea, #2a303a));
  --ground: var(--chart-ground, light-dark(#ffffff, #14171c));
  --raised: var(--chart-raised, light-dark(#f5f6f8, #1d222a));
  --accent: var(--chart-accent, light-dark(#2f5bd8, #7ea2ff));
  --second: var(--chart-second, light-dark(#8a93a3, #7d8797));
  --bad: var(--chart-bad, light-dark(#c4321f, #ff8577));
  --good: var(--chart-good, light-dark(#1d7f4b, #5fce94));
  --heat: var(--chart-heat, light-dark(#2448b8, #8fb0ff));
  --own: var(--chart-own, light-dark(#2f5bd8, #7ea2ff));
  --packages: var(--chart-packages, light-dark(#7b4fc9, #b797f2));
  --database: var(--chart-database, light-dark(#b96b00, #eeb25c));
  --outbound: var(--chart-outbound, light-dark(#00808a, #55c5cf));
  --waiting: var(--chart-waiting, light-dark(#c3c9d2, #4a5260));
  color: var(--text);
  font: 12px / 1.4 var(--chart-font, system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
}
[hidden] { display: none !important; }
figure { margin: 0; display: flex; flex-direction: column; gap: 10px; }
figcaption { display: flex; align-items: center; justify-content: space-between; gap: 12px; min-height: 24px; }
.title { font-weight: 600; font-size: 13px; }
.tools { display: flex; gap: 2px; margin-right: -6px; }
button {
  font: inherit; font-size: 11.5px; color: var(--muted); background: none; border: 0; border-radius: 5px;
  padding: 3px 6px; cursor: pointer;
}
button:hover, button[aria-pressed="true"] { color: var(--text); background: var(--raised); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.body { min-width: 0; }
.plot { position: relative; }
.plot svg { display: block; overflow: visible; }
.nothing { margin: 0; padding: 28px 12px; text-align: center; color: var(--muted); background: var(--raised); border-radius: 6px; }
.tip {
  position: absolute; left: 0; top: 0; z-index: 5; pointer-events: none; display: flex; flex-direction: column;
  padding: 5px 8px; border-radius: 6px; background: var(--text); color: var(--ground); white-space: nowrap;
  max-width: 100%; box-sizing: border-box;
}
.tip span { overflow: hidden; text-overflow: ellipsis; }
.tip span:first-child { font-weight: 600; }
.table { overflow: auto; max-height: 360px; }
table { width: 100%; border-collapse: collapse; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { position: sticky; top: 0; background: var(--ground); color: var(--muted); font-weight: 500; }
.number { text-align: right; }
svg text { fill: var(--muted); font: 11px / 1 var(--chart-font, system-ui, sans-serif); }
.axis .domain { display: none; }
.axis line { stroke: var(--line); }
.ring { fill: none; stroke: var(--text); stroke-width: 1.5; pointer-events: none; }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
.deployment line { stroke: var(--muted); stroke-dasharray: 3 3; }
.deployment text { fill: var(--text); font-weight: 600; }
.label { fill: var(--text); pointer-events: none; }
.inside { pointer-events: none; }
.legend { fill: var(--text); }
`;

let made: CSSStyleSheet | undefined;

/** The same one for all charts, for `adoptedStyleSheets`. */
export function styleSheet(): CSSStyleSheet {
  if (made === undefined) {
    made = new CSSStyleSheet();
    made.replaceSync(TEXT);
  }
  return made;
}

/** What a part of time, or a series, is painted with; names of the custom properties above. */
export type Tone =
  | 'accent'
  | 'second'
  | 'bad'
  | 'good'
  | 'own'
  | 'packages'
  | 'database'
  | 'outbound'
  | 'waiting'
  | 'muted';

/** A colour of the page's theme, as CSS. */
export function paint(tone: Tone): string {
  return `var(--${tone})`;
}
