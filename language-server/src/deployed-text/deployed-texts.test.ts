import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { deployedTexts } from './deployed-texts.js';
import { gitObjects } from './git-objects.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-deployed-text-')));
after(() => rmSync(root, { recursive: true, force: true }));
const file = join(root, 'src/cart.ts');

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' }).trim();
}

mkdirSync(join(root, 'src'));
git('init', '-q', '-b', 'main');
const TEXT = 'export function add(item: string) {\n  return item.trim();\n}\n// Grüße\n';
writeFileSync(file, TEXT);
git('add', '.');
git('commit', '-qm', 'first');
const first = git('rev-parse', 'HEAD');
git('tag', 'v1.0.0');
const moved = join(root, 'src/basket/basket.ts');
mkdirSync(join(root, 'src/basket'));
renameSync(file, moved);
git('add', '-A');
git('commit', '-qm', 'second');

let parses = 0;
const parse = async (text: string, path: string) => {
  parses++;
  return fingerprintTypeScript(text, path).functions;
};

test('a file as it was at a commit, told of when it is there, parsed once for each text', async () => {
  let changes = 0;
  const texts = deployedTexts(parse, () => changes++);
  try {
    assert.equal(texts.of(file, first), null);
    await texts.settled();
    assert.equal(changes, 1);
    const found = texts.of(file, first);
    assert.equal(found?.text, TEXT);
    assert.equal(found?.path, file);
    assert.deepEqual(
      found?.functions.map(({ name }) => name),
      ['add'],
    );
    texts.of(file, first.slice(0, 8));
    texts.of(file, 'v1.0.0');
    await texts.settled();
    assert.equal(texts.of(file, 'v1.0.0')?.text, TEXT);
    assert.equal(parses, 1);
  } finally {
    texts.close();
  }
});

test('a file that has been moved since, by where it was', async () => {
  const texts = deployedTexts(parse, () => {});
  try {
    texts.of(moved, first);
    texts.formerPath(moved, first);
    texts.formerPath(file, first);
    await texts.settled();
    assert.deepEqual([texts.of(moved, first)?.path, texts.of(moved, first)?.nowAt], [file, moved]);
    assert.equal(texts.formerPath(moved, first), file);
    assert.equal(texts.formerPath(file, first), null);
  } finally {
    texts.close();
  }
});

test('nothing where there is no such commit, no such file, no git or no sound name', async () => {
  let changes = 0;
  const texts = deployedTexts(parse, () => changes++);
  try {
    const asked: [string, string][] = [
      [file, '0'.repeat(40)],
      [join(root, 'src/none.ts'), first],
      [join(tmpdir(), 'nowhere/a.ts'), first],
      [file, '--output=x'],
      [file, `${first}..HEAD`],
      [file, ''],
    ];
    for (const [path, revision] of asked) texts.of(path, revision);
    await texts.settled();
    for (const [path, revision] of asked) assert.equal(texts.of(path, revision), null, `${revision}:${path}`);
    assert.equal(changes, 0);
  } finally {
    texts.close();
  }
});

test('many objects at once come from one process, in order, and again after it has ended', async () => {
  const objects = gitObjects(root);
  try {
    const name = `${first}:src/cart.ts`;
    const found = await Promise.all([name, 'HEAD:none', `${first}:src`, name, 'a\nb'].map((one) => objects.read(one)));
    assert.deepEqual(
      found.map((blob) => blob?.text ?? null),
      [TEXT, null, null, TEXT, null],
    );
    objects.close();
    assert.equal((await objects.read(name))?.text, TEXT);
  } finally {
    objects.close();
  }
});
