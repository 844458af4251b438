// What all charts have in common. A chart is a function (element, data, options) -> handle. It lives in a shadow root
// below the element, so that its styles touch nothing else and nothing touches them; colours come from custom
// properties (chart-style.ts) that the page or the editor sets. Behind each picture stands a table with the same
// numbers, to be shown, copied, or saved as CSV, and each mark is reached by the arrow keys and read out. A chart asks
// nobody for anything: no fetch, no clock, no framework.

import { type Selection, select } from 'd3-selection';
import { styleSheet } from './chart-style.js';
import { type ChartTable, delimited, showTable } from './chart-table.js';
import { type Mark, nextMark } from './marks.js';
import { copyText, saveText } from './save-text.js';

export interface ChartHandle<Data> {
  /** Draws anew. Focus, the chosen mark and whether the table is shown stay. */
  update(data: Data): void;
  /** Takes the chart out of the element. */
  destroy(): void;
}

export interface ChartOptions {
  /** Stands above the chart, names it to a screen reader, and names the CSV file. */
  title: string;
  /** Of the plot, in CSS pixels. */
  height?: number;
  /** Enter, or a click, on a mark that stands for something. */
  open?: (id: string) => void;
  /** Default: the browser's clipboard. */
  copy?: (text: string) => Promise<void>;
  /** Default: a download. */
  save?: (fileName: string, text: string) => void;
}

export type Plot = Selection<SVGGElement, unknown, null, undefined>;

export interface Size {
  width: number;
  height: number;
}

/** What one kind of chart adds. */
export interface ChartKind<Data, Options extends ChartOptions> {
  height(data: Data, options: Options): number;
  /** Draws into an empty plot, and names what can be pointed at. */
  draw(plot: Plot, data: Data, options: Options, size: Size): Mark[];
  table(data: Data, options: Options): ChartTable;
  /** Why there is nothing to draw; null where there is. */
  nothing(data: Data): string | null;
}

export type Chart<Data, Options extends ChartOptions = ChartOptions> = (
  element: HTMLElement,
  data: Data,
  options: Options,
) => ChartHandle<Data>;

const SMALLEST_WIDTH = 120;

export function chart<Data, Options extends ChartOptions = ChartOptions>(
  kind: ChartKind<Data, Options>,
): Chart<Data, Options> {
  return (element, first, options) => {
    let data = first;
    let marks: Mark[] = [];
    /** Index of the mark that is pointed at; -1: none. */
    let chosen = -1;

    const host = element.appendChild(element.ownerDocument.createElement('div'));
    const root = host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styleSheet()];
    // By hand: d3 makes elements in the namespace of their parent, and a shadow root has none.
    const figure = select(root.appendChild(element.ownerDocument.createElement('figure')));
    const caption = figure.append('figcaption');
    caption.append('span').attr('class', 'title').text(options.title);
    const tools = caption.append('span').attr('class', 'tools');
    const body = figure.append('div').attr('class', 'body');
    const plotBox = body
      .append('div')
      .attr('class', 'plot')
      .attr('tabindex', 0)
      .attr('role', 'application')
      .attr('aria-roledescription', 'chart')
      .attr('aria-label', `${options.title}. Arrow keys go from mark to mark.`);
    const svg = plotBox.append('svg').attr('aria-hidden', 'true');
    const tip = plotBox.append('div').attr('class', 'tip').attr('role', 'status');
    const nothing = body.append('p').attr('class', 'nothing');
    const tableBox = body
      .append('div')
      .attr('class', 'table')
      .attr('tabindex', 0)
      .attr('role', 'region')
      .attr('aria-label', `${options.title}, as a table`)
      .attr('hidden', '');
    let ring: Selection<SVGRectElement, unknown, null, undefined> | null = null;

    const tableButton = tool('Table', toggleTable).attr('aria-pressed', 'false');
    const copyButton = tool('Copy', () => void copyTable());
    tool('CSV', () => (options.save ?? saveText)(fileName(options.title), delimited(kind.table(data, options), ',')));

    function tool(name: string, act: () => void) {
      return tools
        .append('button')
        .attr('type', 'button')
        .attr('aria-label', `${name}: ${options.title}`)
        .text(name)
        .on('click', act);
    }

    function toggleTable(): void {
      const isShown = tableBox.attr('hidden') === null;
      tableButton.attr('aria-pressed', String(!isShown));
      draw();
    }

    async function copyTable(): Promise<void> {
      try {
        await (options.copy ?? copyText)(delimited(kind.table(data, options), '\t'));
        copyButton.text('Copied');
      } catch {
        copyButton.text('Not copied');
      }
    }

    function draw(): void {
      const why = kind.nothing(data);
      const asTable = tableButton.attr('aria-pressed') === 'true';
      nothing.attr('hidden', why === null ? '' : null).text(why ?? '');
      plotBox.attr('hidden', why !== null || asTable ? '' : null);
      tableBox.attr('hidden', why === null && asTable ? null : '');
      tools.attr('hidden', why === null ? null : '');
      svg.selectAll('*').remove();
      marks = [];
      if (why !== null) return;
      if (asTable) showTable(tableBox, kind.table(data, options), options.title);
      else drawPlot();
    }

    function drawPlot(): void {
      const width = Math.max(SMALLEST_WIDTH, plotBox.node()!.clientWidth);
      const height = options.height ?? kind.height(data, options);
      svg.attr('width', width).attr('height', height).attr('viewBox', `0 0 ${width} ${height}`);
      marks = kind.draw(svg.append('g'), data, options, { width, height });
      ring = svg.append('rect').attr('class', 'ring').attr('rx', 3);
      choose(chosen < marks.length ? chosen : -1);
    }

    function choose(index: number): void {
      chosen = index;
      const mark = marks[index];
      ring?.attr('hidden', mark === undefined ? '' : null);
      tip.attr('hidden', mark === undefined ? '' : null);
      if (mark === undefined) return;
      ring!.attr('x', mark.x - 1).attr('y', mark.y - 1);
      ring!.attr('width', Math.max(2, mark.width + 2)).attr('height', Math.max(2, mark.height + 2));
      const lines = mark.text.split('\n');
      tip.selectAll('span').data(lines).join('span').text(String);
      svg.style('cursor', mark.id !== undefined && options.open ? 'pointer' : 'default');
      const { clientWidth } = plotBox.node()!;
      const { offsetWidth, offsetHeight } = tip.node()!;
      const left = Math.max(0, Math.min(clientWidth - offsetWidth, mark.x + mark.width / 2 - offsetWidth / 2));
      const above = mark.y - offsetHeight - 8;
      tip.style('transform', `translate(${left}px, ${above > -24 ? above : mark.y + mark.height + 8}px)`);
    }

    function markAt(event: PointerEvent | MouseEvent): number {
      const { left, top } = svg.node()!.getBoundingClientRect();
      const [x, y] = [event.clientX - left, event.clientY - top];
      const isIn = (at: number, from: number, length: number) => at >= from && at <= from + length;
      const hit = marks.findLastIndex((m) => isIn(x, m.x, m.width) && isIn(y, m.y, m.height));
      if (hit >= 0) return hit;
      return marks.findIndex((m) => m.reach === 'column' && isIn(x, m.x, m.width));
    }

    function openChosen(): void {
      const id = marks[chosen]?.id;
      if (id !== undefined) options.open?.(id);
    }

    plotBox
      .on('pointermove', (event: PointerEvent) => choose(markAt(event)))
      .on('pointerleave', () => choose(-1))
      .on('blur', () => choose(-1))
      .on('click', (event: MouseEvent) => {
        choose(markAt(event));
        openChosen();
      })
      .on('keydown', (event: KeyboardEvent) => {
        if (event.key === 'Enter') openChosen();
        else if (event.key === 'Escape') choose(-1);
        else {
          const next = nextMark(marks, chosen, event.key);
          if (next === null) return;
          event.preventDefault();
          choose(next);
        }
      });
    const watch = new ResizeObserver(() => draw());
    watch.observe(body.node()!);
    draw();

    return {
      update(next) {
        data = next;
        copyButton.text('Copy');
        draw();
      },
      destroy() {
        watch.disconnect();
        host.remove();
      },
    };
  };
}

function fileName(title: string): string {
  return `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.csv`;
}
