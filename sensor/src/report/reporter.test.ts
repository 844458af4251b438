// What a window says, without a socket: counts, what was left out and why, what the sensor cost and gave up; and that
// it says nothing of the program while measuring is switched off.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessWindow, SensorMessage, SensorWindow } from '@prodlens/protocol';
import { allocateIds, CONTROL, createCounters, defineFunction, FLAG } from '../measure/counters.js';
import { createSampleRing, ringWriter } from '../measure/sample-ring.js';
import type { Connection } from './connection.js';
import { packFunctions } from './loaded-module.js';
import { Registry } from './registry.js';
import { Reporter } from './reporter.js';

const PROCESS: ProcessWindow = {
  cpuMs: 1,
  rssBytes: 2,
  heapUsedBytes: 3,
  eventLoopUtilization: 0.5,
  eventLoopDelayP50Ns: 4,
  eventLoopDelayP99Ns: 5,
  eventLoopDelayMaxNs: 6,
  gcCount: 7,
  gcMs: 8,
};

/** A reporter of two functions, with a connection that keeps what is sent and acknowledges each window. */
function reporting() {
  const counters = createCounters();
  const ring = createSampleRing();
  const registry = new Registry('/srv/app', true);
  const firstId = allocateIds(counters, 2, 'own')!;
  for (const id of [firstId, firstId + 1]) defineFunction(counters, id, FLAG.sampled);
  const functions = packFunctions(
    ['hot', 'cold'].map((name) => ({
      name,
      ordinal: 0,
      kind: 'function',
      line: 0,
      column: 9,
      timed: true,
      parameters: [],
    })),
  );
  const columns = new Uint8Array();
  registry.add({ path: '/srv/app/a.js', firstId, functions, functionCount: 2, columns, mapUrl: null });
  registry.addSkipped({ path: '/srv/app/b.js', skipped: 'unparsable' });
  const sent: SensorMessage[] = [];
  const reporter = new Reporter(counters, ring, registry);
  const connection = { isReady: true, send: (message: SensorMessage) => sent.push(message) };
  reporter.start(connection as unknown as Connection);
  const windowOf = (): SensorWindow => {
    reporter.takeWindow(PROCESS, null);
    const window = sent.filter((message) => message.type === 'window').at(-1)!;
    reporter.acknowledged(window.sequence);
    return window;
  };
  const call = (id: number, calls: number) => {
    counters.granted[id]! += calls;
  };
  return { counters, put: ringWriter(ring, counters), reporter, sent, windowOf, call, hot: firstId, cold: firstId + 1 };
}

test('a window has what was counted and timed, the process, and what was left out; functions are named once, before', () => {
  const { counters, put, sent, windowOf, call, hot, cold } = reporting();
  call(hot, 10);
  call(cold, 1);
  counters.errors[hot] = 3;
  put(hot, 500, 1, cold, 0, 0);
  put(cold, 9_000, 1, 0, 0, 0);
  const { rows, edges, facts, process, sequence } = windowOf();
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['functions', 'window'],
  );
  const shown = rows.map(({ id, calls, errors, sumNs, selfNs }) => [id, calls, errors, sumNs, selfNs]);
  assert.deepEqual(shown.sort(), [
    [hot, 10, 3, 5_000, 5_000],
    [cold, 1, 0, 9_000, 4_000],
  ]);
  assert.deepEqual(edges, [{ caller: cold, callee: hot, calls: 10, sumNs: 5_000 }]);
  assert.deepEqual(process, PROCESS);
  const { functions, modules, skipped, droppedSamples, shedLevel, measuring, sensorBytes } = facts;
  assert.deepEqual([functions, modules, skipped, droppedSamples], [2, 1, { unparsable: 1 }, 0]);
  assert.deepEqual([shedLevel, measuring, sensorBytes > 0, facts.inlineCpuMs > 0], [0, true, true, true]);

  call(hot, 1);
  const next = windowOf();
  assert.deepEqual([next.rows.map(({ id, calls }) => [id, calls]), next.sequence], [[[hot, 1]], sequence + 1]);
  assert.equal(sent.filter(({ type }) => type === 'functions').length, 1);
});

test('switched off by the collector it says so, and nothing of functions; switched on it goes on', () => {
  const { counters, reporter, windowOf, call, hot } = reporting();
  reporter.configured(false);
  assert.equal(counters.control[CONTROL.measuring], 0);
  call(hot, 5);
  const off = windowOf();
  assert.deepEqual([off.rows, off.edges, off.facts.measuring], [[], [], false]);
  reporter.configured(true);
  call(hot, 2);
  const on = windowOf();
  assert.deepEqual([on.rows.map(({ calls }) => calls), on.facts.measuring], [[2], true]);
});

test('where timing costs too much, more is given up with each window, and the windows say so', () => {
  const { counters, windowOf } = reporting();
  const levels = [1, 2].map(() => {
    counters.control[CONTROL.samples]! += 100_000_000;
    return windowOf().facts.shedLevel;
  });
  assert.deepEqual(levels, [1, 2]);
  assert.equal(counters.control[CONTROL.shedLevel], 2, 'the program’s thread goes by it');
});

test('an acknowledgement of what was never sent loses nothing', () => {
  const { reporter, sent, call, hot } = reporting();
  reporter.acknowledged(1_000_000);
  call(hot, 4);
  reporter.takeWindow(PROCESS, null);
  reporter.acknowledged(0);
  call(hot, 5);
  reporter.takeWindow(PROCESS, null);
  reporter.acknowledged(1);
  const windows = sent.filter((message) => message.type === 'window');
  assert.deepEqual(
    windows.map(({ rows }) => rows.map(({ calls }) => calls)),
    [[4], [5]],
  );
});

test('of a window in which measuring is switched, the calls made while it is on count, and no others', () => {
  const { reporter, windowOf, call, hot } = reporting();
  const calls = () => windowOf().rows.find(({ id }) => id === hot)?.calls ?? 0;
  call(hot, 3);
  reporter.configured(false);
  call(hot, 100);
  const seen = [calls()];
  call(hot, 100);
  seen.push(calls());
  call(hot, 100);
  reporter.configured(true);
  call(hot, 5);
  seen.push(calls());
  assert.deepEqual(seen, [3, 0, 5]);
});
