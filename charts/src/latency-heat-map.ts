// How long calls took over time: a column for each part of the window, a row for each range of durations, the darker the
// more calls. It shows what percentiles hide: two kinds of calls, a tail that grows. p95 is drawn over it, deployments
// stand in it.

import { bucketLowerBoundNs, bucketsCount, formatCount, formatDuration, formatPercent } from '@prodlens/protocol';
import { scaleSqrt } from 'd3-scale';
import { line } from 'd3-shape';
import { chart } from './chart.js';
import { durationScale, durationTicks, tickText } from './duration-scale.js';
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

export interface LatencyHeatMapData {
  startUnixMs: number;
  partSeconds: number;
  /** Oldest first. `buckets`: [index, count, …] as the exponential histograms of the API. */
  parts: Array<{ buckets: number[]; p95Ns: number | null }>;
  deployments: DeploymentMark[];
}

const ROW_PX = 11;
/** Least share of the heat that a cell with one call has, so that it shows. */
const FAINTEST = 0.08;

interface Cell {
  part: number;
  /** Index of the lowest bucket of the row. */
  row: number;
  count: number;
}

export const latencyHeatMap = chart<LatencyHeatMapData>({
  height: () => 240,
  nothing: ({ parts }) => (parts.some(({ buckets }) => buckets.length > 0) ? null : 'No timed call in this time.'),

  draw(plot, { startUnixMs, partSeconds, parts, deployments }, _options, { width, height }) {
    const bottom = height - MARGIN.bottom;
    const indices = parts.flatMap(({ buckets }) => buckets.filter((_, i) => i % 2 === 0));
    const [lowest, highest] = [Math.min(...indices), Math.max(...indices)];
    const perRow = Math.max(1, Math.ceil((highest - lowest + 1) / ((bottom - MARGIN.top) / ROW_PX)));
    const first = Math.floor(lowest / perRow) * perRow;
    const end = (Math.floor(highest / perRow) + 1) * perRow;
    const y = durationScale([bucketLowerBoundNs(first), bucketLowerBoundNs(end)], [bottom, MARGIN.top]);
    const endUnixMs = startUnixMs + parts.length * partSeconds * 1_000;
    const x = timeScale(startUnixMs, endUnixMs, width);
    drawTimeAxis(plot, x, bottom);
    drawValueAxis(plot, y, width - MARGIN.right, tickText, durationTicks(y, 8));

    const cells = parts.flatMap(({ buckets }, part) => cellsOf(buckets, part, perRow));
    const heat = scaleSqrt([0, Math.max(...cells.map(({ count }) => count))], [FAINTEST, 1]);
    const partMs = partSeconds * 1_000;
    const left = (part: number) => x(startUnixMs + part * partMs);
    const columnPx = Math.max(1, left(1) - left(0));
    const gap = columnPx > 6 ? 1 : 0;
    const box = ({ part, row }: Cell) => {
      const top = y(bucketLowerBoundNs(row + perRow));
      const height = y(bucketLowerBoundNs(row)) - top;
      return { x: left(part), y: top, width: columnPx - gap, height: Math.max(1, height - gap) };
    };
    plot
      .append('g')
      .selectAll('rect')
      .data(cells)
      .join('rect')
      .attr('x', (cell) => box(cell).x)
      .attr('y', (cell) => box(cell).y)
      .attr('width', (cell) => box(cell).width)
      .attr('height', (cell) => box(cell).height)
      .style('fill', 'var(--heat)')
      .style('fill-opacity', ({ count }) => heat(count));

    drawDeployments(plot, x, deployments, bottom);
    const p95 = line<{ p95Ns: number | null }>()
      .defined(({ p95Ns }) => p95Ns !== null)
      .x((_, i) => left(i) + columnPx / 2)
      .y(({ p95Ns }) => y(p95Ns!));
    plot.append('path').attr('class', 'line').style('stroke', 'var(--bad)').attr('d', p95(parts));
    const last = parts.findLastIndex(({ p95Ns }) => p95Ns !== null);
    if (last >= 0) {
      plot
        .append('text')
        .attr('class', 'legend')
        .style('fill', 'var(--bad)')
        .attr('x', Math.min(left(last) + columnPx, width - MARGIN.right) - 4)
        .attr('text-anchor', 'end')
        .attr('y', Math.max(MARGIN.top + 8, y(parts[last]!.p95Ns!) - 7))
        .text('p95');
    }
    return cells.map((cell): Mark => {
      const { buckets, p95Ns } = parts[cell.part]!;
      const calls = bucketsCount(buckets);
      return {
        ...box(cell),
        column: cell.part,
        row: -cell.row / perRow,
        text: [
          `${tickText(bucketLowerBoundNs(cell.row))} – ${tickText(bucketLowerBoundNs(cell.row + perRow))}`,
          `${formatCount(cell.count)} of ${formatCount(calls)} timed calls, ${formatPercent(cell.count / calls)}`,
          `${partText(startUnixMs + cell.part * partMs, partSeconds)}${p95Ns === null ? '' : ` · p95 ${formatDuration(p95Ns)}`}`,
        ].join('\n'),
      };
    });
  },

  table({ startUnixMs, partSeconds, parts }) {
    const partMs = partSeconds * 1_000;
    return {
      columns: [
        { title: 'From', unit: 'ms since the Unix epoch', show: (ms) => partText(ms, partSeconds) },
        { title: 'Longer than', unit: 'ns', show: formatDuration },
        { title: 'Up to', unit: 'ns', show: formatDuration },
        { title: 'Timed calls', show: formatCount },
      ],
      rows: parts.flatMap(({ buckets }, part) =>
        cellsOf(buckets, part, 1).map(({ row, count }) => [
          startUnixMs + part * partMs,
          Math.round(bucketLowerBoundNs(row)),
          Math.round(bucketLowerBoundNs(row + 1)),
          count,
        ]),
      ),
    };
  },
});

/** The counts of a part, `perRow` buckets together. */
function cellsOf(buckets: number[], part: number, perRow: number): Cell[] {
  const rows = new Map<number, number>();
  for (let i = 0; i < buckets.length; i += 2) {
    const row = Math.floor(buckets[i]! / perRow) * perRow;
    rows.set(row, (rows.get(row) ?? 0) + buckets[i + 1]!);
  }
  return [...rows].map(([row, count]) => ({ part, row, count }));
}
