import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainSourceMap } from './source-map.js';

const map = (fields: object) => ({ version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA', ...fields });

test('sources are given from the root, whatever the bundler', () => {
  const of = (sources: (string | null)[], sourceRoot?: string) =>
    plainSourceMap('dist/js/server.js', map({ sources, sourceRoot })).sources;
  assert.deepEqual(of(['../../src/a.ts', './b.ts', 'c.ts', '../../../shared/d.ts', null]), [
    'src/a.ts',
    'dist/js/b.ts',
    'dist/js/c.ts',
    '../shared/d.ts',
    null,
  ]);
  assert.deepEqual(of(['a.ts'], '../../src'), ['src/a.ts']);
  assert.deepEqual(of(['a.ts'], '../../src/'), ['src/a.ts']);
  assert.deepEqual(of(['webpack://orders/./src/a.ts', 'webpack:///src/b.ts']), ['src/a.ts', 'src/b.ts']);
  assert.deepEqual(of(['/home/me/a.ts', 'file:///home/me/b.ts', 'x'.repeat(5_000)]), [null, null, null]);
  assert.deepEqual(of(['a.ts'], '/home/me'), [null]);
});

test('nothing but names, sources and mappings is kept, also of a map in sections', () => {
  const secret = { sourcesContent: ['secret'], x_google_ignoreList: [0], file: 'secret' };
  assert.deepEqual(plainSourceMap('a.js', map(secret)), {
    version: 3,
    sources: ['a.ts'],
    names: [],
    mappings: 'AAAA',
  });
  const sections = [
    { offset: { line: 0, column: 0 }, map: map(secret) },
    { offset: { line: 5, column: 0 }, map: map({ ...secret, sources: ['b.ts'] }) },
  ];
  const plain = plainSourceMap('a.js', { version: 3, sections });
  assert.deepEqual(
    { ...plain, mappings: plain.mappings.split(';').length },
    { version: 3, sources: ['a.ts', 'b.ts'], names: [], mappings: 6 },
  );
});

test('what is no source map is refused, whatever it is', () => {
  for (const [received, said] of [
    [{}, /version 3/],
    [{ version: 3 }, /cannot be read/],
    [map({ mappings: 7 }), /cannot be read/],
    [map({ mappings: '!!!!' }), /cannot be read/],
    [map({ mappings: 'ACAA' }), /leads nowhere/],
    [map({ mappings: 'AAAAC' }), /leads nowhere/],
    [map({ mappings: 'AADA' }), /broken/],
    [map({ sources: 'a.ts' }), /cannot be read/],
    [map({ sources: [7] }), /cannot be read/],
    [map({ names: [7] }), /cannot be read/],
    [map({ names: 'x' }), /cannot be read/],
    [map({ sourceRoot: 7 }), /cannot be read/],
    [map({ names: ['x'.repeat(5_000)] }), /cannot be read/],
    [{ version: 3, sections: [7] }, /cannot be read/],
    [{ version: 3, sections: [{ offset: 'x', map: map({}) }] }, /cannot be read/],
  ] as const) {
    assert.throws(
      () => plainSourceMap('a.js', received),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'PRODLENS_ERR_INVALID_REQUEST', JSON.stringify(received));
        assert.match(error.message, said);
        return true;
      },
    );
  }
});
