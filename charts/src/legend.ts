// What a colour of a chart stands for: a square and a name, one behind the other on a line.

import type { Plot } from './chart.js';
import { paint, type Tone } from './chart-style.js';

/** Draws one entry at (x, y), the corner of its square, in CSS pixels; where the next one begins. */
export function legendEntry(plot: Plot, x: number, y: number, name: string, tone: Tone): number {
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
    .attr('x', x + 14)
    .attr('y', y + 8)
    .text(name);
  return x + name.length * 6.4 + 34;
}
