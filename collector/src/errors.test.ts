import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRORS } from './errors.js';

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
