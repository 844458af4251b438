import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeLegend } from './legend.js';

const NAMES = ['Of a processor', 'Event loop busy', 'Collecting garbage'];

test('a legend takes as many lines as it needs, and each begins at the left', () => {
  const wide = placeLegend(NAMES, 56, 900);
  assert.deepEqual(
    wide.map(({ line }) => line),
    [0, 0, 0],
  );
  assert.ok(wide[0]!.x === 56 && wide[0]!.x < wide[1]!.x && wide[1]!.x < wide[2]!.x);
  assert.deepEqual(
    placeLegend(NAMES, 56, 330).map(({ x, line }) => [x === 56, line]),
    [
      [true, 0],
      [false, 0],
      [true, 1],
    ],
  );
});

test('a name that is longer than the line stands alone on it', () => {
  assert.deepEqual(
    placeLegend(['x'.repeat(100), 'y'], 0, 300).map(({ x, line }) => [x, line]),
    [
      [0, 0],
      [0, 1],
    ],
  );
});
