// A line as small as a word, for a cell of a table that has the numbers beside it. It is a picture with a text, without
// tools of its own.

import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { create } from 'd3-selection';
import { line } from 'd3-shape';
import { paint, type Tone } from './chart-style.js';

export interface SparklineOptions {
  /** What it shows, for a screen reader. */
  title: string;
  width?: number;
  height?: number;
  tone?: Tone;
}

/** The picture as an element. `values`: null is a gap. Colours need the custom properties of chart-style.ts around it. */
export function sparkline(
  values: (number | null)[],
  { title, width = 72, height = 20, tone = 'accent' }: SparklineOptions,
): SVGSVGElement {
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [1, width - 1]);
  const y = scaleLinear([0, Math.max(max(values, (value) => value ?? 0) ?? 0, Number.MIN_VALUE)], [height - 1.5, 1.5]);
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x((_, i) => x(i))
    .y((value) => y(value!));
  return create('svg')
    .attr('role', 'img')
    .attr('aria-label', title)
    .attr('width', width)
    .attr('height', height)
    .call((svg) =>
      svg
        .append('path')
        .attr('fill', 'none')
        .attr('stroke-width', 1.5)
        .attr('stroke-linejoin', 'round')
        .style('stroke', `var(--chart-${tone}, ${paint(tone)})`)
        .attr('d', path(values)),
    )
    .node()!;
}
