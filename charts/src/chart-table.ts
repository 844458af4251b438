// The numbers behind a chart: as a table to read, as text to copy, as CSV to save. Cells keep the raw numbers; how a
// person reads one is the column's matter.

import type { Selection } from 'd3-selection';

export type Cell = string | number | null;

export interface TableColumn {
  title: string;
  /** Of the raw numbers: ns, calls/min, ms since the Unix epoch; stands in the header of what is copied and saved. */
  unit?: string;
  /** As a person reads it; missing: as it is. */
  show?: (value: number) => string;
}

export interface ChartTable {
  columns: TableColumn[];
  rows: Cell[][];
}

/** RFC 4180 with ',', or as a spreadsheet takes it from the clipboard with '\t'; the first row names the columns. */
export function delimited({ columns, rows }: ChartTable, delimiter: ',' | '\t'): string {
  const header = columns.map(({ title, unit }) => (unit === undefined ? title : `${title} (${unit})`));
  const cell = (value: Cell) => {
    const text = value === null ? '' : String(value);
    // A text that a spreadsheet would take for a formula is made one of letters.
    const safe = typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
    return /["\n\r]/.test(safe) || safe.includes(delimiter) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${[header, ...rows].map((row) => row.map(cell).join(delimiter)).join('\r\n')}\r\n`;
}

/** Replaces what is in `box`. The caption is read out before the table. */
export function showTable(
  box: Selection<HTMLDivElement, unknown, null, undefined>,
  { columns, rows }: ChartTable,
  caption: string,
): void {
  box.selectAll('*').remove();
  const table = box.append('table');
  table.append('caption').text(caption);
  const isNumber = columns.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  table
    .append('thead')
    .append('tr')
    .selectAll('th')
    .data(columns)
    .join('th')
    .attr('scope', 'col')
    .attr('class', (_, i) => (isNumber[i] ? 'number' : null))
    .text(({ title }) => title);
  table
    .append('tbody')
    .selectAll('tr')
    .data(rows)
    .join('tr')
    .selectAll('td')
    .data((row) => row)
    .join('td')
    .attr('class', (_, i) => (isNumber[i] ? 'number' : null))
    .text((value, i) => {
      if (value === null) return '–';
      return typeof value === 'number' ? (columns[i]?.show?.(value) ?? String(value)) : value;
    });
}
