// A session of an editor with the language server: a small shop on the disk, a collector that says what its functions
// do, and the real program between them over stdio.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Editor, type EditorOptions, startEditor } from './editor.js';
import { type ScriptedCollector, scriptedCollector } from './scripted-collector.js';
import { service, stats } from './stats.js';

export const CART = `export class Cart {
  add(item: string): void {}
  price(): number { return 1; }
}
`;

export const root = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-language-server-')));
export const cart = join(root, 'src/cart.ts');
export const tax = join(root, 'src/tax.ts');
mkdirSync(join(root, 'src'));
writeFileSync(join(root, 'package.json'), JSON.stringify({ name: '@acme/shop' }));
after(() => rmSync(root, { recursive: true, force: true }));

export const SHOP = service('shop', {
  packageName: '@acme/shop',
  files: ['src/cart.ts', 'src/tax.ts'],
  environments: ['production'],
});
export const ADD = stats('Cart.add', { calls: 72_000, callsPerMinute: 1_200 });
export const PRICE = stats('Cart.price', { calls: 300, errors: 12, callsPerMinute: 5, p95Ns: 58e6 });
export const TAX_FAILS = stats('tax', { file: 'src/tax.ts', calls: 100, errors: 50 });
export const FUNCTIONS = [ADD, PRICE, TAX_FAILS];

export interface Session {
  collector: ScriptedCollector;
  editor: Editor;
}

/** Runs `run` in an editor that has the shop's numbers, and ends both; what the editor's end checks fails the test. */
export async function session(
  run: (session: Session) => Promise<void>,
  about: Partial<EditorOptions> = {},
): Promise<void> {
  const collector = await scriptedCollector();
  collector.tell([SHOP], FUNCTIONS);
  try {
    const editor = await startEditor({ url: collector.url, ...about });
    await run({ collector, editor });
    assert.equal(await editor.end(), 0);
  } finally {
    await collector.stop();
  }
}

/** Of the lenses of a file, top down. */
export async function titles(editor: Editor, path = cart): Promise<(string | undefined)[]> {
  return (await editor.lenses(path)).map(({ command }) => command?.title);
}

/** The lenses' titles once they have numbers. */
export async function lensTitles(editor: Editor): Promise<(string | undefined)[]> {
  await editor.diagnostics(cart, (found) => found.length > 0);
  return titles(editor);
}
