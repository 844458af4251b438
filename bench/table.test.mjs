import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './table.mjs';

const row = { case: 'calls', metric: 'overhead', unit: 'ns a call' };

test('a column for each Node, the spread, the ratio and the goal in the cell, the missed goals below', () => {
  const text = table('sensor', [
    { ...row, subject: 'plain', node: '20.1.0', value: 1.234 },
    { ...row, subject: 'prodlens', node: '20.1.0', value: 2, low: 1, high: 3, runs: 3, ratio: 1.5, goal: 4, met: true },
    {
      ...row,
      subject: 'prodlens',
      node: '22.2.0',
      value: 200,
      runs: 1,
      ratio: 1.2,
      goal: 1.1,
      goalOf: 'ratio',
      met: false,
    },
  ]);
  assert.match(text, /calls +Node 20\.1\.0 +Node 22\.2\.0/);
  assert.match(text, /plain +1\.23 +overhead, ns a call/);
  assert.match(
    text,
    /prodlens +2\.00 \(1\.00–3\.00\) 1\.50× ✓ ≤ 4\.00 +200 1\.20× ✗ ≤ 1\.10, missed by 9 % +overhead, ns a call/,
  );
  assert.match(
    text,
    /Goals met: 1 of 2\. Missed:\n {2}calls, prodlens, overhead, Node 22\.2\.0: 1\.20 ✗ ≤ 1\.10, missed by 9 %/,
  );
});

test('who could not be measured is named once with the reason', () => {
  const failed = { ...row, subject: 'AppMap', metric: 'not measured', value: null, reason: 'did not end in 60 s' };
  const text = table('sensor', [
    { ...failed, node: '20.1.0' },
    { ...failed, node: '22.2.0' },
  ]);
  assert.match(text, /Remarks\n {2}calls, AppMap, Node 20\.1\.0, 22\.2\.0, not measured: did not end in 60 s/);
  assert.equal(text.match(/AppMap/g).length, 1);
});
