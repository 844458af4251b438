import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWindow, windowName } from './time-window.js';

test('a window is a number and a unit, from 1 minute on; above 48 hours it is 48 hours', () => {
  const rows: [string, number | null][] = [
    ['1h', 3_600],
    [' 15m ', 900],
    ['2d', 172_800],
    ['48h', 172_800],
    ['49h', 172_800],
    ['7d', 172_800],
    ['999999999d', 172_800],
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
  assert.equal(parseWindow('7d')?.text, '48h');
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
