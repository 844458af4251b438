import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../check.js';
import { decodeSensorMessage } from '../sensor/sensor-decoders.js';
import { fakeSnapshot } from '../testing/fake-snapshot.js';
import { type CapturedValue, capturedText } from './captured-value.js';
import { SNAPSHOT_LIMITS, type Snapshot } from './snapshot.js';

const decode = (snapshot: unknown) => {
  const message = decodeSensorMessage({ type: 'snapshot', ageMs: 5, snapshot, before: snapshot });
  assert.equal(message.type, 'snapshot');
  return message.type === 'snapshot' ? message : assert.fail();
};

test('a snapshot comes through as it was, less what nobody knows', () => {
  const snapshot = fakeSnapshot();
  const decoded = decode({ ...snapshot, source: 'code', calls: [{ ...snapshot.calls[0], text: 'x' }] });
  assert.deepEqual(decoded, { type: 'snapshot', ageMs: 5, snapshot });
});

test('everything may be absent that can be', () => {
  const bare: Snapshot = { ...fakeSnapshot(), flow: null, request: null, function: null, error: null, calls: [] };
  assert.deepEqual(decode(bare).snapshot, bare);
});

test('what is not a snapshot is refused with its place', () => {
  const snapshot = fakeSnapshot();
  let deep: CapturedValue = 1;
  for (let i = 0; i <= SNAPSHOT_LIMITS.depth + 1; i++) deep = { type: 'Array', items: [deep] };
  const cases: [unknown, RegExp][] = [
    [{ ...snapshot, trigger: 'boredom' }, /snapshot\.trigger is not one of/],
    [{ ...snapshot, fingerprint: 'x y' }, /snapshot\.fingerprint is not hexadecimal/],
    [{ ...snapshot, attributes: { text: 'x' } }, /snapshot\.attributes\.type is not a string/],
    [{ ...snapshot, attributes: { type: 'Map', entries: [['a']] } }, /entries\[0\] is not a key and a value/],
    [{ ...snapshot, attributes: Number.NaN }, /snapshot\.attributes is not a finite number/],
    [{ ...snapshot, attributes: deep }, /is deeper than/],
    [
      { ...snapshot, attributes: { type: 'Array', items: Array(SNAPSHOT_LIMITS.values + 1).fill(0) } },
      /has more than|is more than/,
    ],
    [{ ...snapshot, calls: [{ ...snapshot.calls[0], function: { file: 'a' } }] }, /calls\[0\]\.function\.\w+ is not/],
    [{ ...snapshot, mode: 'off' }, /mode is not one of shape, redacted/],
  ];
  for (const [value, message] of cases) {
    assert.throws(
      () => decode(value),
      (error) => error instanceof DecodeError && message.test(error.message),
    );
  }
});

test('a value as one line says what is missing', () => {
  const value: CapturedValue = {
    type: 'Order',
    entries: [
      ['id', 7],
      ['note', { type: 'string', text: 'long', size: 900, cut: 'length' }],
      ['password', { type: 'string', redacted: 'name' }],
      [{ type: 'symbol', text: 'tag' }, { type: 'undefined' }],
      ['lines', { type: 'Array', items: ['a'], size: 30, cut: 'width' }],
    ],
  };
  assert.equal(
    capturedText(value),
    'Order { id: 7, note: "long"… (length, of 900), password: [redacted name], [symbol tag]: undefined, ' +
      'lines: ["a", … (width, of 30)] }',
  );
  assert.equal(capturedText('x'.repeat(50), 10).length, 11);
});
