import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionCall } from '@prodlens/protocol';
import { fakeFunction } from '../../testing/fake-sensor.js';
import { queryFixture as fixture, MS } from '../../testing/query-fixture.js';

const FUNCTIONS = [1, 2, 3, 4, 5, 6].map((id) => fakeFunction(id, { file: `src/${id === 6 ? 'other' : 'cart'}.ts` }));
const shown = (calls: FunctionCall[] | undefined) =>
  calls?.map(({ name, line, calls: n, callsPerMinute, totalNs, share }) =>
    [name, line, n, callsPerMinute, totalNs === null ? null : totalNs / MS, share].join(' '),
  );

test('callers and callees over instances and versions, those with most time first, with their share', async (t) => {
  const { query, instance } = fixture(t);
  const old = await instance({ version: '1.0.0', instance: 'a' }, FUNCTIONS);
  const current = await instance({ version: '2.0.0', instance: 'b' }, FUNCTIONS);
  const staging = await instance({ environment: 'staging', instance: 'c' }, FUNCTIONS);
  const durations = [[10 * MS, 10 * MS]];
  await old.report(durations, { lengthMs: 60_000, edges: [[1, 0, 2, 20 * MS]] });
  await current.report(durations, {
    lengthMs: 60_000,
    edges: [
      [1, 0, 1, 5 * MS],
      [5, 0, 1, 15 * MS],
      [0, 2, 4, 10 * MS],
      [0, 3, 7, 0],
      [0, 0, 1, 2 * MS],
      [3, 4, 100, 100 * MS],
    ],
  });
  await staging.report(durations, { edges: [[2, 0, 9, 9 * MS]] });

  const [listed] = (await query.functions({ environment: 'production', windowSeconds: 60 })).functions;
  assert.deepEqual([listed?.name, 'callers' in listed!], ['f1', false]);
  const { functions, leftOutCalls } = await query.functions({ id: listed!.id, windowSeconds: 60 });
  assert.equal(leftOutCalls, 0);
  const [production, elsewhere] = functions.sort((a, b) => (a.environment < b.environment ? -1 : 1));
  assert.equal(production?.totalNs, 40 * MS);
  assert.deepEqual(shown(production.callers), ['f2 20 3 3 25 0.625', 'f6 60 1 1 15 0.375', 'f1 10 1 1 2 0.05']);
  assert.deepEqual(shown(production.callees), ['f3 30 4 4 10 0.25', 'f1 10 1 1 2 0.05', 'f4 40 7 7  ']);
  assert.deepEqual(shown(elsewhere?.callers), ['f3 30 9 54 9 0.45']);
  assert.deepEqual(elsewhere?.callees, []);

  const past = await query.functions({ id: listed!.id, version: '1.0.0', windowSeconds: 60 });
  assert.deepEqual(shown(past.functions[0]?.callers), ['f2 20 2 2 20 1']);
});

test('a file comes with the three that took most time of each function', async (t) => {
  const { query, instance } = fixture(t);
  const { report } = await instance({}, FUNCTIONS);
  await report([[100 * MS]], { edges: [1, 2, 3, 4].map((callee) => [0, callee, 1, callee * MS]) });
  const { functions } = await query.functions({ files: ['src/cart.ts'], windowSeconds: 60 }, { sort: 'name' });
  assert.deepEqual(
    functions.map(({ name, callers, callees }) => [name, callers?.length, callees?.map((c) => c.name).join(' ')]),
    [
      ['f1', 0, 'f5 f4 f3'],
      ['f2', 1, ''],
      ['f3', 1, ''],
      ['f4', 1, ''],
      ['f5', 1, ''],
    ],
  );
});

test('self time and processor time add up and sort; where none was measured there is none', async (t) => {
  const { query, instance } = fixture(t);
  const slow = await instance({ service: 'slow' }, [fakeFunction(1)]);
  const busy = await instance({ service: 'busy' }, [fakeFunction(1)]);
  const old = await instance({ service: 'old' }, [fakeFunction(1)]);
  for (const agoMs of [60_000, 0]) {
    await slow.report([[9 * MS]], { agoMs, selfNs: 8 * MS });
    await busy.report([[5 * MS]], { agoMs, selfNs: 3 * MS, cpuNs: 2 * MS });
  }
  await old.report([[50 * MS]]);
  const order = async (sort: 'selfNs' | 'cpuNs') =>
    (await query.functions({ windowSeconds: 300 }, { sort })).functions.map((f) => `${f.service} ${f[sort]}`);
  assert.deepEqual(await order('selfNs'), [`slow ${16 * MS}`, `busy ${6 * MS}`, 'old null']);
  assert.deepEqual(await order('cpuNs'), [`busy ${4 * MS}`, 'old null', 'slow null']);
});
