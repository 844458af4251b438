import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRORS, errorBody, ProdlensError, quoted } from './errors.js';
import { readable } from './log.js';

const documented = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

test('docs/errors.md and errors.ts list the same codes', () => {
  const listed = [...documented.matchAll(/^\| `(PRODLENS_ERR_\w+)` +\|/gm)].map(([, code]) => code);
  assert.deepEqual(listed.sort(), Object.keys(ERRORS).sort());
});

test('docs/errors.md gives each code that travels over HTTP its status', () => {
  const listed = [...documented.matchAll(/^\| `(PRODLENS_ERR_\w+)` +\| (\d{3}) +\|/gm)];
  const expected = Object.entries(ERRORS).filter(([, status]) => status !== null);
  assert.deepEqual(listed.map(([, code, status]) => [code, Number(status)]).sort(), expected.sort());
});

test('every code is used', () => {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js') && name !== 'errors.js')
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join();
  for (const code of Object.keys(ERRORS)) assert.ok(sources.includes(`'${code}'`), code);
});

test('no message holds a character that ends a line or steers a terminal', () => {
  const bad = 'a\nb\r\u001b[2J\u007f\u009b\u2028\u202e…é';
  const shown = 'a\\u000ab\\u000d\\u001b[2J\\u007f\\u009b\\u2028\\u202e…é';
  assert.equal(new ProdlensError('PRODLENS_ERR_MESSAGE', bad).message, shown);
  assert.equal(errorBody('PRODLENS_ERR_MESSAGE', bad).error.message, shown);
  const line = readable(JSON.stringify({ level: 40, time: 0, msg: bad, service: '\u009b\u202e' }));
  assert.equal(line, `1970-01-01T00:00:00.000Z warn ${shown} service="\\u009b\\u202e"\n`);
});

test('a value from outside is repeated in part', () => {
  assert.equal(quoted('x'.repeat(5_000)), `${'x'.repeat(80)}…`);
});
