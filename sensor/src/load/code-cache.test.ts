import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CacheWriter, touch } from '../report/cache-writer.js';
import { type CachedModule, cacheFileOf, cacheKey, cacheRecord, openCodeCache } from './code-cache.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-cache-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const module = (text: string): CachedModule => ({
  text: Buffer.from(text, /[^\0-\xff]/.test(text) ? 'utf16le' : 'latin1'),
  encoding: /[^\0-\xff]/.test(text) ? 'utf16le' : 'latin1',
  idOffsets: Uint32Array.of(1, 0, 9, 2),
  flags: Uint8Array.of(0, 4, 2),
  functions: '[["ƒ",0,"function",1,2,1]]',
  columns: Uint8Array.of(7, 8),
});

function written(name: string, modules: Record<string, CachedModule>): string {
  const file = join(folder, name);
  const writer = new CacheWriter(file);
  for (const [key, one] of Object.entries(modules)) writer.add(cacheRecord(key, one));
  writer.close();
  return file;
}

const [A, B, C] = ['a', 'b', 'c'].map((source) => cacheKey(source, 'build')) as [string, string, string];

test('modules come back as they were, whatever their letters; an unknown key is not there', () => {
  const file = written('whole.code', { [A]: module('let é = 1'), [B]: module('let 漢 = "\ud800"') });
  const cache = openCodeCache(file);
  for (const [key, text] of [
    [A, 'let é = 1'],
    [B, 'let 漢 = "\ud800"'],
  ] as const) {
    const found = cache.find(key)!;
    assert.equal(found.text.toString(found.encoding), text);
    const { idOffsets, flags, functions, columns } = module(text);
    assert.deepEqual([...found.idOffsets], [...idOffsets]);
    assert.deepEqual([...found.flags], [...flags]);
    assert.deepEqual([...found.columns], [...columns]);
    assert.equal(found.functions, functions);
  }
  assert.equal(cache.find(C), null);
});

test('the key depends on the text and on what made it', () => {
  assert.equal(new Set([A, B, cacheKey('a', 'other build')]).size, 3);
  assert.equal(cacheKey('a', 'build'), A);
});

test('a file that was cut short or overwritten serves up to the break', () => {
  const file = written('cut.code', { [A]: module('first'), [B]: module('second') });
  writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size - 3));
  assert.notEqual(openCodeCache(file).find(A), null);
  assert.equal(openCodeCache(file).find(B), null);
  writeFileSync(file, 'not a cache at all, but long enough to be looked at by its header'.repeat(3));
  assert.equal(openCodeCache(file).find(A), null);
});

test('a record that was cut short is not taken for whole when others follow, and the next writer cuts it off', () => {
  const file = written('torn.code', { [A]: module('first'), [B]: module('second') });
  writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size - 3));
  appendFileSync(file, cacheRecord(C, module('third')));
  assert.equal(openCodeCache(file).find(B), null);
  written('torn.code', { [B]: module('second'), [C]: module('third') });
  for (const key of [A, B, C]) assert.notEqual(openCodeCache(file).find(key), null);
});

test('what others can write is not run: a file, and a folder', () => {
  const file = written('open.code', { [A]: module('text') });
  chmodSync(file, 0o666);
  assert.equal(openCodeCache(file).find(A), null);
  chmodSync(file, 0o600);
  assert.notEqual(openCodeCache(file).find(A), null);
  symlinkSync(file, join(folder, 'link.code'));
  assert.equal(openCodeCache(join(folder, 'link.code')).find(A), null);
  const shared = mkdtempSync(join(tmpdir(), 'prodlens-shared-'));
  chmodSync(shared, 0o777);
  assert.equal(cacheFileOf(shared, '/srv/app'), null);
  rmSync(shared, { recursive: true });
});

test('a setting of off, and a folder that cannot be made, mean no cache', () => {
  assert.equal(cacheFileOf('off', '/srv/app'), null);
  writeFileSync(join(folder, 'a-file'), '');
  assert.equal(cacheFileOf(join(folder, 'a-file', 'below'), '/srv/app'), null);
  assert.notEqual(cacheFileOf(join(folder, 'cache'), '/srv/app'), null);
  assert.equal(openCodeCache(null).find(A), null);
  assert.equal(openCodeCache(join(folder, 'missing.code')).find(A), null);
});

test('one process writes at a time; another can when the first is done', () => {
  const file = join(folder, 'two.code');
  const [first, second] = [new CacheWriter(file), new CacheWriter(file)];
  first.add(cacheRecord(A, module('by the first')));
  second.add(cacheRecord(B, module('by the second')));
  first.close();
  second.close();
  assert.deepEqual([openCodeCache(file).find(A) !== null, openCodeCache(file).find(B) !== null], [true, false]);
  const third = new CacheWriter(file);
  third.add(cacheRecord(C, module('later')));
  third.close();
  assert.notEqual(openCodeCache(file).find(C), null);
});

test('files that no start has used for a month are removed, others stay', () => {
  const [old, used, foreign] = ['1', '2', 'mine'].map((name) => join(folder, `${name.repeat(40)}.code`)) as [
    string,
    string,
    string,
  ];
  for (const file of [old, used, foreign]) {
    writeFileSync(file, '');
    utimesSync(file, new Date(0), new Date(0));
  }
  touch(used);
  written('any.code', { [A]: module('text') });
  assert.deepEqual([old, used, foreign].map(existsSync), [false, true, true]);
});

test('a place that cannot be written ends the writing quietly, and leaves no lock', () => {
  const writer = new CacheWriter(join(folder, 'a-file', 'x.code'));
  writer.add(cacheRecord(A, module('x')));
  writer.close();
  const full = new CacheWriter('/dev/full');
  full.add(cacheRecord(A, module('x')));
  full.close();
  appendFileSync(join(folder, 'a-file'), 'still a file');
});

test('many modules, some larger than what is read at once, in whatever order and more than once', () => {
  const texts = Array.from({ length: 60 }, (_, i) => `${i} `.repeat(i % 7 === 0 ? 150_000 : 2_000));
  const keys = texts.map((text) => cacheKey(text, 'build'));
  const file = written('many.code', Object.fromEntries(texts.map((text, i) => [keys[i]!, module(text)])));
  const inOrder = texts.map((_, i) => i);
  for (const order of [inOrder, inOrder.toReversed(), [...inOrder, ...inOrder, 59, 0, 30]]) {
    const cache = openCodeCache(file);
    for (const i of order) {
      const found = cache.find(keys[i]!)!;
      assert.ok(found.text.toString(found.encoding) === texts[i], `module ${i}`);
      found.text.fill(0);
    }
    assert.equal(cache.find(C), null);
    cache.close();
  }
});
