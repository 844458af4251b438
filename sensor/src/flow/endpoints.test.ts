import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FLOW_NEWS, type PutSample } from '../measure/sample-ring.js';
import { beginFlow, endFlow, FLOWS, flowFacts } from './current-flow.js';
import { countFlows, ENDPOINTS, type Endpoint } from './endpoints.js';
import type { Flow } from './flow.js';

// Flows are one for a process, and so is their counting.
let isFull = false;
const records: { news: number; endpoint: number; slot: number }[] = [];
const told: Endpoint[] = [];
const put: PutSample = (_id, _durationNs, news, endpoint, _calleesNs, slot) => {
  if (!isFull) records.push({ news, endpoint, slot });
  return !isFull;
};
const endpoints = countFlows(put, (endpoint) => told.push(endpoint));
const run = (route: string | null, kind: Flow['kind'] = 'http') => {
  const flow = beginFlow(kind, 'GET', route, null)!;
  endFlow(flow);
  endFlow(flow);
};
beforeEach(() => {
  records.length = 0;
});

test('each endpoint is told once, each flow ends once', () => {
  run('/a');
  run('/a');
  run(null);
  run('/a', 'job');
  assert.deepEqual(
    told.map(({ id, kind, route }) => [id, kind, route]),
    [
      [1, 'http', '/a'],
      [2, 'http', '(no route)'],
      [3, 'job', '/a'],
    ],
  );
  assert.deepEqual(
    records.map(({ news, endpoint }) => [news, endpoint]),
    [1, 1, 2, 3].map((id) => [FLOW_NEWS.endedWell, id]),
  );
});

test('a failure, and a route that is known before the end', () => {
  const flow = beginFlow('http', 'GET', '/a', null)!;
  endpoints.routeKnown(flow);
  flow.failed = true;
  const { slot } = flow;
  endFlow(flow);
  endpoints.routeKnown(flow);
  assert.deepEqual(records, [
    { news: FLOW_NEWS.endpointKnown, endpoint: 1, slot },
    { news: FLOW_NEWS.failed, endpoint: 1, slot },
  ]);
});

test('where there is no room, ends are told later and in order, no flow gets a slot before, and the next one does', () => {
  isFull = true;
  for (let i = 0; i < FLOWS; i++) run('/a');
  assert.equal(beginFlow('http', 'GET', '/a', null), undefined);
  assert.equal(flowFacts().droppedFlows, 1);
  isFull = false;
  assert.equal(records.length, 0);
  run('/after');
  const slots = records.map(({ slot }) => slot);
  assert.deepEqual([slots.length, new Set(slots.slice(0, -1)).size], [FLOWS + 1, FLOWS]);
  assert.deepEqual(
    [records.at(-2)!.endpoint, told.find(({ id }) => id === records.at(-1)!.endpoint)!.route],
    [1, '/after'],
  );
});

test('endpoints have a bound: the rest of a kind counts as one', () => {
  for (let i = 0; i < ENDPOINTS + 50; i++) run(`/${i}`);
  assert.equal(told.length, ENDPOINTS + 1);
  assert.deepEqual({ ...told.at(-1), id: 0 }, { id: 0, kind: 'http', method: '', route: '(other)' });
  assert.equal(records.at(-1)!.endpoint, told.at(-1)!.id);
});
