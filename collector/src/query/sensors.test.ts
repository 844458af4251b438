import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FACTS, PROCESS } from '../testing/fake-sensor.js';
import { queryFixture as fixture, NOW_MS } from '../testing/query-fixture.js';

test('a sensor shows its last window: what it measures and costs, and how its process does', async (t) => {
  const { query, instance } = fixture(t);
  const { report } = await instance({ instance: 'a', host: 'web-1', pid: 77 });
  await instance({ instance: 'b', service: 'silent' });
  const skipped = { minified: 3, 'too large': 1 };
  await report([], { agoMs: 10_000, facts: { sensorCpuMs: 40, inlineCpuMs: 10 } });
  await report([], {
    lengthMs: 20_000,
    facts: { functions: 120, modules: 9, skipped, sensorCpuMs: 100, inlineCpuMs: 25, shedLevel: 2, droppedEdges: 5 },
    process: { cpuMs: 30_000, gcCount: 4, gcMs: 500, eventLoopUtilization: 0.75 },
  });
  const [found, silent] = (await query.sensors({ windowSeconds: 60 }, 10)).sensors;
  assert.deepEqual(found, {
    instance: 'a',
    service: 'orders',
    environment: 'production',
    version: '1.0.0',
    revision: 'abc',
    host: 'web-1',
    pid: 77,
    runtime: 'node 20.20.2',
    sensorVersion: '0.1.0',
    firstSeenUnixMs: NOW_MS,
    lastSeenUnixMs: NOW_MS,
    functions: 120,
    modules: 9,
    skipped,
    shedLevel: 2,
    measuring: true,
    mergedWindows: 0,
    droppedWindows: 0,
    droppedSamples: 0,
    droppedEdges: 5,
    droppedFlows: 0,
    unknownLibraries: {},
    capture: null,
    sensorCpuMsPerSecond: 3,
    inlineCpuMsPerSecond: 0.75,
    sensorBytes: FACTS.sensorBytes,
    process: {
      cpuShare: 1.5,
      rssBytes: PROCESS.rssBytes,
      heapUsedBytes: PROCESS.heapUsedBytes,
      eventLoopUtilization: 0.75,
      eventLoopDelayP50Ns: PROCESS.eventLoopDelayP50Ns,
      eventLoopDelayP99Ns: PROCESS.eventLoopDelayP99Ns,
      eventLoopDelayMaxNs: PROCESS.eventLoopDelayMaxNs,
      gcPerMinute: 12,
      gcShare: 0.025,
    },
  });
  assert.deepEqual(
    [silent?.service, silent?.functions, silent?.measuring, silent?.process],
    ['silent', ...[null, null, null]],
  );
});

test('sensors of the window and the place that are asked for', async (t) => {
  const { query, instance, turn } = fixture(t);
  await instance({ instance: 'old' });
  turn(3_600_000);
  await instance({ instance: 'new' });
  await instance({ instance: 'staging', environment: 'staging' });
  await instance({ instance: 'billing', service: 'billing' });
  const names = async (filter: { service?: string; environment?: string; windowSeconds: number }) =>
    (await query.sensors(filter, 3)).sensors.map((sensor) => sensor.instance).join(' ');
  assert.equal(await names({ windowSeconds: 60 }), 'billing new staging');
  assert.equal(await names({ windowSeconds: 7_200, service: 'orders' }), 'old new staging');
  assert.equal(await names({ windowSeconds: 7_200, service: 'orders', environment: 'staging' }), 'staging');
  const cut = await query.sensors({ windowSeconds: 7_200 }, 2);
  assert.deepEqual([cut.sensors.length, cut.truncated], [2, true]);
});

test('the minutes of a sensor: times add up, the highest counts of what does not', async (t) => {
  const { query, instance, turn } = fixture(t);
  const { report } = await instance({ instance: 'a' });
  await report([], { agoMs: 180_000, facts: { sensorCpuMs: 6 } });
  const cost = (sensorCpuMs: number) => ({ facts: { sensorCpuMs, inlineCpuMs: 1 } });
  await report([], {
    agoMs: 20_000,
    ...cost(36),
    process: { cpuMs: 1_000, rssBytes: 7e7, eventLoopUtilization: 0.25 },
  });
  await report([], { agoMs: 0, ...cost(46), process: { cpuMs: 500, rssBytes: 5e7, eventLoopUtilization: 0.75 } });
  const { sensor, minutes } = (await query.sensor('a', 3_600))!;
  assert.deepEqual([sensor.instance, minutes.length], ['a', 2]);
  const {
    startUnixMs,
    sensorCpuMsPerSecond,
    inlineCpuMsPerSecond,
    cpuShare,
    rssBytes,
    eventLoopUtilization,
    gcPerMinute,
  } = minutes[1]!;
  assert.deepEqual(
    [startUnixMs, sensorCpuMsPerSecond, inlineCpuMsPerSecond, cpuShare, rssBytes, eventLoopUtilization, gcPerMinute],
    [NOW_MS - (NOW_MS % 60_000), 2, 0, 0.075, 7e7, 0.5, 12],
  );
  assert.equal((await query.sensor('a', 60))?.minutes.length, 1);
  turn(48 * 3_600_000);
  assert.equal((await query.sensor('a', 3_600))?.minutes.length, 0);
  assert.equal(await query.sensor('none', 60), null);
});
