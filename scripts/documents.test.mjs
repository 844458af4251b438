// Holds what the documents say to what is there: folders, tests, commands, links, and where packages can be had.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { isSource, repositoryFiles } from './repository-files.mjs';
import { ROOT } from './setup.mjs';

const files = repositoryFiles();
const sources = files.filter(isSource);

test('ARCHITECTURE.md names, for each invariant, a test that exists', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const invariants = text.split(/^\d+\. \*\*/m).slice(1);
  assert.ok(invariants.length >= 9, `${invariants.length} invariants`);
  for (const invariant of invariants) {
    const tests = [...invariant.matchAll(/`([\w./-]+\.test\.(?:ts|mjs))`/g)].map((m) => m[1]);
    assert.ok(tests.length > 0, `no test is named in: ${invariant.slice(0, 80)}`);
    for (const file of tests) assert.ok(existsSync(join(ROOT, file)), `${file} does not exist`);
  }
});

test('ARCHITECTURE.md names every folder that has sources', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const folders = new Set(sources.filter((file) => /(^|\/)(src|web|panel)\//.test(file)).map((file) => dirname(file)));
  const named = (folder) => text.includes(`${folder.split('/').at(-1)}/`);
  assert.deepEqual(
    [...folders].filter(
      (folder) => !folder.endsWith('testing') && !/\/(src|web|panel)$/.test(folder) && !named(folder),
    ),
    [],
  );
});

test('CONTRIBUTING.md names every part of npm test, every bench and every suite of other people', () => {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const help = execFileSync(process.execPath, [join(ROOT, 'scripts/test.mjs'), '--help'], { encoding: 'utf8' });
  for (const part of /^Parts: (.+);/m.exec(help)[1].split(', ')) assert.ok(text.includes(`\`${part}\``), part);
  const benches = readFileSync(join(ROOT, 'bench/run.mjs'), 'utf8').matchAll(/import\('\.\/([\w-]+)\//g);
  const runs = /^const RUNS = \{ (.+) \}/m.exec(readFileSync(join(ROOT, 'e2e/conformance/run.mjs'), 'utf8'))[1];
  for (const name of [...[...benches].map(([, name]) => name), ...runs.split(', ')])
    assert.ok(text.includes(`-- ${name}`), name);
});

/** As the web makes an anchor of a heading. */
function anchorsOf(file) {
  const headings = readFileSync(file, 'utf8').match(/^#+ .+$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

for (const file of files.filter((file) => file.endsWith('.md'))) {
  test(`links of ${file}`, () => {
    const text = readFileSync(join(ROOT, file), 'utf8').replace(/```[\s\S]*?```/g, '');
    for (const [, link] of text.matchAll(/\]\((?!https?:|vscode:|mailto:|command:)([^)\s]+)\)/g)) {
      const [path, anchor] = link.split('#');
      const target = path === '' ? join(ROOT, file) : resolve(ROOT, dirname(file), path);
      assert.ok(existsSync(target), `${link} leads nowhere`);
      if (anchor !== undefined && target.endsWith('.md')) assert.ok(anchorsOf(target).includes(anchor), link);
    }
  });
}

/** Those that say themselves that the packages are not in a registry yet, or when they will be. */
const SAYS_UNPUBLISHED = [
  'docs/getting-started.md',
  'extension-jetbrains-bridge/README.md',
  'extension-jetbrains-bridge/lsp4ij-template/installer.json',
];
test('nothing tells people to install from a registry that does not have the packages', () => {
  const texts = files.filter((file) => /\.(md|json|tsx?|mjs|java)$/.test(file) && !/\.test\.|lock/.test(file));
  const fromRegistry = /\b(npx|npm (i|install)( -[\w-]+)*) @prodlens\//;
  assert.deepEqual(
    texts.filter(
      (file) => !SAYS_UNPUBLISHED.includes(file) && fromRegistry.test(readFileSync(join(ROOT, file), 'utf8')),
    ),
    [],
  );
});
