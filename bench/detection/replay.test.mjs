import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureReplay } from './replay.mjs';

test('what 2.0.0 of the example service really did to two of its functions is found in its recorded windows', () => {
  const rows = measureReplay(1, () => {}, 1);
  const of = (subject, metric) => rows.find((row) => row.subject === subject && row.metric === metric)?.value;
  for (const name of ['applyDiscounts', 'reserveStock'])
    assert.ok(of(`2.0.0, ${name}`, 'delay') <= 10, `${name}: after ${of(`2.0.0, ${name}`, 'delay')} min`);
  assert.ok(of('prodlens', 'functions that did not change') > 80);
  assert.equal(of('5 % of the calls fail', 'recall'), 1);
});
