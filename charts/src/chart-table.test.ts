import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChartTable, delimited } from './chart-table.js';

const TABLE: ChartTable = {
  columns: [{ title: 'Name' }, { title: 'Took', unit: 'ns' }],
  rows: [
    ['a, "b"', 12.5],
    ['two\nlines', null],
  ],
};

test('CSV names units, quotes what needs it and leaves nothing where there is no number', () => {
  assert.equal(delimited(TABLE, ','), 'Name,Took (ns)\r\n"a, ""b""",12.5\r\n"two\nlines",\r\n');
});

test('a text that a spreadsheet would run stays a text; a negative number stays a number', () => {
  const { columns } = TABLE;
  const rows = [['=HYPERLINK("x")', -1]];
  assert.equal(delimited({ columns, rows }, '\t'), 'Name\tTook (ns)\r\n"\'=HYPERLINK(""x"")"\t-1\r\n');
});
