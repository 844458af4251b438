import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeDeployments, timeScale } from './time-axis.js';

const HOUR_MS = 3_600_000;
const x = timeScale(0, 6 * HOUR_MS, 600);
const labels = (of: Array<[hours: number, version: string]>) =>
  placeDeployments(
    x,
    of.map(([hours, version]) => ({ atUnixMs: hours * HOUR_MS, version })),
  ).map(({ label }) => label);

test('of two deployments that are close both are named, side by side', () => {
  const [newer, older] = labels([
    [3, '1.0.0'],
    [3.05, '2.0.0'],
  ]);
  assert.deepEqual([newer?.text, older?.text], ['2.0.0', '1.0.0']);
  assert.ok(older!.start + older!.width < newer!.start);
});

test('where there is no room for all, the newer one is named', () => {
  const texts = labels([
    [3, 'a-long-version-1'],
    [3.05, 'a-long-version-2'],
    [0.01, '0.9.0'],
    [0, '0.8.0'],
  ]).map((label) => label?.text ?? null);
  assert.deepEqual(texts, ['a-long-version-2', null, '0.9.0', null]);
});

test('labels stay in the plot, however long, and times outside of it have none', () => {
  const all = labels([
    [6, '3.0.0-with-a-name-that-does-not-end'],
    [0, '1.0.0'],
    [7, '4.0.0'],
    [-1, '0.1.0'],
  ]);
  assert.deepEqual(
    all.map((label) => label?.text),
    ['3.0.0-with-a-na…', '1.0.0'],
  );
  for (const label of all) assert.ok(label!.start >= x.range()[0]! && label!.start + label!.width <= x.range()[1]!);
});
