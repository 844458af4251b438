import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWindow, windowName } from './time-window.js';

test('a window is a number and a unit, from 1 minute on; above 90 days it is 90 days', () => {
  const rows: [string, number | null][] = [
    ['1h', 3_600],
    [' 15m ', 900],
    ['2d', 172_800],
    ['49h', 176_400],
    ['7d', 604_800],
    ['90d', 7_776_000],
    ['91d', 7_776_000],
    ['999999999d', 7_776_000],
    ['90s', 90],
    ['59s', null],
    ['1', null],
    ['h', null],
    ['1.5h', null],
    ['-1h', null],
    ['', null],
  ];
  for (const [text, seconds] of rows) assert.equal(parseWindow(text)?.seconds ?? null, seconds, JSON.stringify(text));
  assert.equal(parseWindow(' 2d ')?.text, '2d');
  assert.equal(parseWindow('2161h')?.text, '90d');
});

test('a window is named by the largest unit that divides it', () => {
  const rows: [number, string][] = [
    [60, 'last minute'],
    [90, 'last 90 seconds'],
    [3_600, 'last hour'],
    [5_400, 'last 90 minutes'],
    [7_200, 'last 2 hours'],
    [86_400, 'last day'],
    [604_800, 'last 7 days'],
  ];
  for (const [seconds, name] of rows) assert.equal(windowName(seconds), name);
});
