// The web app: a table of the busiest functions, one function with its callers and callees, or the sensors, as the
// address says; asked for anew every few seconds. It shows what /api/v1 answers and computes no number. Service and
// order are in the address too, so a view can be kept and sent.

import type { FunctionStats, SensorSummary } from '@prodlens/protocol';
import { select } from 'd3';
import { FUNCTION_COLUMNS, showCalls } from './functions-view.js';
import { SENSOR_COLUMNS } from './sensors-view.js';
import { showTable, unsorted } from './table.js';

const REFRESH_MS = 3_000;
const ROWS = 200;
const FIRST = `First ${ROWS}. `;
const TOKEN_KEY = 'prodlens.token';
const EMPTY = 'No service has reported yet. Start one with: ';
const COMMAND = 'node --import @prodlens/sensor/register app.js';

class Refused extends Error {}
/** What the person asked for is not there. */
class Missing extends Error {}

const asked = new URLSearchParams(location.search);
let sort =
  FUNCTION_COLUMNS.find((column) => column.sort !== undefined && column.sort === asked.get('sort'))?.sort ?? 'totalNs';
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

const table = select<HTMLTableElement, unknown>('#table table');

window.addEventListener('hashchange', () => void refresh());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
void refresh();

async function refresh(): Promise<void> {
  clearTimeout(timer);
  const current = ++question;
  showAddress();
  try {
    const [{ services }, show] = await Promise.all([
      ask<{ services: Array<{ service: string }> }>('services'),
      askView(/^#\/functions\/(.+)$/.exec(location.hash)?.[1], location.hash === '#/sensors'),
    ]);
    if (current !== question) return;
    showServices(services.map((item) => item.service));
    select('#token').attr('hidden', '');
    const note = show(services.length > 0);
    showState('live', `${note}Updated ${new Date().toLocaleTimeString()}`);
  } catch (error) {
    if (current !== question) return;
    if (error instanceof Refused) showRefusal(error.message);
    else if (error instanceof Missing) showMissing(error.message);
    else showState('offline', 'The collector does not answer. Trying again …');
  }
  if (!document.hidden && select('#token').attr('hidden') !== null) timer = window.setTimeout(refresh, REFRESH_MS);
}

/** What shows the answer to the question that the address asks, and gives the remark that goes with it. */
async function askView(functionId: string | undefined, ofSensors: boolean): Promise<(anyService: boolean) => string> {
  const ofService = service && { service };
  if (ofSensors) {
    const asked = new URLSearchParams({ window: '1h', limit: String(ROWS), ...ofService });
    const { sensors, truncated } = await ask<{ sensors: SensorSummary[]; truncated: boolean }>(`sensors?${asked}`);
    return (anyService) => showSensors(sensors, truncated, anyService);
  }
  if (functionId !== undefined) {
    const { functions, leftOutCalls } = await ask<{ functions: FunctionStats[]; leftOutCalls: number }>(
      `functions/${functionId}?window=1h`,
    );
    return () => showFunction(functions, leftOutCalls);
  }
  const order = new URLSearchParams({ window: '1h', sort, limit: String(ROWS), ...ofService });
  const { functions, truncated } = await ask<{ functions: FunctionStats[]; truncated: boolean }>(`functions?${order}`);
  return (anyService) => showFunctions(functions, truncated, anyService);
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

function showAddress(): void {
  const query = new URLSearchParams({ ...(service && { service }), sort });
  history.replaceState(null, '', `?${query}${location.hash}`);
  select('nav')
    .selectAll<HTMLAnchorElement, unknown>('a')
    .attr('aria-current', function () {
      return this.hash === (location.hash || '#/') ? 'page' : null;
    });
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

function showFunctions(functions: FunctionStats[], truncated: boolean, anyService: boolean): string {
  showView(
    'Busiest functions over the last hour',
    functions.length,
    anyService,
    'No function was called in the last hour.',
  );
  showTable(table, FUNCTION_COLUMNS, functions, (f) => `${f.id} ${f.environment}`, {
    by: sort,
    choose(by) {
      sort = by;
      void refresh();
    },
  });
  return truncated ? FIRST : '';
}

function showFunction(functions: FunctionStats[], leftOutCalls: number): string {
  showView('One function over the last hour', functions.length, true, '');
  showTable(table, unsorted(FUNCTION_COLUMNS), functions, (f) => `${f.id} ${f.environment}`);
  showCalls(select<HTMLElement, unknown>('#calls').attr('hidden', null), functions, leftOutCalls);
  return '';
}

function showSensors(sensors: SensorSummary[], truncated: boolean, anyService: boolean): string {
  showView('Sensors of the last hour', sensors.length, anyService, 'No sensor has reported in the last hour.');
  showTable(table, SENSOR_COLUMNS, sensors, ({ instance }) => instance);
  return truncated ? FIRST : '';
}

/** The table, or the words where it would have no row. */
function showView(title: string, rows: number, anyService: boolean, none: string): void {
  select('#title').text(title);
  select('#calls').attr('hidden', '');
  select('#table')
    .attr('hidden', rows === 0 ? '' : null)
    .attr('aria-label', title);
  const empty = select('#empty').attr('hidden', rows === 0 ? null : '');
  empty.text(anyService ? none : EMPTY);
  if (!anyService) empty.append('code').text(COMMAND);
}

function showMissing(message: string): void {
  for (const id of ['#table', '#calls', '#token']) select(id).attr('hidden', '');
  select('#empty').attr('hidden', null).text(`${message}.`);
  showState('live', '');
}

function showState(state: 'live' | 'offline', text: string): void {
  // Said aloud when the collector is away, not every time the numbers are new.
  select('#status')
    .attr('class', state)
    .attr('role', state === 'offline' ? 'status' : null)
    .text(text);
  select('main').attr('class', state);
}

function showRefusal(message: string): void {
  for (const id of ['#table', '#calls', '#empty']) select(id).attr('hidden', '');
  select('#refusal').text(message);
  const form = select('#token').attr('hidden', null);
  form.select<HTMLInputElement>('input').node()?.focus();
  showState('live', '');
}
