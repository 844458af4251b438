// The questions behind the charts, over a real collector: their numbers are those of the other questions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketsCount, type CallTreeNode, type FunctionStats, type LatencyOverTime } from '@prodlens/protocol';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { get, testCollector } from '../../testing/test-collector.js';

const MS = 1_000_000;

async function withCalls(t: Parameters<typeof testCollector>[0]) {
  const { url } = await testCollector(t);
  const functions = ['handle', 'load', 'parse', 'lib'].map((name, i) =>
    fakeFunction(i + 1, {
      name,
      file: name === 'lib' ? 'node_modules/x/a.js' : 'src/a.ts',
      package: name === 'lib' ? 'x' : null,
    }),
  );
  for (const [version, ms] of [
    ['1.0.0', 10],
    ['2.0.0', 30],
  ] as const) {
    const sensor = await startSensor(url, { version, instance: version }, functions);
    sensor.say({ type: 'endpoints', endpoints: [{ id: 1, kind: 'http', method: 'GET', route: '/a' }] });
    const endpoint = { calls: 10, errors: 1, sumNs: 10 * ms * MS, maxNs: ms * MS, databaseNs: 2 * MS, outboundNs: 0 };
    const inEndpoint = (id: number, sum: number) => ({
      endpoint: 1,
      function: id,
      calls: 10,
      sumNs: sum,
      selfNs: sum,
      busyNs: sum,
    });
    const { buckets } = fakeRow(1, Array(10).fill(ms * MS));
    await report(
      sensor,
      fakeWindow(
        1,
        [
          fakeRow(1, Array(10).fill(ms * MS), 1),
          fakeRow(2, Array(10).fill((ms / 2) * MS)),
          fakeRow(3, Array(20).fill(MS)),
          fakeRow(4, Array(5).fill(MS)),
        ],
        {
          durationMs: 60_000,
          edges: [
            { caller: 1, callee: 2, calls: 10, sumNs: 10 * (ms / 2) * MS },
            { caller: 2, callee: 3, calls: 20, sumNs: 20 * MS },
            { caller: 3, callee: 1, calls: 1, sumNs: MS },
          ],
          endpoints: [{ id: 1, ...endpoint, buckets }],
          endpointFunctions: [inEndpoint(1, 10 * ms * MS), inEndpoint(2, 5 * ms * MS)],
        },
      ),
    );
  }
  const { functions: all } = (await get(`${url}/api/v1/functions`)).body as { functions: FunctionStats[] };
  const byName = (name: string) => all.find((f) => f.name === name)!;
  return { url, all, byName };
}

test('latency over time adds up to the numbers of the function, by part and by version', async (t) => {
  const { url, byName } = await withCalls(t);
  const handle = byName('handle');
  const { latency } = (await get(`${url}/api/v1/functions/${handle.id}/latency`)).body as {
    latency: LatencyOverTime[];
  };
  const [production] = latency;
  assert.equal(latency.length, 1);
  const sum = (of: (part: LatencyOverTime['parts'][number]) => number) =>
    production!.parts.reduce((n, p) => n + of(p), 0);
  assert.deepEqual([sum((p) => p.calls), sum((p) => p.errors), sum((p) => bucketsCount(p.buckets))], [20, 2, 20]);
  assert.equal(production!.partSeconds, 60);
  const { versions } = (await get(`${url}/api/v1/functions/${handle.id}`)).body.functions[0];
  assert.deepEqual(
    production!.versions.map(({ version, revision, calls, errors, p50Ns, p95Ns }) => ({
      ...{ version, revision, calls, errors, p50Ns, p95Ns },
    })),
    versions,
  );
  assert.deepEqual(
    production!.versions.map(({ version }) => version),
    ['2.0.0', '1.0.0'],
  );

  const { endpoints } = (await get(`${url}/api/v1/endpoints`)).body;
  const of = (await get(`${url}/api/v1/endpoints/${endpoints[0].id}/latency`)).body.latency as LatencyOverTime[];
  assert.equal(
    of[0]!.versions.reduce((n, v) => n + v.calls, 0),
    endpoints[0].calls,
  );
  assert.equal((await get(`${url}/api/v1/functions/none/latency`)).body.error.code, 'PRODLENS_ERR_FUNCTION_UNKNOWN');
  assert.equal((await get(`${url}/api/v1/endpoints/none/latency`)).body.error.code, 'PRODLENS_ERR_ENDPOINT_UNKNOWN');
});

test('a tree goes down the calls, ends where a function would stand below itself, and is null without time', async (t) => {
  const { url, byName } = await withCalls(t);
  const handle = byName('handle');
  const { tree } = (await get(`${url}/api/v1/functions/${handle.id}/tree`)).body as { tree: CallTreeNode };
  const shape = (node: CallTreeNode): unknown => [node.name, node.totalNs / MS, node.children.map(shape)];
  assert.deepEqual(shape(tree), ['handle', 400, [['load', 200, [['parse', 40, []]]]]]);
  assert.equal(tree.totalNs, handle.totalNs);

  const { endpoints } = (await get(`${url}/api/v1/endpoints`)).body;
  const of = (await get(`${url}/api/v1/endpoints/${endpoints[0].id}/tree`)).body.tree as CallTreeNode;
  assert.deepEqual(
    [of.name, of.totalNs, of.children.map(({ name }) => name)],
    ['GET /a', endpoints[0].totalNs, ['handle']],
  );
  assert.equal((await get(`${url}/api/v1/functions/${handle.id}/tree?environment=staging`)).body.tree, null);
  assert.equal((await get(`${url}/api/v1/functions/none/tree`)).body.tree, null);
});

test('pages hold the list as it is, in each order; a text and own code narrow it', async (t) => {
  const { url, all } = await withCalls(t);
  const page = async (query: string) => (await get(`${url}/api/v1/function-pages?${query}`)).body;
  const names = ({ functions }: { functions: FunctionStats[] }) => functions.map(({ name }) => name);
  for (const sort of ['totalNs', 'p95Ns', 'name', 'errors']) {
    const whole = (await get(`${url}/api/v1/functions?sort=${sort}`)).body;
    const first = await page(`sort=${sort}&limit=3`);
    const second = await page(`sort=${sort}&limit=3&offset=3`);
    assert.deepEqual([...names(first), ...names(second)].sort(), names(whole).sort());
    assert.equal(
      first.functions[0].name,
      whole.functions.sort((a: FunctionStats, b: FunctionStats) => order(sort, a, b))[0].name,
    );
    assert.equal(first.count, 4);
  }
  assert.deepEqual(
    (await page('sort=totalNs')).functions.find((f: FunctionStats) => f.name === 'load'),
    all.find((f) => f.name === 'load'),
  );
  assert.deepEqual(names(await page('text=PAR')), ['parse']);
  assert.deepEqual(names(await page('own=true&sort=name')), ['handle', 'load', 'parse']);
  assert.deepEqual(names(await page('own=true&text=lib')), []);
  assert.equal((await page('environment=staging')).count, 0);
});

test('a day of a service is the sum of its endpoints; there is no yesterday before it began', async (t) => {
  const { url } = await withCalls(t);
  const { services } = (await get(`${url}/api/v1/service-days`)).body;
  const [{ service, environment, version, today, yesterday, calls }] = services;
  assert.deepEqual([service, environment, version, yesterday], ['orders', 'production', '2.0.0', null]);
  assert.deepEqual([today.calls, today.errors, today.errorRate], [20, 2, 0.1]);
  assert.deepEqual([calls.length, calls.reduce((a: number, b: number) => a + b)], [24, 20]);
});

test('the report of the day names what takes most time and fails most', async (t) => {
  const { url } = await withCalls(t);
  const { failing, slowest, open } = (await get(`${url}/api/v1/heads-up`)).body;
  assert.deepEqual(
    failing.map((f: FunctionStats) => f.name),
    ['handle'],
  );
  assert.ok(Array.isArray(slowest) && Array.isArray(open));
});

function order(sort: string, a: FunctionStats, b: FunctionStats): number {
  return sort === 'name' ? (a.name < b.name ? -1 : 1) : (b[sort as 'calls'] ?? -1) - (a[sort as 'calls'] ?? -1);
}
