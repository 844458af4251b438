// Functions that have gone to another file since the deployment, through the real program and a real git checkout.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
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

test('a function that was moved to a new file has its numbers there, and one that is new has none', async () => {
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'package.json'), '{ "name": "@acme/shop" }');
  writeFileSync(cart, `${ADD}${PRICE}`);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'first');
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
