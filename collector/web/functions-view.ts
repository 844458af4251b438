// The columns of functions, and what stands under one function: who called it and whom it called.

import { type FunctionCall, type FunctionStats, formatCount, formatPercent, formatRate } from '@prodlens/protocol';
import { type Selection, select } from 'd3';
import { durationCell, errorsCell, orAbsent, slowdownCell } from './format.js';
import { type Column, showTable } from './table.js';

export const FUNCTION_COLUMNS: Column<FunctionStats>[] = [
  { title: 'Service', className: 'muted', text: (f) => `${f.service} · ${f.environment}` },
  { title: 'Function', sort: 'name', className: 'name', text: (f) => f.name, href: (f) => functionLink(f.id) },
  { title: 'File', className: 'muted', text: (f) => `${f.file}:${f.line}` },
  { title: 'Rate', sort: 'callsPerMinute', className: 'number', text: (f) => orAbsent(f.callsPerMinute, formatRate) },
  {
    title: 'Errors',
    sort: 'errors',
    className: 'number',
    classOf: (f) => (f.errors > 0 ? 'number bad' : null),
    text: (f) => errorsCell(f.errors, f.errorRate),
  },
  { title: 'p50', sort: 'p50Ns', className: 'number', text: (f) => durationCell(f.p50Ns) },
  { title: 'p95', sort: 'p95Ns', className: 'number', text: (f) => durationCell(f.p95Ns) },
  { title: 'p99', sort: 'p99Ns', className: 'number', text: (f) => durationCell(f.p99Ns) },
  { title: 'Max', sort: 'maxNs', className: 'number', text: (f) => durationCell(f.maxNs) },
  { title: 'Total', sort: 'totalNs', className: 'number', text: (f) => durationCell(f.totalNs) },
  { title: 'Self', sort: 'selfNs', className: 'number', text: (f) => durationCell(f.selfNs) },
  { title: 'CPU', sort: 'cpuNs', className: 'number', text: (f) => durationCell(f.cpuNs) },
  {
    title: 'Change',
    className: 'bad',
    text: ({ regression: r }) => (r === null ? '' : slowdownCell(r.slowdown, r.version)),
  },
];

const CALL_COLUMNS: Column<FunctionCall>[] = [
  { title: 'Function', className: 'name', text: (c) => c.name, href: (c) => functionLink(c.id) },
  { title: 'File', className: 'muted', text: (c) => `${c.file}:${c.line}` },
  { title: 'Calls', className: 'number', text: (c) => formatCount(c.calls) },
  { title: 'Rate', className: 'number', text: (c) => orAbsent(c.callsPerMinute, formatRate) },
  { title: 'Total', className: 'number', text: (c) => durationCell(c.totalNs) },
  { title: 'Share', className: 'number', text: (c) => orAbsent(c.share, formatPercent) },
];

interface CallList {
  key: string;
  title: string;
  calls: FunctionCall[];
  empty: string;
}

/** Under each function: where its time goes, its callers and its callees. `leftOutCalls` as in the API's answer. */
export function showCalls(
  section: Selection<HTMLElement, unknown, HTMLElement, unknown>,
  of: FunctionStats[],
  leftOutCalls: number,
): void {
  section.select('#self').text(of.map((f) => selfSentence(f, of.length > 1)).join(' '));
  section
    .select('#left-out')
    .text(leftOutCalls > 0 ? `${formatCount(leftOutCalls)} calls found no room in the store and are not listed.` : '');
  section
    .select('#lists')
    .selectAll<HTMLElement, CallList>('section')
    .data(
      of.flatMap((f) => callLists(f, of.length > 1)),
      ({ key }) => key,
    )
    .join((enter) => {
      const list = enter.append('section');
      list.append('h2');
      list.append('p');
      const table = list.append('table');
      table.append('thead').append('tr');
      table.append('tbody');
      return list;
    })
    .attr('aria-label', ({ title }) => title)
    .each(function ({ title, calls, empty }) {
      const list = select(this);
      list.select('h2').text(title);
      list
        .select('p')
        .attr('hidden', calls.length === 0 ? null : '')
        .text(empty);
      const table = list.select<HTMLTableElement>('table').attr('hidden', calls.length === 0 ? '' : null);
      showTable(table, CALL_COLUMNS, calls, ({ id }) => id);
    });
}

function callLists(f: FunctionStats, severalPlaces: boolean): CallList[] {
  const place = severalPlaces ? ` in ${f.service} · ${f.environment}` : '';
  return [
    {
      key: `callers ${f.service} ${f.environment}`,
      title: `Callers${place}`,
      calls: f.callers ?? [],
      empty: 'No timed function called it in the last hour.',
    },
    {
      key: `callees ${f.service} ${f.environment}`,
      title: `Callees${place}`,
      calls: f.callees ?? [],
      empty: 'It called no other measured function in the last hour.',
    },
  ];
}

function selfSentence(f: FunctionStats, severalPlaces: boolean): string {
  const place = severalPlaces ? `In ${f.service} · ${f.environment}: ` : '';
  if (f.selfNs === null || !f.totalNs) return `${place}No self time was measured.`;
  const [self, total] = [durationCell(f.selfNs), durationCell(f.totalNs)];
  return `${place}Self time ${self} of ${total}, ${formatPercent(f.selfNs / f.totalNs)}: what was not spent in other timed functions.`;
}

function functionLink(id: string): string {
  return `#/functions/${encodeURIComponent(id)}`;
}
