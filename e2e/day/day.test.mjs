// The whole-day run in small: real time for some seconds, and the first hours of a simulated day with one bad deployment.
// The simulated part has a recording that is made up, the same on every run, so that nothing in it depends on how busy
// the machine is.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compiledFunctions } from '../../collector/dist/testing/compiled-functions.js';
import { fakeHello, fakeRow, fakeWindow } from '../../collector/dist/testing/fake-sensor.js';
import { runDay } from './day.mjs';
import { judge, judgeRecording } from './judge.mjs';
import { cutTo, DAY } from './plan.mjs';
import { dayRandom } from './random.mjs';
import { record, whole } from './record.mjs';

const EXAMPLE = fileURLToPath(new URL('../../examples/order-service', import.meta.url));
const WINDOWS = 8;
const CALLS = 20;
const HISTORY = 'src/order-history.ts';

/** The first hours of a small one: long enough for a baseline, then one bad deployment. */
const FIRST_HOURS = {
  minutes: 230,
  instances: 1,
  windowsAMinute: 2,
  deployments: [
    { at: 0, version: '1.0.0', recording: '1.0.0' },
    { at: 205, version: '1.1.0', recording: '1.0.0' },
  ],
  faults: [
    {
      name: '1.1.0 reads orders three times as slow',
      ...{ from: 205, until: 230, isOfDeployment: true, endpoint: 'GET /orders' },
      does: { file: HISTORY, names: ['OrderHistory.recentOrders'], factor: 3 },
      expect: [
        {
          kinds: ['slower-since-deployment', 'dramatic-slowdown', 'drift'],
          file: HISTORY,
          name: 'OrderHistory.recentOrders',
          withinMinutes: 25,
        },
      ],
    },
  ],
};

function prepared(t) {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-day-'));
  const running = [];
  t.after(async () => {
    for (const one of running.reverse()) await one.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  return { folder, running, signal: new AbortController().signal, note: () => {} };
}

test('real time: what the sensors of both versions send is what the collector has', { timeout: 300_000 }, async (t) => {
  const { recordings, report } = await record({ ...prepared(t), seconds: 6 });
  assert.deepEqual(
    recordings.map(({ hello }) => hello.version),
    ['1.0.0', '2.0.0'],
  );
  for (const { check, figure, met } of judgeRecording(recordings, report)) assert.ok(met, `${check}: ${figure}`);
});

test('a sensor that lost its connection is one recording, with nothing in it twice', () => {
  const part = (functions, windows) => ({
    ...{ hello: { instance: 'a' }, endpoints: [], snapshots: [] },
    functions: functions.map((id) => ({ id })),
    windows: windows.map((sequence) => ({ sequence })),
  });
  const { functions, windows } = whole([part([1, 2], [1, 2]), part([1, 2, 3], [2, 3])]);
  assert.deepEqual([functions.length, windows.map(({ sequence }) => sequence)], [3, [1, 2, 3]]);
});

test('simulated hours: a bad deployment is found, shown and told, and nothing else is', {
  timeout: 300_000,
}, async (t) => {
  const { folder, ...rest } = prepared(t);
  const recordings = [madeUpRecording(join(folder, '1.0.0'))];
  const lines = [];
  const seen = await runDay({ plan: FIRST_HOURS, recordings, folder, ...rest, say: (line) => lines.push(line) });
  const rows = judge(seen);
  assert.deepEqual(
    rows.filter(({ met }) => !met),
    [],
    lines.join('\n'),
  );
  // Held against another truth the same day is full of faults.
  const [fault] = FIRST_HOURS.faults;
  const other = { ...fault, expect: [{ ...fault.expect[0], name: 'Catalogue.list' }] };
  const missed = judge({
    ...seen,
    plan: { ...FIRST_HOURS, faults: [other] },
    episodes: seen.episodes.map((episode) => ({ ...episode, fault: null })),
    stored: seen.stored - 1,
    sightings: [{ fault: fault.name, who: 'agent', what: 'it', saw: false }],
    faultsOfEditors: ['popped up'],
    bytes: 1e9,
  });
  assert.equal(missed.filter(({ met }) => !met).length, 6, JSON.stringify(missed));
});

test('a shorter day has no fault that it would not see the end of, nor what comes after', () => {
  const { minutes, faults, deployments } = cutTo(DAY, 12);
  assert.equal(minutes, 720);
  assert.deepEqual(
    faults.map(({ from }) => from),
    [450],
  );
  assert.deepEqual(
    deployments.map(({ version }) => version),
    ['1.0.0', '1.0.1', '1.1.0', '1.1.1'],
  );
  assert.deepEqual(cutTo(DAY, 24), DAY);
});

/** The functions of the example's source, each called a few times in each window. */
function madeUpRecording(folder) {
  mkdirSync(folder);
  cpSync(join(EXAMPLE, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(EXAMPLE, '1.0.0/src'), join(folder, 'src'), { recursive: true });
  cpSync(join(EXAMPLE, 'package.json'), join(folder, 'package.json'));
  const random = dayRandom(1);
  const functions = readdirSync(join(folder, 'src'))
    .flatMap((name) => compiledFunctions(readFileSync(join(folder, 'src', name), 'utf8'), `src/${name}`))
    .map((f, i) => ({ ...f, id: i + 1 }));
  const idOf = (name) => functions.find((f) => f.name === name).id;
  const [find, list] = [idOf('OrderHistory.recentOrders'), idOf('OrderService.listByCustomer')];
  const windows = Array.from({ length: WINDOWS }, (_, at) => {
    const rows = functions.map(({ id }) => fakeRow(id, durations(id, random)));
    const sumNs = (id) => rows.find((row) => row.id === id).sumNs;
    const listed = fakeRow(1, durations(list, random));
    return fakeWindow(at + 1, rows, {
      edges: [{ caller: list, callee: find, calls: CALLS, sumNs: sumNs(find) }],
      endpoints: [{ ...listed, id: 1, databaseNs: 0, outboundNs: 0 }],
      endpointFunctions: [find, list].map((id) => ({
        ...{ endpoint: 1, function: id, calls: CALLS, sumNs: sumNs(id), selfNs: sumNs(id) / 2, busyNs: sumNs(id) / 2 },
      })),
    });
  });
  const hello = fakeHello({ service: 'order-service', packageName: 'order-service', root: folder });
  const endpoints = [{ id: 1, kind: 'http', method: 'GET', route: '/orders' }];
  return { hello, folder, functions, endpoints, windows, snapshots: [] };
}

/** Around 2 ms and more, an octave wide. */
function durations(id, random) {
  return Array.from({ length: CALLS }, () => (2 + (id % 7)) * 1e6 * 2 ** (random.uniform() - 0.5));
}
