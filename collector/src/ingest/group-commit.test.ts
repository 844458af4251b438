import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { InstanceWindow, RecordedWindow } from '../store/store.js';
import { createGroupCommit } from './group-commit.js';

const silent = pino({ level: 'silent' });
const window = (sequence: number) => ({ sequence }) as InstanceWindow;

/** A store whose commits end when the test says so. */
function heldStore() {
  const groups: Array<{ sequences: number[]; end: (error?: Error) => void }> = [];
  let came = () => {};
  return {
    commit: (windows: Array<InstanceWindow | RecordedWindow>) =>
      new Promise<void>((done, failed) => {
        const end = (error?: Error) => (error === undefined ? done() : failed(error));
        groups.push({ sequences: windows.map(({ sequence }) => sequence), end });
        came();
      }),
    async group(index: number) {
      while (groups.length <= index) await new Promise<void>((next) => (came = next));
      return groups[index]!;
    },
  };
}

test('a window is done when its group is, and what arrives meanwhile is the next group, in its order', async () => {
  const store = heldStore();
  const commits = createGroupCommit(store, silent);
  const done: number[] = [];
  const add = (sequence: number) => commits.add(window(sequence)).then(() => done.push(sequence));
  const first = [add(1), add(2)];
  const group = await store.group(0);
  const later = [add(3), add(4), add(5)];
  assert.deepEqual([group.sequences, done, commits.waiting()], [[1, 2], [], 5]);
  group.end();
  await Promise.all(first);
  const next = await store.group(1);
  assert.deepEqual([next.sequences, done, commits.waiting()], [[3, 4, 5], [1, 2], 3]);
  next.end();
  await Promise.all(later);
  await commits.drain();
  assert.deepEqual([done, commits.waiting()], [[1, 2, 3, 4, 5], 0]);
});

test('a group that cannot be written is refused with the reason, each window of it, and the next one is tried', async () => {
  const store = heldStore();
  const commits = createGroupCommit(store, silent);
  const lost = [commits.add(window(1)), commits.add(window(2))];
  const refused = Promise.all(lost.map((one) => assert.rejects(one, { message: 'the cable is out' })));
  const group = await store.group(0);
  const later = commits.add(window(3));
  group.end(new Error('the cable is out'));
  await refused;
  (await store.group(1)).end();
  await later;
});
