// A program's asynchronous calls, step by step with a clock of the test's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAsyncFrames, FUNCTION } from './async-frames.js';

const [F, G, H] = [1, 2, 3];

function started() {
  const running = new Int32Array(2);
  const ended: { id: number; ms: number; caller: number; calleesMs: number }[] = [];
  const within: number[][] = [];
  const clock = { ms: 0 };
  let lost = 0;
  const frames = createAsyncFrames(
    running,
    () => clock.ms,
    (id, ms, _weight, caller, calleesMs) => ended.push({ id, ms, caller, calleesMs }),
    (caller, ms, weight) => within.push([caller, ms, weight]),
    () => lost++,
  );
  return { running, ended, within, frames, clock, lost: () => lost };
}

test('f awaits g: the edge, and the time that is left to f', () => {
  const { running, ended, frames } = started();
  const f = frames.begin(F, 0, 1);
  const g = frames.begin(G, 2, 1);
  frames.suspend(g);
  assert.equal(running[FUNCTION], F, 'f goes on when g waits');
  frames.suspend(f);
  assert.equal(running[FUNCTION], 0, 'then the event loop');
  frames.resume(g);
  frames.suspend(g);
  frames.end(g, 7);
  assert.equal(running[FUNCTION], 0);
  frames.resume(f);
  assert.equal(running[FUNCTION], F);
  frames.suspend(f);
  frames.end(f, 10);
  assert.deepEqual(ended, [
    { id: G, ms: 5, caller: F, calleesMs: 0 },
    { id: F, ms: 10, caller: 0, calleesMs: 5 },
  ]);
  assert.deepEqual([...running], [0, 0]);
});

test('callees that overlap take their time together once', () => {
  const { ended, frames } = started();
  const f = frames.begin(F, 0, 1);
  const g = frames.begin(G, 1, 1);
  frames.suspend(g);
  const h = frames.begin(H, 2, 1);
  frames.suspend(h);
  frames.suspend(f);
  for (const [frame, ms] of [
    [g, 6],
    [h, 9],
  ] as const) {
    frames.resume(frame);
    frames.suspend(frame);
    frames.end(frame, ms);
  }
  frames.resume(f);
  frames.suspend(f);
  frames.end(f, 10);
  assert.equal(ended.at(-1)!.calleesMs, 8);
});

test('a callee that nobody waits for and that outlives its caller: its time counts up to the caller’s end', () => {
  const { ended, frames } = started();
  const f = frames.begin(F, 0, 1);
  const g = frames.begin(G, 4, 1);
  frames.suspend(g);
  frames.suspend(f);
  frames.end(f, 6);
  // The frame of f is taken by another call before g ends.
  const other = frames.begin(H, 7, 1);
  frames.suspend(other);
  frames.resume(g);
  frames.suspend(g);
  frames.end(g, 20);
  frames.end(other, 21);
  assert.deepEqual(
    ended.map(({ id, calleesMs }) => [id, calleesMs]),
    [
      [F, 2],
      [G, 0],
      [H, 0],
    ],
  );
});

test('a callee reached through a function that does not wait counts from its first await on', () => {
  const { running, ended, within, frames, clock } = started();
  const f = frames.begin(F, 0, 1);
  // f calls a sync function, which is the running one when it calls g: what g does before its await is in its time.
  running[FUNCTION] = 9;
  const g = frames.begin(G, 1, 2);
  clock.ms = 4;
  frames.suspend(g);
  assert.deepEqual(within, [[9, 3, 2]]);
  running[FUNCTION] = F;
  frames.suspend(f);
  frames.resume(g);
  frames.suspend(g);
  frames.end(g, 7);
  frames.resume(f);
  frames.suspend(f);
  frames.end(f, 8);
  assert.deepEqual(ended, [
    { id: G, ms: 6, caller: 9, calleesMs: 0 },
    { id: F, ms: 8, caller: 0, calleesMs: 3 },
  ]);
  assert.equal(within.length, 1, 'not again when g ends, and not of f, which nobody called');
});

test('a callee that never waits was within its caller altogether', () => {
  const { running, within, frames, clock } = started();
  running[FUNCTION] = 9;
  const g = frames.begin(G, 1, 1);
  clock.ms = 4;
  frames.suspend(g);
  frames.end(g, 4);
  assert.deepEqual(within, [[9, 3, 1]]);
  assert.deepEqual([...running], [9, 0]);
});

test('frames are crowded while more than half of them are given out', () => {
  const { frames } = started();
  const half = Array.from({ length: 8_192 }, () => frames.begin(F, 0, 1));
  assert.equal(frames.areCrowded(), false);
  const one = frames.begin(F, 0, 1);
  assert.equal(frames.areCrowded(), true);
  for (const frame of [one, ...half]) frames.end(frame, 1);
  assert.equal(frames.areCrowded(), false);
});

test('calls that never end give their frames to later ones: these are timed, and what those do later has no effect', () => {
  const { running, frames, ended, lost } = started();
  const held = Array.from({ length: 40_000 }, () => {
    const frame = frames.begin(F, 0, 1);
    frames.suspend(frame);
    return frame;
  });
  const g = frames.begin(G, 1, 1);
  frames.suspend(g);
  frames.resume(held[0]!);
  frames.suspend(held[0]!);
  frames.end(held[0]!, 5);
  assert.deepEqual([...running, ended.length], [0, 0, 0]);
  frames.resume(g);
  frames.suspend(g);
  frames.end(g, 3);
  assert.deepEqual(ended, [{ id: G, ms: 2, caller: 0, calleesMs: 0 }]);
  assert.equal(lost(), 40_001 - 16_383);
});
