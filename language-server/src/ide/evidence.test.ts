import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertEvidence, AlertSide } from '@prodlens/protocol';
import { evidenceText } from './evidence.js';

function side(value: number, calls: number): AlertSide {
  return { value, p95Ns: null, calls, fromUnixMs: 1, toUnixMs: 2 };
}

test('each measure says what it was before and since, and on how many calls that rests', () => {
  const said: Record<AlertEvidence['measure'], [before: number, after: number, text: string]> = {
    medianNs: [10e6, 14e6, 'median 10 ms before (n = 300), 14 ms since (n = 240)'],
    p95Ns: [10e6, 14e6, 'p95 10 ms before (n = 300), 14 ms since (n = 240)'],
    p99Ns: [10e6, 14e6, 'p99 10 ms before (n = 300), 14 ms since (n = 240)'],
    tailShare: [0.001, 0.03, 'slow calls 0.1 % before (n = 300), 3.0 % since (n = 240)'],
    errorRate: [0, 0.5, 'failed calls 0 % before (n = 300), 50 % since (n = 240)'],
    callsPerMinute: [60, 3, '60/min before (n = 300), 3.0/min since (n = 240)'],
    timesAsSlow: [1, 1.5, 'middle function 1.00× before (n = 300), 1.50× since (n = 240)'],
    cpuNsPerSecond: [4e6, 90e6, '0.4 % of a processor before (n = 300), 9.0 % of a processor since (n = 240)'],
  };
  for (const [measure, [before, after, text]] of Object.entries(said)) {
    const evidence = {
      measure: measure as AlertEvidence['measure'],
      before: side(before, 300),
      after: side(after, 240),
    };
    assert.equal(evidenceText({ ...evidence, detector: '', detail: '', change: null, extraMsPerSecond: null }), text);
  }
});
