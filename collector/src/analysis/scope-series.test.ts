import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packMinute } from './minute-frame.js';
import { ScopeSeries } from './scope-series.js';

/** What the arrays have room for, from the first or after some growths. */
const FUNCTIONS = 64;
const HOUR = 60;
const DAY = 24 * HOUR;
const START = 100 * DAY;

/** Every function is called in every minute; some fail each time, and take processor time. */
function busyMinute(failing: number): Float64Array {
  return packMinute(
    Array.from({ length: FUNCTIONS }, (_, i) => ({
      functionId: 1_000 + i,
      totals: { calls: 40, errors: i < failing ? 3 : 0, cpuNs: i < failing ? 2e9 : 0, buckets: [150 + (i % 8), 40] },
    })),
  );
}

function run(series: ScopeSeries, frame: Float64Array, from: number, to: number): void {
  for (let minute = START + from; minute < START + to; minute++) {
    series.begin(minute);
    series.add(frame, false);
    if ((minute + 1) % 5 === 0) series.endBlock();
  }
}

test('what is remembered of a function is bounded: under a kilobyte in the first hour, 3 KB in eight days, then no more', () => {
  const series = new ScopeSeries();
  const frame = busyMinute(0);
  const tailBytes = 256 * 552;
  const perFunction = () => (series.bytes() - tailBytes) / FUNCTIONS;
  run(series, frame, 0, HOUR);
  assert.ok(perFunction() < 400, `${perFunction()} bytes`);
  run(series, frame, HOUR, 9 * DAY);
  const bytes = perFunction();
  assert.ok(bytes < 2_100, `${bytes} bytes`);
  run(series, frame, 9 * DAY, 11 * DAY);
  assert.equal(perFunction(), bytes);
});

test('errors and processor time take room for the functions that have some', () => {
  const [none, few, all] = [0, 4, FUNCTIONS].map((failing) => {
    const series = new ScopeSeries();
    run(series, busyMinute(failing), 0, DAY + HOUR);
    return series;
  }) as [ScopeSeries, ScopeSeries, ScopeSeries];
  const more = (series: ScopeSeries) => (series.bytes() - none.bytes()) / FUNCTIONS;
  assert.ok(more(few) < 300 && more(all) < 1_500, `${more(few)} and ${more(all)} bytes`);
  assert.deepEqual(few.errors.indices(), [0, 1, 2, 3]);
  const block = Math.floor((START + DAY) / 5);
  assert.deepEqual([few.errors.get(block, 3), few.errors.get(block, 4), few.cpuNs.get(block, 4)], [15, 0, 0]);
  assert.deepEqual([few.errorMinutes(3), few.errorMinutes(4)], [5, 0]);
});

test('amounts come back as they were: errors exactly, processor time to 1/3000', () => {
  const { errors, cpuNs } = new ScopeSeries();
  for (const amount of [1, 2, 3, 10, 99, 1_000, 1_699]) {
    errors.set(7, 0, amount);
    assert.equal(errors.get(7, 0), amount);
  }
  for (const amount of [1e6, 123_456_789, 3e11, 2 ** 50]) {
    cpuNs.set(7, 0, amount);
    assert.ok(Math.abs(cpuNs.get(7, 0) / amount - 1) < 1 / 3_000, String(cpuNs.get(7, 0)));
  }
});
