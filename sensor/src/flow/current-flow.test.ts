// Which flow code belongs to, where executions of several take turns.

import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';
import { beginFlow, currentFlow, endFlow, enteredFlow, enterFlow, type Flow } from './current-flow.js';

const begin = () => beginFlow('job', 'test', null, null)!;
const inOf = <T>(resource: AsyncResource, run: () => T): T => resource.runInAsyncScope(run);

test('each execution has its own, however they are nested and asked', async () => {
  const [a, b] = [begin(), begin()];
  const [first, second] = [new AsyncResource('A'), new AsyncResource('B')];
  const seen: (Flow | undefined)[] = [];
  const ask = () => seen.push(enteredFlow());
  const later = inOf(first, () => {
    enterFlow(a);
    ask();
    inOf(second, () => {
      ask();
      enterFlow(b);
      ask();
    });
    ask();
    return Promise.resolve().then(ask);
  });
  ask();
  inOf(new AsyncResource('C'), () => {
    enterFlow(b);
    ask();
    enterFlow(undefined);
    ask();
  });
  await later;
  ask();
  const nobody = undefined;
  assert.deepEqual(
    seen.map((flow) => (flow === a ? 'a' : flow === b ? 'b' : flow)),
    ['a', nobody, 'b', 'a', nobody, 'b', nobody, 'a', nobody],
  );
});

test("through timers, ticks and promises, and beside a program's own context; none once it is over", async () => {
  const flow = begin();
  const own = new AsyncLocalStorage<string>();
  const seen: (Flow | undefined)[] = [];
  await new AsyncResource('D').runInAsyncScope(async () => {
    enterFlow(flow);
    await own.run('x', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(currentFlow());
      await new Promise<void>((resolve) => process.nextTick(resolve));
      seen.push(currentFlow());
      assert.equal(own.getStore(), 'x');
    });
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(currentFlow());
    endFlow(flow);
    seen.push(currentFlow());
  });
  assert.deepEqual(seen, [flow, flow, flow, undefined]);
});
