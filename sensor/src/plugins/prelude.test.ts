import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { instrument } from '../instrument/instrument.js';
import { prelude, preludeOffset } from './prelude.js';

test('every name that instrumented text uses has a meaning without the sensor', () => {
  const text = `function f() { for (;;) return } const g = () => f(); function* h() { yield* f() }
    async function i() { try { await f() } catch { await g() } }`;
  const result = instrument(text, { path: 'a.js', format: 'module', timing: 'all' });
  assert.ok('code' in result);
  const names = new Set(result.code.match(/\$pl[A-Z]/g));
  assert.ok(names.size >= 10, [...names].join());
  for (const name of names) {
    assert.notEqual(runInNewContext(`${prelude('script', true)}typeof ${name}`, { process }), 'undefined', name);
  }
});

test('a sensor that runs is left alone, and one that starts later takes the names over', () => {
  assert.equal(runInNewContext(`${prelude('script', true)}typeof $plC`, { $plG: () => 1, process }), 'undefined');
  const later = "Object.defineProperty(globalThis, '$plC', { value: 5, writable: false, configurable: false });";
  assert.equal(runInNewContext(`${prelude('script', false)}${later}$plC`, { process }), 5);
});

test('it goes behind what has to come first in a file', () => {
  for (const [first, rest] of [
    ['', 'f()'],
    ['#!/usr/bin/env node\n', '"use strictly"'],
    ["'use strict'", ';\nf()'],
    ['#!/usr/bin/env node\n/*! licence */\n// more\n"use strict"', ';f()'],
    ['', '/* comment */ f("use strict")'],
  ] as const) {
    assert.equal(preludeOffset(first + rest), first.length, first + rest);
  }
});
