import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatDuration, formatPercent, formatRate, formatSlowdown } from './display.js';

function table(format: (value: number) => string, rows: [number, string][]): void {
  for (const [value, expected] of rows) assert.equal(format(value), expected, `of ${value}`);
}

test('durations have two or three digits and the unit that fits them', () => {
  table(formatDuration, [
    [0, '0 ns'],
    [1, '1.0 ns'],
    [850, '850 ns'],
    [999.4, '999 ns'],
    [999.6, '1.0 µs'],
    [4_240, '4.2 µs'],
    [9_960, '10 µs'],
    [999_700, '1.0 ms'],
    [1_100_000, '1.1 ms'],
    [42_000_000, '42 ms'],
    [123_400_000, '123 ms'],
    [1_500_000_000, '1.5 s'],
    [59_400_000_000, '59 s'],
    [59_600_000_000, '1.0 min'],
    [7_200_000_000_000, '120 min'],
    [Number.NaN, '0 ns'],
  ]);
});

test('rates go from rare calls to millions a minute', () => {
  table(formatRate, [
    [0, '0/min'],
    [0.001, '< 0.01/min'],
    [1 / 60, '0.02/min'],
    [0.3, '0.3/min'],
    [0.0949, '0.09/min'],
    [0.096, '0.1/min'],
    [4.25, '4.3/min'],
    [42, '42/min'],
    [999.4, '999/min'],
    [999.6, '1.0k/min'],
    [1_234, '1.2k/min'],
    [45_600, '46k/min'],
    [999_400, '999k/min'],
    [999_600, '1.0M/min'],
    [3_400_000, '3.4M/min'],
  ]);
});

test('percentages never round something to nothing, nor less than all to all', () => {
  table(formatPercent, [
    [0, '0 %'],
    [0.00001, '< 0.01 %'],
    [0.0004, '0.04 %'],
    [0.003, '0.3 %'],
    [0.04, '4.0 %'],
    [0.38, '38 %'],
    [0.996, '99.6 %'],
    [0.9999, '99.9 %'],
    [1, '100 %'],
    [4.6, '460 %'],
    [18.03, '1,803 %'],
  ]);
});

test('counts are grouped by thousands', () => {
  table(formatCount, [
    [0, '0'],
    [999, '999'],
    [1_234_567, '1,234,567'],
  ]);
});

test('a slowdown is a share, and from ten times on a factor', () => {
  table(formatSlowdown, [
    [0.379, '38 % slower'],
    [8.9, '890 % slower'],
    [9, '10× slower'],
    [23.7, '25× slower'],
    [2_895, '2,896× slower'],
  ]);
});
