import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns, paceOf } from './pace.js';

const nextTurn = () => new Promise(setImmediate);

test('of what waits, one piece begins in each turn of the event loop, and what is short begins first', async () => {
  const turn = createTurns();
  const begun: string[] = [];
  for (const name of ['a', 'b']) turn('long').then(() => begun.push(name));
  for (const name of ['c', 'd']) turn('short').then(() => begun.push(name));
  assert.deepEqual(begun, []);
  const byTurn: string[] = [];
  for (let i = 0; i < 5; i++) {
    await nextTurn();
    byTurn.push(begun.join(''));
  }
  assert.deepEqual(byTurn, ['c', 'cd', 'cda', 'cdab', 'cdab']);
});

test('neither kind starves while there is always more of the other, and what comes later begins again', async () => {
  for (const [always, one] of [
    ['short', 'long'],
    ['long', 'short'],
  ] as const) {
    const turn = createTurns();
    let others = 0;
    let isOver = false;
    const work = async () => {
      for (; !isOver; others++) await turn(always);
    };
    const busy = Promise.all([work(), work(), work()]);
    const between = [];
    for (let i = 0; i < 20; i++) {
      const before = others;
      await turn(one);
      between.push(others - before);
    }
    isOver = true;
    await busy;
    assert.ok(Math.max(...between) <= 4, `${between} of ${always} before one of ${one}`);
    assert.ok(others >= 5, `${others} of ${always}`);
    await turn(one);
  }
});

test('long work that goes on and on gives way to a short question, and to other long work', async () => {
  let isOver = false;
  const steps = [0, 0];
  const works = steps.map(async (_, i) => {
    const pace = paceOf();
    while (!isOver) {
      steps[i]!++;
      await pace();
    }
  });
  const pace = paceOf([1]);
  for (let slices = 0; slices < 3; ) {
    const turn = pace();
    if (turn === undefined) continue;
    await turn;
    slices++;
  }
  while (steps.some((count) => count < 2)) await nextTurn();
  isOver = true;
  await Promise.all(works);
});
