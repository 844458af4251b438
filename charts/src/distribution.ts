// How long calls took, before and after: the share of calls by duration, one outline over the other, with the median and
// p95 of each. Shares, not counts, so that an hour of a new version stands beside a week of the old one.

import { bucketLowerBoundNs, bucketsCount, formatCount, formatDuration, formatPercent } from '@prodlens/protocol';
import { axisBottom } from 'd3-axis';
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import { chart } from './chart.js';
import { paint, type Tone } from './chart-style.js';
import { durationScale, durationTicks, tickText } from './duration-scale.js';
import { LEGEND_LINE_PX, legendEntry, placeLegend } from './legend.js';
import type { Mark } from './marks.js';
import { drawValueAxis, labelText, MARGIN } from './time-axis.js';

export interface DistributionSide {
  /** "2.3.0", "before". */
  name: string;
  buckets: number[];
  p50Ns: number | null;
  p95Ns: number | null;
}

export interface DistributionData {
  /** null: nothing to hold the other against. */
  before: DistributionSide | null;
  after: DistributionSide | null;
}

/** Buckets that are drawn as one: 8 of them are a doubling. */
const TOGETHER = 2;

interface Step {
  index: number;
  share: number;
  count: number;
}

export const distribution = chart<DistributionData>({
  height: () => 200,
  nothing: ({ before, after }) =>
    bucketsCount(before?.buckets ?? []) + bucketsCount(after?.buckets ?? []) === 0
      ? 'No timed call in this time.'
      : null,

  draw(plot, data, _options, { width, height }) {
    const bottom = height - MARGIN.bottom;
    const sides = sidesOf(data);
    const legend = placeLegend(
      sides.map(({ side }) => legendText(side)),
      MARGIN.left,
      width,
    );
    const top = MARGIN.top + (legend.at(-1)!.line + 1) * LEGEND_LINE_PX;
    const all = sides.flatMap(({ steps }) => steps);
    const low = Math.min(...all.map(({ index }) => index));
    const high = Math.max(...all.map(({ index }) => index)) + TOGETHER;
    const x = durationScale([bucketLowerBoundNs(low), bucketLowerBoundNs(high)], [MARGIN.left, width - MARGIN.right]);
    const y = scaleLinear([0, Math.max(...all.map(({ share }) => share)) * 1.05], [bottom, top]);
    drawValueAxis(plot, y, width - MARGIN.right, formatPercent, y.ticks(3).slice(1));
    plot
      .append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${bottom})`)
      .call(
        axisBottom(x)
          .tickValues(durationTicks(x, Math.floor(width / 90)))
          .tickFormat((ns) => tickText(Number(ns)))
          .tickSize(4)
          .tickPadding(5),
      );
    for (const [i, { side, steps, tone }] of sides.entries()) {
      const outline = outlineOf(steps);
      const shape = area<Step>()
        .curve(curveStepAfter)
        .x(({ index }) => x(bucketLowerBoundNs(index)))
        .y0(bottom)
        .y1(({ share }) => y(share));
      const stroke = line<Step>()
        .curve(curveStepAfter)
        .x(({ index }) => x(bucketLowerBoundNs(index)))
        .y(({ share }) => y(share));
      plot.append('path').style('fill', paint(tone)).style('fill-opacity', 0.14).attr('d', shape(outline));
      plot.append('path').attr('class', 'line').style('stroke', paint(tone)).attr('d', stroke(outline));
      for (const [ns, dash] of [
        [side.p50Ns, null],
        [side.p95Ns, '2 3'],
      ] as const) {
        if (ns === null) continue;
        plot
          .append('line')
          .style('stroke', paint(tone))
          .attr('stroke-dasharray', dash)
          .attr('x1', x(ns))
          .attr('x2', x(ns))
          .attr('y1', top)
          .attr('y2', bottom);
      }
      const place = legend[i]!;
      legendEntry(plot, place.x, 2 + place.line * LEGEND_LINE_PX, legendText(side), tone);
    }
    return sides.flatMap(({ side, steps }, row) =>
      steps.map(
        ({ index, share, count }): Mark => ({
          column: index,
          row,
          x: x(bucketLowerBoundNs(index)),
          width: x(bucketLowerBoundNs(index + TOGETHER)) - x(bucketLowerBoundNs(index)),
          y: y(share),
          height: bottom - y(share),
          reach: 'column',
          text: `${tickText(bucketLowerBoundNs(index))} – ${tickText(bucketLowerBoundNs(index + TOGETHER))}\n${side.name}: ${formatPercent(share)}, ${formatCount(count)} calls`,
        }),
      ),
    );
  },

  table(data) {
    return {
      columns: [
        { title: 'Of' },
        { title: 'Longer than', unit: 'ns', show: formatDuration },
        { title: 'Up to', unit: 'ns', show: formatDuration },
        { title: 'Timed calls', show: formatCount },
        { title: 'Share', show: formatPercent },
      ],
      rows: sidesOf(data).flatMap(({ side, steps }) =>
        steps.map(({ index, share, count }) => [
          side.name,
          Math.round(bucketLowerBoundNs(index)),
          Math.round(bucketLowerBoundNs(index + TOGETHER)),
          count,
          share,
        ]),
      ),
    };
  },
});

function sidesOf({ before, after }: DistributionData) {
  const sides: Array<{ side: DistributionSide; steps: Step[]; tone: Tone }> = [];
  if (before !== null) sides.push({ side: before, steps: stepsOf(before.buckets), tone: 'second' });
  if (after !== null) sides.push({ side: after, steps: stepsOf(after.buckets), tone: 'accent' });
  return sides;
}

function stepsOf(buckets: number[]): Step[] {
  const all = bucketsCount(buckets);
  const counts = new Map<number, number>();
  for (let i = 0; i < buckets.length; i += 2) {
    const index = Math.floor(buckets[i]! / TOGETHER) * TOGETHER;
    counts.set(index, (counts.get(index) ?? 0) + buckets[i + 1]!);
  }
  return [...counts].map(([index, count]) => ({ index, count, share: count / all }));
}

/** With the steps of no call between, and one behind the last. */
function outlineOf(steps: Step[]): Step[] {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return [];
  const byIndex = new Map(steps.map((step) => [step.index, step]));
  const outline: Step[] = [{ index: first.index, count: 0, share: 0 }];
  for (let index = first.index; index <= last.index + TOGETHER; index += TOGETHER) {
    outline.push(byIndex.get(index) ?? { index, count: 0, share: 0 });
  }
  return outline;
}

function legendText({ name, p50Ns, p95Ns }: DistributionSide): string {
  if (p50Ns === null || p95Ns === null) return labelText(name);
  return `${labelText(name)}: p50 ${formatDuration(p50Ns)}, p95 ${formatDuration(p95Ns)}`;
}
