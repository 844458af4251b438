// How a whole is made up: one bar of parts, with what each is and how much below it. Parts may overlap (a query while
// code runs), so that they are shown as shares of their sum.

import { formatDuration, formatPercent } from '@prodlens/protocol';
import { chart } from './chart.js';
import { paint, type Tone } from './chart-style.js';
import { LEGEND_TEXT_PX, legendEntry } from './legend.js';
import type { Mark } from './marks.js';

export interface Share {
  name: string;
  valueNs: number;
  tone: Tone;
}

const BAR_PX = 30;
const LEGEND_PX = 170;
/** At least. */
const COLUMNS = 3;
const LEGEND_ROW_PX = 40;
const TOP_PX = 46;

export const shares = chart<Share[]>({
  height: (data) => TOP_PX + LEGEND_ROW_PX * Math.ceil(data.length / COLUMNS),
  nothing: (data) => (sumOf(data) > 0 ? null : 'No time was measured.'),

  draw(plot, data, _options, { width }) {
    const sum = sumOf(data);
    let at = 0;
    const columns = Math.min(data.length, Math.max(COLUMNS, Math.floor(width / LEGEND_PX)));
    return data.map((share, i): Mark => {
      const length = (share.valueNs / sum) * width;
      const place = { x: at, y: 0, width: Math.max(0, length - 1), height: BAR_PX };
      at += length;
      plot
        .append('rect')
        .attr('x', place.x)
        .attr('width', place.width)
        .attr('height', BAR_PX)
        .attr('rx', 3)
        .style('fill', paint(share.tone));
      const left = (i % columns) * (width / columns);
      const top = TOP_PX + Math.floor(i / columns) * LEGEND_ROW_PX;
      legendEntry(plot, left, top, share.name, share.tone);
      plot
        .append('text')
        .attr('x', left + LEGEND_TEXT_PX)
        .attr('y', top + 24)
        .text(`${formatDuration(share.valueNs)} · ${formatPercent(share.valueNs / sum)}`);
      return {
        ...{ column: i, row: 0, ...place },
        text: `${share.name}\n${formatDuration(share.valueNs)}, ${formatPercent(share.valueNs / sum)}`,
      };
    });
  },

  table(data) {
    const sum = sumOf(data);
    return {
      columns: [
        { title: 'Part' },
        { title: 'Time', unit: 'ns', show: formatDuration },
        { title: 'Share', show: formatPercent },
      ],
      rows: data.map(({ name, valueNs }) => [name, valueNs, sum === 0 ? null : valueNs / sum]),
    };
  },
});

function sumOf(data: Share[]): number {
  return data.reduce((sum, { valueNs }) => sum + valueNs, 0);
}
