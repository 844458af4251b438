// A table from columns and rows: the page's one way to show many numbers.

import { type Selection, select } from 'd3';

export interface Column<Row> {
  title: string;
  /** What the API sorts by; a column without it cannot be sorted by. */
  sort?: string;
  className: string;
  /** For a cell that is to stand out by another class. */
  classOf?: (row: Row) => string | null;
  text: (row: Row) => string;
  /** Of the cell's link; null for none. */
  href?: (row: Row) => string | null;
  /** What more there is to know, shown on hovering. */
  hint?: (row: Row) => string;
}

export interface Sorting {
  by: string;
  choose: (sort: string) => void;
}

/** The columns of a table that comes in one order. */
export function unsorted<Row>(columns: Column<Row>[]): Column<Row>[] {
  return columns.map(({ sort: _, ...column }) => column);
}

/** Puts the rows into the table: existing cells are changed, so that nothing flickers and nothing loses the focus. */
export function showTable<Row>(
  // biome-ignore lint/suspicious/noExplicitAny: whatever the table hangs in
  table: Selection<HTMLTableElement, any, any, any>,
  columns: Column<Row>[],
  rows: Row[],
  keyOf: (row: Row) => string,
  sorting?: Sorting,
): void {
  const headers = table
    .select('thead tr')
    .selectAll<HTMLTableCellElement, Column<Row>>('th')
    .data(columns, ({ title, sort }) => `${title} ${sort}`)
    .join((enter) => {
      const header = enter.append('th').attr('scope', 'col');
      header.filter(({ sort }) => sort === undefined).text(({ title }) => title);
      header
        .filter(({ sort }) => sort !== undefined)
        .append('button')
        .text(({ title }) => title);
      return header;
    })
    .order()
    .attr('class', ({ className }) => (className === 'number' ? className : null));
  headers
    .attr('aria-sort', ({ sort }) => {
      if (sorting === undefined || sort !== sorting.by) return null;
      return sort === 'name' ? 'ascending' : 'descending';
    })
    .select('button')
    .on('click', (_event, { sort }) => sorting?.choose(sort!));

  const cells = table
    .select('tbody')
    .selectAll<HTMLTableRowElement, Row>('tr')
    .data(rows, keyOf)
    .join('tr')
    .order()
    .selectAll<HTMLTableCellElement, [Column<Row>, Row]>('td')
    .data((row) => columns.map((column): [Column<Row>, Row] => [column, row]))
    .join('td')
    .attr('class', ([column, row]) => column.classOf?.(row) ?? column.className)
    .attr('title', ([column, row]) => column.hint?.(row) || null);
  cells.each(function ([column, row]) {
    const cell = select(this);
    const href = column.href?.(row) ?? null;
    if (href === null) cell.text(column.text(row));
    else cell.selectAll('a').data([null]).join('a').attr('href', href).text(column.text(row));
  });
}
