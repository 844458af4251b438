// Where the time of something goes: each bar as wide as its share, what it called below it. What is not covered from
// below is its own. Where calls take more than their caller, the bars are shrunk to fit below it and words say why: no
// share is cut, because the time was really spent.

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
const NOTE_PX = 24;
/** Of the caller's time, by which its calls exceed it: less is rounding. */
const EXCESS = 0.005;
const WHY_MORE = 'ran at the same time, or were timed on samples';
const NOTE = `Calls above their caller’s time ${WHY_MORE}.`;

export const icicle = chart<IcicleData>({
  height(data) {
    if (data === null) return ROW_PX;
    const tree = hierarchy(data);
    return (tree.height + 1) * (ROW_PX + GAP_PX) + (tree.find(({ data }) => exceeds(data)) ? NOTE_PX : 0);
  },
  nothing: (data) => (data === null || data.totalNs <= 0 ? 'No time was measured.' : null),

  draw(plot, data, _options, { width, height }) {
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
    if (hierarchy(data!).find((node) => exceeds(node.data)))
      plot
        .append('text')
        .attr('class', 'note')
        .attr('y', height - 4)
        .text(NOTE);
    return shown.map((node): Mark => {
      const { id } = node.data;
      return {
        ...{ column: node.x0, row: node.depth, x: node.x0, y: y(node), width: node.x1 - node.x0, height: ROW_PX },
        ...(id !== undefined && { id }),
        text: tipOf(node.data, data!.totalNs),
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

/** Name, place, and the time with its share of `allNs` and how much of it is its own. */
export function tipOf(node: IcicleNode, allNs: number): string {
  const { name, detail, totalNs, children } = node;
  const time = `${formatDuration(totalNs)}, ${formatPercent(totalNs / allNs)}`;
  const own = exceeds(node)
    ? `its calls ${WHY_MORE}`
    : `${formatDuration(Math.max(0, totalNs - callsNs(children)))} its own`;
  return [name, detail, children.length === 0 ? time : `${time} · ${own}`].filter((line) => line !== '').join('\n');
}

function callsNs(calls: IcicleNode[]): number {
  return calls.reduce((sum, { totalNs }) => sum + totalNs, 0);
}

function exceeds({ totalNs, children }: IcicleNode): boolean {
  return callsNs(children) > totalNs * (1 + EXCESS);
}

/** Every node with x0 and x1 in CSS pixels, calls within their caller whatever they took. */
export function placed(data: IcicleNode, width: number): Placed[] {
  const root = hierarchy(data).sort((a, b) => b.data.totalNs - a.data.totalNs) as Placed;
  fit(root, 0, width);
  return root.descendants();
}

function fit(node: Placed, x0: number, x1: number): void {
  node.x0 = x0;
  node.x1 = x1;
  const scale = (x1 - x0) / Math.max(callsNs(node.data.children), node.data.totalNs);
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
