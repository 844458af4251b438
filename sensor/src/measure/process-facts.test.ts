import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ProcessWindow } from '@prodlens/protocol';
import { type ProcessFacts, startProcessFacts } from './process-facts.js';

const DEADLINE_MS = 60_000;

/** Works in turns of the event loop until a window shows what is looked for. */
async function windowWith(facts: ProcessFacts, work: () => void, has: (window: ProcessWindow) => boolean) {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    for (let turn = 0; turn < 3; turn++) {
      work();
      await setImmediate();
    }
    const window = facts.take();
    if (has(window)) return window;
    assert.ok(Date.now() < end, `not within a minute; last: ${JSON.stringify(window)}`);
  }
}

function busy(milliseconds: number): void {
  for (const end = Date.now() + milliseconds; Date.now() < end; );
}

test('tells processor time, memory and how busy the event loop was', async () => {
  const facts = startProcessFacts();
  const window = await windowWith(
    facts,
    () => busy(20),
    (w) => w.cpuMs > 0 && w.eventLoopUtilization > 0.5,
  );
  facts.stop();
  assert.ok(window.eventLoopUtilization <= 1);
  assert.ok(window.rssBytes > window.heapUsedBytes && window.heapUsedBytes > 1e6);
});

test('tells how late the event loop was', async () => {
  const facts = startProcessFacts();
  const { eventLoopDelayMaxNs, eventLoopDelayP99Ns, eventLoopDelayP50Ns } = await windowWith(
    facts,
    () => busy(200),
    (w) => w.eventLoopDelayMaxNs > 100e6,
  );
  facts.stop();
  assert.ok(eventLoopDelayMaxNs >= eventLoopDelayP99Ns && eventLoopDelayP99Ns >= eventLoopDelayP50Ns);
});

test('tells collections of garbage once each', async () => {
  const facts = startProcessFacts();
  let kept: unknown;
  const garbage = () => {
    for (let i = 0; i < 100_000; i++) kept = { kept: [i] };
  };
  const { gcMs } = await windowWith(facts, garbage, (w) => w.gcCount > 0);
  kept = null;
  assert.ok(gcMs > 0 && kept === null);
  await windowWith(
    facts,
    () => {},
    (w) => w.gcCount === 0 && w.gcMs === 0,
  );
  facts.stop();
});

test('counts what happened once', async () => {
  const facts = startProcessFacts();
  busy(50);
  const { cpuMs } = facts.take();
  const sum = cpuMs + facts.take().cpuMs;
  const all = process.cpuUsage();
  facts.stop();
  assert.ok(cpuMs > 0 && sum <= (all.user + all.system) / 1e3);
});

test('keeps no process alive, stays out of its timeline, and outlives what a program does to Node', () => {
  const program = `
    const { startProcessFacts } = await import(${JSON.stringify(new URL('./process-facts.js', import.meta.url).href)});
    const { performance } = await import('node:perf_hooks');
    const facts = startProcessFacts();
    let kept; for (let i = 0; i < 1e6; i++) kept = { kept: [i] };
    const fail = () => { throw new Error('replaced'); };
    process.cpuUsage = fail; process.memoryUsage = fail; performance.eventLoopUtilization = fail;
    const { cpuMs, rssBytes } = facts.take();
    console.log(cpuMs > 0, rssBytes > 0, performance.getEntries().filter((e) => e.entryType === 'gc').length);`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: DEADLINE_MS,
  });
  assert.deepEqual({ stdout, stderr, status }, { stdout: 'true true 0\n', stderr: '', status: 0 });
});
