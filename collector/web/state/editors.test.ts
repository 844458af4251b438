import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jetbrainsLink, parseEditors } from './editors.js';

test('a JetBrains link names the project as the IDE calls it, and counts lines from 0', () => {
  const link = (kept: string | null) => jetbrainsLink(parseEditors(kept), 'check out', 'src/a&b.ts', 12);
  assert.equal(link(null), 'jetbrains://idea/navigate/reference?project=check+out&path=src%2Fa%26b.ts%3A11');
  assert.equal(
    link('{"ide":"web-storm","projects":{"check out":"shop","other":"x"}}'),
    'jetbrains://web-storm/navigate/reference?project=shop&path=src%2Fa%26b.ts%3A11',
  );
  assert.match(link('{"ide":"web-storm","projects":{"check out":""}}'), /project=check\+out/);
});

test('what a browser has kept wrongly is left alone', () => {
  for (const kept of [
    '',
    'null',
    '{',
    '[]',
    '7',
    '{"ide":"javascript:","projects":{"a":{"b":1}}}',
    '{"projects":"x"}',
  ]) {
    assert.deepEqual(parseEditors(kept), { ide: 'idea', projects: {} }, kept);
  }
});
