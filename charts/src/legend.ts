// What a colour of a chart stands for: a square and a name, one behind the other, on as many lines as they need.

import type { Plot } from './chart.js';
import { paint, type Tone } from './chart-style.js';

/** From the corner of the square to the name. */
export const LEGEND_TEXT_PX = 14;
const LETTER_PX = 6.4;
const GAP_PX = 20;

/** From one line to the next. */
export const LEGEND_LINE_PX = 18;

interface LegendPlace {
  x: number;
  /** 0 for the first. */
  line: number;
}

/** Where each entry begins, between two edges in CSS pixels. */
export function placeLegend(names: string[], left: number, right: number): LegendPlace[] {
  let [x, line] = [left, 0];
  return names.map((name) => {
    const width = LEGEND_TEXT_PX + name.length * LETTER_PX;
    if (x > left && x + width > right) [x, line] = [left, line + 1];
    const place = { x, line };
    x += width + GAP_PX;
    return place;
  });
}

/** Draws one entry at (x, y), the corner of its square, in CSS pixels. */
export function legendEntry(plot: Plot, x: number, y: number, name: string, tone: Tone): void {
  plot
    .append('rect')
    .attr('x', x)
    .attr('y', y)
    .attr('width', 9)
    .attr('height', 9)
    .attr('rx', 2)
    .style('fill', paint(tone));
  plot
    .append('text')
    .attr('class', 'legend')
    .attr('x', x + LEGEND_TEXT_PX)
    .attr('y', y + 8)
    .text(name);
}
