// Lines over time, such as calls and errors a minute, with deployments in it. All series of a chart have one unit. A part
// without a value is a gap, not zero.

import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { type ChartOptions, chart } from './chart.js';
import { paint, type Tone } from './chart-style.js';
import { LEGEND_LINE_PX, legendEntry, placeLegend } from './legend.js';
import type { Mark } from './marks.js';
import {
  type DeploymentMark,
  drawDeployments,
  drawTimeAxis,
  drawValueAxis,
  MARGIN,
  partText,
  timeScale,
} from './time-axis.js';

export interface Series {
  name: string;
  tone: Tone;
  /** One for each part; null where there is none. */
  values: (number | null)[];
  /** Filled down to the axis. */
  filled?: boolean;
}

export interface TimeSeriesData {
  startUnixMs: number;
  partSeconds: number;
  series: Series[];
  deployments: DeploymentMark[];
}

export interface TimeSeriesOptions extends ChartOptions {
  /** How a person reads a value. */
  show: (value: number) => string;
  /** Of the raw values, for what is copied. */
  unit: string;
}

export const timeSeries = chart<TimeSeriesData, TimeSeriesOptions>({
  height: () => 170,
  nothing: ({ series }) =>
    series.some(({ values }) => values.some((value) => value !== null)) ? null : 'No numbers in this time.',

  draw(plot, { startUnixMs, partSeconds, series, deployments }, { show }, { width, height }) {
    const legend = placeLegend(
      series.map(({ name }) => name),
      MARGIN.left,
      width,
    );
    const lines = legend.at(-1)!.line + 1;
    const bottom = height - MARGIN.bottom - lines * LEGEND_LINE_PX;
    const parts = Math.max(...series.map(({ values }) => values.length));
    const partMs = partSeconds * 1_000;
    const x = timeScale(startUnixMs, startUnixMs + parts * partMs, width);
    const highest = max(series, ({ values }) => max(values, (value) => value ?? 0)) ?? 0;
    const y = scaleLinear([0, highest > 0 ? highest * 1.08 : 1], [bottom, MARGIN.top]);
    drawTimeAxis(plot, x, bottom);
    drawValueAxis(plot, y, width - MARGIN.right, show, highest > 0 ? y.ticks(3) : [0]);
    drawDeployments(plot, x, deployments, bottom);

    const middle = (i: number) => x(startUnixMs + (i + 0.5) * partMs);
    for (const [i, { name, tone, values, filled }] of series.entries()) {
      if (filled) {
        const shape = area<number | null>()
          .defined((value) => value !== null)
          .x((_, i) => middle(i))
          .y0(bottom)
          .y1((value) => y(value!));
        plot.append('path').style('fill', paint(tone)).style('fill-opacity', 0.14).attr('d', shape(values));
      }
      const stroke = line<number | null>()
        .defined((value) => value !== null)
        .x((_, i) => middle(i))
        .y((value) => y(value!));
      plot.append('path').attr('class', 'line').style('stroke', paint(tone)).attr('d', stroke(values));
      // A value between two gaps has no line.
      plot
        .append('g')
        .selectAll('circle')
        .data(values.flatMap((value, i) => (isAlone(values, i) ? [{ value: value!, i }] : [])))
        .join('circle')
        .attr('cx', ({ i }) => middle(i))
        .attr('cy', ({ value }) => y(value))
        .attr('r', 2)
        .style('fill', paint(tone));
      const { x: left, line: below } = legend[i]!;
      legendEntry(plot, left, height - 10 - (lines - 1 - below) * LEGEND_LINE_PX, name, tone);
    }
    const column = x(startUnixMs + partMs) - x(startUnixMs);
    return Array.from({ length: parts }, (_, i): Mark => {
      const shown = series.map(({ name, values }) => `${name} ${values[i] == null ? '–' : show(values[i])}`);
      return {
        ...{ column: i, row: 0, x: middle(i) - column / 2, width: column },
        ...{ y: MARGIN.top, height: bottom - MARGIN.top },
        text: [partText(startUnixMs + i * partMs, partSeconds), ...shown].join('\n'),
      };
    });
  },

  table({ startUnixMs, partSeconds, series }, { show, unit }) {
    const parts = Math.max(0, ...series.map(({ values }) => values.length));
    return {
      columns: [
        { title: 'From', unit: 'ms since the Unix epoch', show: (ms) => partText(ms, partSeconds) },
        ...series.map(({ name }) => ({ title: name, unit, show })),
      ],
      rows: Array.from({ length: parts }, (_, i) => [
        startUnixMs + i * partSeconds * 1_000,
        ...series.map(({ values }) => values[i] ?? null),
      ]),
    };
  },
});

function isAlone(values: (number | null)[], i: number): boolean {
  return values[i] != null && values[i - 1] == null && values[i + 1] == null;
}
