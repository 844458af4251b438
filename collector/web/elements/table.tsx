// A table from columns and rows: the app's one way to list things with numbers. It can be copied and saved as CSV as
// charts can, where it has a name for that.

import { type Cell, copyText, delimited, saveText } from '@prodlens/charts';
import type { ComponentChildren } from 'preact';

interface Copied<Row> {
  title: string;
  unit?: string;
  raw: (row: Row) => Cell;
}

export interface Column<Row> {
  title: string;
  /** What stands in the cell. */
  cell: (row: Row) => ComponentChildren;
  /** The raw value, for what is copied; missing: the column is left out there. */
  raw?: (row: Row) => Cell;
  unit?: string;
  /** What is copied in place of `raw`, where the cell says more than one thing. */
  copied?: Copied<Row>[];
  number?: boolean;
  class?: string;
  /** The title is only read out: what stands below says it all. */
  unnamed?: boolean;
  /** What the list is sorted by when it is chosen. */
  sort?: string;
}

export interface Sorting {
  by: string;
  choose: (sort: string) => void;
}

interface Props<Row> {
  name: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  sorting?: Sorting;
  /** Said where there are no rows. */
  empty?: string;
}

/** All `rows` are in the page. `empty`: what stands where there are none. */
export function Table<Row>({ name, columns, rows, keyOf, sorting, empty = 'Nothing here.' }: Props<Row>) {
  if (rows.length === 0) return <p class="none">{empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table" tabIndex={0} aria-label={`${name}, table`}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <ColumnHead key={column.title} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.title} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A button where the table can stand in the order of the column. */
export function ColumnHead<Row>({ column, sorting }: { column: Column<Row>; sorting: Sorting | undefined }) {
  const { title, sort, unnamed } = column;
  const isChosen = sort !== undefined && sort === sorting?.by;
  return (
    <th
      scope="col"
      class={classOf(column)}
      aria-sort={isChosen ? (sort === 'name' ? 'ascending' : 'descending') : undefined}
    >
      {unnamed ? (
        <span class="visually-hidden">{title}</span>
      ) : sort === undefined || sorting === undefined ? (
        title
      ) : (
        <button type="button" onClick={() => sorting.choose(sort)}>
          {title}
        </button>
      )}
    </th>
  );
}

interface ToolsProps<Row> extends Pick<Props<Row>, 'name' | 'columns'> {
  rows: Row[] | (() => Row[]);
}

/** Copies and saves what a table shows. */
export function TableTools<Row>({ name, columns, rows }: ToolsProps<Row>) {
  const written = (delimiter: ',' | '\t') => {
    const kept = columns.flatMap(({ copied, raw, title, unit }): Copied<Row>[] => {
      if (copied !== undefined) return copied;
      return raw === undefined ? [] : [{ title, ...(unit !== undefined && { unit }), raw }];
    });
    return delimited(
      {
        columns: kept.map(({ title, unit }) => ({ title, ...(unit !== undefined && { unit }) })),
        rows: (typeof rows === 'function' ? rows() : rows).map((row) => kept.map(({ raw }) => raw(row))),
      },
      delimiter,
    );
  };
  return (
    <span class="tools">
      <button type="button" class="quiet" onClick={() => copyText(written('\t'))} aria-label={`Copy: ${name}`}>
        Copy
      </button>
      <button
        type="button"
        class="quiet"
        onClick={() => saveText(`${name.toLowerCase().replaceAll(' ', '-')}.csv`, written(','))}
        aria-label={`CSV: ${name}`}
      >
        CSV
      </button>
    </span>
  );
}

function classOf<Row>({ number, class: name }: Column<Row>): string | undefined {
  return [number ? 'number' : '', name ?? ''].join(' ').trim() || undefined;
}
