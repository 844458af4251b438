// The web app: one table of the busiest functions, asked for anew every few seconds. It shows what /api/v1/functions
// answers and computes no number. Service and order are in the address, so a view can be kept and sent.

import { type FunctionStats, formatRate } from '@prodlens/protocol';
import { select } from 'd3';
import { durationCell, errorsCell, orAbsent, slowdownCell } from './format.js';

const REFRESH_MS = 3_000;
const ROWS = 200;
const TOKEN_KEY = 'prodlens.token';
const EMPTY = 'No service has reported yet. Start one with: ';
const COMMAND = 'node --import @prodlens/sensor/register app.js';

interface Column {
  title: string;
  /** What the API sorts by; a column without it cannot be sorted by. */
  sort?: string;
  className: string;
  text: (f: FunctionStats) => string;
}

const COLUMNS: Column[] = [
  { title: 'Service', className: 'muted', text: (f) => `${f.service} · ${f.environment}` },
  { title: 'Function', sort: 'name', className: 'name', text: (f) => f.name },
  { title: 'File', className: 'muted', text: (f) => `${f.file}:${f.line}` },
  { title: 'Rate', sort: 'callsPerMinute', className: 'number', text: (f) => orAbsent(f.callsPerMinute, formatRate) },
  { title: 'Errors', sort: 'errors', className: 'number', text: (f) => errorsCell(f.errors, f.errorRate) },
  { title: 'p50', sort: 'p50Ns', className: 'number', text: (f) => durationCell(f.p50Ns) },
  { title: 'p95', sort: 'p95Ns', className: 'number', text: (f) => durationCell(f.p95Ns) },
  { title: 'p99', sort: 'p99Ns', className: 'number', text: (f) => durationCell(f.p99Ns) },
  { title: 'Max', sort: 'maxNs', className: 'number', text: (f) => durationCell(f.maxNs) },
  { title: 'Total', sort: 'totalNs', className: 'number', text: (f) => durationCell(f.totalNs) },
  {
    title: 'Change',
    className: 'bad',
    text: ({ regression: r }) => (r === null ? '' : slowdownCell(r.slowdown, r.version)),
  },
];

class Refused extends Error {}
/** What the person asked for is not there. */
class Missing extends Error {}

const asked = new URLSearchParams(location.search);
let sort = COLUMNS.find((column) => column.sort !== undefined && column.sort === asked.get('sort'))?.sort ?? 'totalNs';
let service = asked.get('service') ?? '';
let timer = 0;
/** Only the answer to the latest question is shown. */
let question = 0;

const serviceSelect = select('#service').on('change', () => {
  service = serviceSelect.property('value');
  void refresh();
});

select<HTMLFormElement, unknown>('#token').on('submit', (event: SubmitEvent) => {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  sessionStorage.setItem(TOKEN_KEY, String(new FormData(form).get('token')).trim());
  form.reset();
  void refresh();
});

const headers = select('thead tr')
  .selectAll('th')
  .data(COLUMNS)
  .join('th')
  .attr('scope', 'col')
  .attr('class', ({ className }) => (className === 'number' ? className : null));
headers.filter((column) => column.sort === undefined).text(({ title }) => title);
headers
  .filter((column) => column.sort !== undefined)
  .append('button')
  .text(({ title }) => title)
  .on('click', (_event, column) => {
    sort = column.sort!;
    void refresh();
  });

window.addEventListener('hashchange', () => void refresh());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
void refresh();

async function refresh(): Promise<void> {
  clearTimeout(timer);
  const current = ++question;
  showOrder();
  try {
    const [{ services }, { functions, truncated }] = await Promise.all([
      ask<{ services: Array<{ service: string }> }>('services'),
      ask<{ functions: FunctionStats[]; truncated?: boolean }>(functionsPath()),
    ]);
    if (current !== question) return;
    showServices(services.map((item) => item.service));
    showFunctions(functions, services.length > 0);
    showState('live', `${truncated ? `First ${ROWS}. ` : ''}Updated ${new Date().toLocaleTimeString()}`);
  } catch (error) {
    if (current !== question) return;
    if (error instanceof Refused) showRefusal(error.message);
    else if (error instanceof Missing) showMissing(error.message);
    else showState('offline', 'The collector does not answer. Trying again …');
  }
  if (!document.hidden && select('#token').attr('hidden') !== null) timer = window.setTimeout(refresh, REFRESH_MS);
}

/** The one function that the address names, "#/functions/ID", or the busiest of them. */
function functionsPath(): string {
  const id = /^#\/functions\/(.+)$/.exec(location.hash)?.[1];
  select('#all').attr('hidden', id === undefined ? '' : null);
  if (id !== undefined) return `functions/${id}?window=1h`;
  return `functions?${new URLSearchParams({ window: '1h', sort, limit: String(ROWS), ...(service && { service }) })}`;
}

async function ask<T>(path: string): Promise<T> {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const response = await fetch(
    `/api/v1/${path}`,
    token === null ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  const body = await response.json();
  if (response.status === 401 || response.status === 403) throw new Refused(body.error.message);
  if (response.status === 404) throw new Missing(body.error.message);
  if (!response.ok) throw new Error(body.error.message);
  return body;
}

function showOrder(): void {
  const direction = sort === 'name' ? 'ascending' : 'descending';
  headers.attr('aria-sort', (column) => (column.sort === sort ? direction : null));
  const query = new URLSearchParams({ ...(service && { service }), sort });
  history.replaceState(null, '', `?${query}${location.hash}`);
}

function showServices(names: string[]): void {
  const choices = ['', ...new Set([...names, ...(service === '' ? [] : [service])])];
  serviceSelect
    .selectAll<HTMLOptionElement, string>('option')
    .data(choices, (name) => name)
    .join('option')
    .attr('value', (name) => name)
    .text((name) => name || 'All services')
    .property('selected', (name) => name === service);
}

function showFunctions(functions: FunctionStats[], anyService: boolean): void {
  select('#token').attr('hidden', '');
  select('#functions').attr('hidden', functions.length === 0 ? '' : null);
  const empty = select('#empty').attr('hidden', functions.length === 0 ? null : '');
  empty.text(anyService ? 'No function was called in the last hour.' : EMPTY);
  if (!anyService) empty.append('code').text(COMMAND);
  select('tbody')
    .selectAll<HTMLTableRowElement, FunctionStats>('tr')
    .data(functions, (f) => `${f.id} ${f.environment}`)
    .join('tr')
    .order()
    .selectAll<HTMLTableCellElement, [Column, FunctionStats]>('td')
    .data((f) => COLUMNS.map((column): [Column, FunctionStats] => [column, f]))
    .join('td')
    .attr('class', ([column, f]) => (column.title === 'Errors' && f.errors > 0 ? 'number bad' : column.className))
    .text(([column, f]) => column.text(f));
}

function showMissing(message: string): void {
  for (const id of ['#functions', '#token']) select(id).attr('hidden', '');
  select('#empty').attr('hidden', null).text(`${message}.`);
  showState('live', '');
}

function showState(state: 'live' | 'offline', text: string): void {
  // Said aloud when the collector is away, not every time the numbers are new.
  select('#status')
    .attr('class', state)
    .attr('role', state === 'offline' ? 'status' : null)
    .text(text);
  select('#functions').attr('class', state);
}

function showRefusal(message: string): void {
  for (const id of ['#functions', '#empty']) select(id).attr('hidden', '');
  select('#refusal').text(message);
  const form = select('#token').attr('hidden', null);
  form.select<HTMLInputElement>('input').node()?.focus();
  showState('live', '');
}
