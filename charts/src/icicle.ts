// Where the time of something goes: each bar as wide as its share, what it called below it. What is not covered from
// below is its own.

import { formatDuration, formatPercent } from '@prodlens/protocol';
import { type HierarchyRectangularNode, hierarchy } from 'd3-hierarchy';
import { chart } from './chart.js';
import { paint, type Tone } from './chart-style.js';
import type { Mark } from './marks.js';

export interface IcicleNode {
  name: string;
  /** What is said beside the name, such as file and line. */
  detail: string;
  /** Its own and that of all below it, ns. */
  totalNs: number;
  tone: Tone;
  /** For `open`. */
  id?: string;
  children: IcicleNode[];
}

/** null: nothing was measured. */
export type IcicleData = IcicleNode | null;

type Placed = HierarchyRectangularNode<IcicleNode>;

const ROW_PX = 26;
const GAP_PX = 2;
const THINNEST_PX = 1.5;
const LETTER_PX = 6.4;
const PADDING_PX = 7;

export const icicle = chart<IcicleData>({
  height: (data) => (data === null ? ROW_PX : (hierarchy(data).height + 1) * (ROW_PX + GAP_PX)),
  nothing: (data) => (data === null || data.totalNs <= 0 ? 'No time was measured.' : null),

  draw(plot, data, _options, { width }) {
    const shown = placed(data!, width).filter((node) => node.x1 - node.x0 >= THINNEST_PX);
    const y = ({ depth }: Placed) => depth * (ROW_PX + GAP_PX);
    const bars = plot.selectAll('g').data(shown).join('g');
    bars
      .append('rect')
      .attr('x', (node) => node.x0)
      .attr('y', y)
      .attr('width', (node) => Math.max(1, node.x1 - node.x0 - 1))
      .attr('height', ROW_PX)
      .attr('rx', 3)
      .style('fill', ({ data: { tone } }) => paint(tone))
      .style('fill-opacity', ({ depth }) => Math.max(0.16, 0.34 - depth * 0.04));
    bars
      .append('text')
      .attr('class', 'label')
      .attr('x', (node) => node.x0 + PADDING_PX)
      .attr('y', (node) => y(node) + ROW_PX / 2 + 4)
      .text((node) => fitting(node, data!.totalNs));
    return shown.map((node): Mark => {
      const { name, detail, totalNs, id, children } = node.data;
      const ownNs = totalNs - children.reduce((sum, child) => sum + child.totalNs, 0);
      return {
        ...{ column: node.x0, row: node.depth, x: node.x0, y: y(node), width: node.x1 - node.x0, height: ROW_PX },
        ...(id !== undefined && { id }),
        text: [
          name,
          ...(detail === '' ? [] : [detail]),
          `${formatDuration(totalNs)}, ${formatPercent(totalNs / data!.totalNs)}${children.length > 0 ? ` · ${formatDuration(Math.max(0, ownNs))} its own` : ''}`,
        ].join('\n'),
      };
    });
  },

  table(data) {
    const nodes = data === null ? [] : hierarchy(data).descendants();
    return {
      columns: [
        { title: 'Called from' },
        { title: 'Name' },
        { title: 'Where' },
        { title: 'Time', unit: 'ns', show: formatDuration },
        { title: 'Share', show: formatPercent },
      ],
      rows: nodes.map(({ data: { name, detail, totalNs }, parent }) => [
        parent?.data.name ?? '',
        name,
        detail,
        totalNs,
        totalNs / data!.totalNs,
      ]),
    };
  },
});

function placed(data: IcicleNode, width: number): Placed[] {
  const root = hierarchy(data).sort((a, b) => b.data.totalNs - a.data.totalNs) as Placed;
  fit(root, 0, width);
  return root.descendants();
}

/** Where calls ran side by side, children sum up to more than their parent; they are shrunk into it. */
function fit(node: Placed, x0: number, x1: number): void {
  node.x0 = x0;
  node.x1 = x1;
  const sum = (node.children ?? []).reduce((total, { data }) => total + data.totalNs, 0);
  const scale = (x1 - x0) / Math.max(sum, node.data.totalNs);
  let at = x0;
  for (const child of node.children ?? []) {
    const end = at + child.data.totalNs * scale;
    fit(child, at, end);
    at = end;
  }
}

function fitting({ x0, x1, data: { name, totalNs } }: Placed, allNs: number): string {
  const letters = Math.floor((x1 - x0 - 2 * PADDING_PX) / LETTER_PX);
  const long = `${name}  ${formatPercent(totalNs / allNs)}`;
  if (long.length <= letters) return long;
  if (letters < 3) return '';
  return name.length <= letters ? name : `${name.slice(0, letters - 1)}…`;
}
