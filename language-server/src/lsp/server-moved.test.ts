// Functions that have gone to another file since the deployment, through the real program: by a real git checkout, and by
// what sensors told where there is none.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packFingerprint } from '@prodlens/syntax/fingerprint-text';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { eventually } from '../testing/deadline.js';
import { startEditor } from '../testing/editor.js';
import { scriptedCollector } from '../testing/scripted-collector.js';
import { titles } from '../testing/session.js';
import { service, stats } from '../testing/stats.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-moved-')));
after(() => rmSync(root, { recursive: true, force: true }));
const git = (...args: string[]) => {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' }).trim();
};
const PRICE = `export function price(items: Item[]): number {
  let sum = 0;
  for (const item of items) sum += item.price * item.count;
  return Math.round(sum * 100) / 100;
}
`;
const ADD = `export function add(list: string[], item: string) {
  if (!list.includes(item)) list.push(item.trim().toLowerCase());
  return list.length;
}
`;
const cart = join(root, 'src/cart.ts');
const money = join(root, 'src/money.ts');

before(() => {
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'package.json'), '{ "name": "@acme/shop" }');
  writeFileSync(cart, `${ADD}${PRICE}`);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'first');
});

test('a function that was moved to a new file has its numbers there, and one that is new has none', async () => {
  const revision = git('rev-parse', 'HEAD');
  writeFileSync(cart, ADD);
  const text = `export function fresh(one: number, two: number) {\n  return Math.max(one, two) - Math.min(one, two);\n}\n${PRICE}`;
  writeFileSync(money, text);

  const collector = await scriptedCollector();
  const shop = service('shop', { packageName: '@acme/shop', files: ['src/cart.ts'], revision });
  const at = (name: string, line: number) => stats(name, { line, column: 17, revision, callsPerMinute: 90 });
  collector.tell([shop], [at('add', 1), at('price', 5)]);
  const editor = await startEditor({ url: collector.url });
  try {
    await editor.open(money, text);
    const found = await eventually('the number of the moved function', async () => {
      const now = await titles(editor, money);
      return now.some((title) => title?.startsWith('p95 42 ms')) ? now : undefined;
    });
    assert.equal(found.length, 1);
    assert.match((await editor.hover(money, 3, 17)) ?? '', /Was in `src\/cart\.ts` in 2\.0\.0\./);
    await editor.end();
  } finally {
    await collector.stop();
  }
});

test('without git it is found by its fingerprint; what is still where it was is not taken for its copy', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-moved-no-git-')));
  after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "@acme/till" }');
  const STAYS = ADD.replaceAll('add', 'put');
  writeFileSync(join(folder, 'src/cart.ts'), STAYS);
  const text = `${PRICE}${STAYS.replaceAll('put', 'copied')}`;
  const there = join(folder, 'src/money.ts');
  writeFileSync(there, text);

  const reported = fingerprintTypeScript(`${STAYS}${PRICE}`, 'cart.ts').functions.map((f, i) =>
    stats(f.name, { service: 'till', line: i + 1, fingerprint: packFingerprint(f.fingerprint), callsPerMinute: 90 }),
  );
  const files = ['src/cart.ts', 'src/other.ts'];
  const collector = await scriptedCollector();
  collector.tell([service('till', { packageName: '@acme/till', files })], reported);
  const editor = await startEditor({ url: collector.url });
  try {
    await editor.open(there, text);
    const found = await eventually('the number of the moved function', async () => {
      const now = await titles(editor, there);
      return now.some((title) => title?.startsWith('p95 42 ms')) ? now : undefined;
    });
    assert.equal(found.length, 1);
    assert.match((await editor.hover(there, 0, 17)) ?? '', /Was in `src\/cart\.ts` in 2\.0\.0\./);
    // The other files are followed only until it is decided.
    const followed = () => collector.subscriptions.at(-1)?.files.map(({ file }) => file);
    await eventually('only what is needed is followed', () =>
      followed()?.join() === 'src/cart.ts' ? true : undefined,
    );
    await editor.end();
  } finally {
    await collector.stop();
  }
});

test('what was edited since the deployment is one click from its lens', async () => {
  const collector = await scriptedCollector();
  const revision = git('rev-parse', 'HEAD');
  const shop = service('shop', { packageName: '@acme/shop', files: ['src/cart.ts'], revision });
  const line = { line: 5, column: 17, revision, callsPerMinute: 90 };
  const price = stats('price', line);
  collector.tell([shop], [stats('add', { ...line, line: 1 }), price]);
  const editor = await startEditor({ url: collector.url, showDocument: false });
  try {
    await editor.open(cart, `${ADD}${PRICE.replace('Math.round(sum * 100) / 100', 'sum')}`);
    const lens = await eventually('the lens of the edited function', async () => {
      const [, found] = await editor.lenses(cart);
      return found?.command?.title.startsWith('edited since 2.0.0') ? found : undefined;
    });
    const [functionId] = lens.command?.arguments ?? [];
    const details = await editor.request<{ markdown: string }>('prodlens/functionDetails', { functionId });
    const [, changes] = details.markdown.split('```diff\n');
    assert.equal(
      changes,
      `   let sum = 0;
   for (const item of items) sum += item.price * item.count;
-  return Math.round(sum * 100) / 100;
+  return sum;
 }
\`\`\``,
    );
    await editor.end();
  } finally {
    await collector.stop();
  }
});

test('so is what was edited on its way to another file', async () => {
  const revision = git('rev-parse', 'HEAD');
  writeFileSync(cart, ADD);
  const text = PRICE.replace('Math.round(sum * 100) / 100', 'Math.round(total * 100) / 100').replaceAll(
    'sum ',
    'total ',
  );
  writeFileSync(money, text);
  const collector = await scriptedCollector();
  const shop = service('shop', { packageName: '@acme/shop', files: ['src/cart.ts'], revision });
  const at = (name: string, line: number) => stats(name, { line, column: 17, revision, callsPerMinute: 90 });
  collector.tell([shop], [at('add', 1), at('price', 5)]);
  const editor = await startEditor({ url: collector.url, showDocument: false });
  try {
    await editor.open(money, text);
    const lens = await eventually('the lens of the moved function', async () => {
      const [found] = await editor.lenses(money);
      return found?.command?.title.startsWith('edited since 2.0.0') ? found : undefined;
    });
    const [functionId] = lens.command?.arguments ?? [];
    const { markdown } = await editor.request<{ markdown: string }>('prodlens/functionDetails', { functionId });
    const [, changes] = markdown.split('```diff\n');
    assert.equal(
      changes,
      ` export function price(items: Item[]): number {
-  let sum = 0;
-  for (const item of items) sum += item.price * item.count;
-  return Math.round(sum * 100) / 100;
+  let total = 0;
+  for (const item of items) total += item.price * item.count;
+  return Math.round(total * 100) / 100;
 }
\`\`\``,
    );
    await editor.end();
  } finally {
    await collector.stop();
  }
});
