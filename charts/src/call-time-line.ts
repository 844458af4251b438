// What happened within one request, job or run, on one line of time: the functions that it went through, its queries,
// its calls to other services, its log lines. Each stands in a row of its own, in the order in which it began.

import { formatDuration } from '@prodlens/protocol';
import { axisTop } from 'd3-axis';
import { scaleLinear } from 'd3-scale';
import { chart } from './chart.js';
import { paint, type Tone } from './chart-style.js';
import { tickText } from './duration-scale.js';
import type { Mark } from './marks.js';

export interface TimeLineSpan {
  name: string;
  /** Function, query, request, log line. */
  what: string;
  detail: string;
  /** From the beginning of the whole. */
  startNs: number;
  /** null: it had not ended, or is a moment. */
  durationNs: number | null;
  tone: Tone;
  failed: boolean;
  id?: string;
}

export interface TimeLineData {
  durationNs: number;
  spans: TimeLineSpan[];
}

const ROW_PX = 24;
const BAR_PX = 14;
const TOP_PX = 24;
const LETTER_PX = 6.4;

export const callTimeLine = chart<TimeLineData>({
  height: ({ spans }) => TOP_PX + spans.length * ROW_PX + 4,
  nothing: ({ spans }) => (spans.length > 0 ? null : 'Nothing was followed within it.'),

  draw(plot, { durationNs, spans }, _options, { width, height }) {
    const longest = Math.max(...spans.map(({ name }) => name.length));
    const names = Math.min(width * 0.42, longest * LETTER_PX + 16);
    const end = Math.max(durationNs, ...spans.map((span) => span.startNs + (span.durationNs ?? 0)), 1);
    const x = scaleLinear([0, end], [names, width - 12]);
    plot
      .append('g')
      .attr('class', 'axis')
      .attr('transform', `translate(0,${TOP_PX - 6})`)
      .call(
        axisTop(x)
          .ticks(Math.max(2, Math.floor((width - names) / 110)))
          .tickFormat((ns) => (Number(ns) === 0 ? '0' : tickText(Number(ns))))
          .tickSize(-(height - TOP_PX + 6)),
      );
    const middle = (i: number) => TOP_PX + i * ROW_PX + ROW_PX / 2;
    const rows = plot.selectAll('.row').data(spans).join('g').attr('class', 'row');
    rows
      .append('text')
      .attr('class', 'label')
      .attr('y', (_, i) => middle(i) + 4)
      .style('fill', ({ failed }) => (failed ? 'var(--bad)' : null))
      .text(({ name }) => cut(name, Math.floor((names - 16) / LETTER_PX)));
    const length = ({ startNs, durationNs: ns }: TimeLineSpan) => (ns === null ? 0 : x(startNs + ns) - x(startNs));
    rows
      .append('rect')
      .attr('x', ({ startNs }) => x(startNs))
      .attr('y', (_, i) => middle(i) - BAR_PX / 2)
      .attr('width', (span) => Math.max(3, length(span)))
      .attr('height', BAR_PX)
      .attr('rx', 3)
      .style('fill', ({ tone, failed }) => paint(failed ? 'bad' : tone));
    return spans.map(
      (span, i): Mark => ({
        ...{ column: 0, row: i, x: 0, y: middle(i) - ROW_PX / 2 + 1, width, height: ROW_PX - 2 },
        ...(span.id !== undefined && { id: span.id }),
        text: [
          `${span.what}: ${span.name}`,
          ...(span.detail === '' ? [] : [span.detail]),
          `after ${span.startNs > 0 ? formatDuration(span.startNs) : '0'}${span.durationNs === null ? '' : `, for ${formatDuration(span.durationNs)}`}${span.failed ? ', failed' : ''}`,
        ].join('\n'),
      }),
    );
  },

  table({ spans }) {
    return {
      columns: [
        { title: 'What' },
        { title: 'Name' },
        { title: 'Detail' },
        { title: 'Began after', unit: 'ns', show: formatDuration },
        { title: 'Took', unit: 'ns', show: formatDuration },
        { title: 'Failed' },
      ],
      rows: spans.map(({ what, name, detail, startNs, durationNs, failed }) => [
        what,
        name,
        detail,
        startNs,
        durationNs,
        failed ? 'yes' : '',
      ]),
    };
  },
});

function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, Math.max(1, letters - 1))}…`;
}
