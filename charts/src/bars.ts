// Amounts side by side: one horizontal bar each, longest first as they come, with its number at the end.

import { scaleLinear } from 'd3-scale';
import { type ChartOptions, chart } from './chart.js';
import { paint, type Tone } from './chart-style.js';
import type { Mark } from './marks.js';

export interface Bar {
  name: string;
  detail: string;
  value: number;
  tone: Tone;
  id?: string;
}

export interface BarsOptions extends ChartOptions {
  show: (value: number) => string;
  unit: string;
}

const ROW_PX = 28;
const BAR_PX = 16;
const NUMBER_PX = 70;
const LETTER_PX = 6.6;

export const bars = chart<Bar[], BarsOptions>({
  height: (data) => data.length * ROW_PX,
  nothing: (data) => (data.length > 0 ? null : 'Nothing was measured.'),

  draw(plot, data, { show }, { width }) {
    const names = Math.min(width * 0.4, Math.max(...data.map(({ name }) => name.length)) * LETTER_PX + 12);
    const x = scaleLinear(
      [0, Math.max(...data.map(({ value }) => value), Number.MIN_VALUE)],
      [0, width - names - NUMBER_PX],
    );
    const top = (i: number) => i * ROW_PX + (ROW_PX - BAR_PX) / 2;
    const rows = plot.selectAll('g').data(data).join('g');
    rows
      .append('text')
      .attr('class', 'label')
      .attr('y', (_, i) => i * ROW_PX + ROW_PX / 2 + 4)
      .text(({ name }) => cut(name, Math.round((names - 12) / LETTER_PX)));
    rows
      .append('rect')
      .attr('x', names)
      .attr('y', (_, i) => top(i))
      .attr('width', ({ value }) => Math.max(2, x(value)))
      .attr('height', BAR_PX)
      .attr('rx', 3)
      .style('fill', ({ tone }) => paint(tone));
    rows
      .append('text')
      .attr('x', ({ value }) => names + Math.max(2, x(value)) + 8)
      .attr('y', (_, i) => i * ROW_PX + ROW_PX / 2 + 4)
      .text(({ value }) => show(value));
    return data.map(
      ({ name, detail, value, id }, i): Mark => ({
        ...{ column: 0, row: i, x: 0, y: i * ROW_PX + 2, width, height: ROW_PX - 4 },
        ...(id !== undefined && { id }),
        text: [name, ...(detail === '' ? [] : [detail]), show(value)].join('\n'),
      }),
    );
  },

  table(data, { show, unit }) {
    return {
      columns: [{ title: 'Name' }, { title: 'Detail' }, { title: 'Value', unit, show }],
      rows: data.map(({ name, detail, value }) => [name, detail, value]),
    };
  },
});

/** In the middle: of a qualified name both ends say something. */
function cut(text: string, letters: number): string {
  if (text.length <= letters) return text;
  const half = Math.max(1, Math.floor((letters - 1) / 2));
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`;
}
