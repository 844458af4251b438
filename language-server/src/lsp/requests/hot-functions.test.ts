// Hot functions, and lines of a stack, asked of the real program.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from '../../testing/deadline.js';
import { type Editor, uriOf } from '../../testing/editor.js';
import { ADD, CART, cart, PRICE, root, SHOP, session } from '../../testing/session.js';
import { stats } from '../../testing/stats.js';
import type { HotFunction } from './hot-functions.js';

interface Answer {
  functions: HotFunction[] | null;
  problem: string | null;
}

const OPTIONS = { workspaceFolder: root };
/** Once there are some. */
const hot = (editor: Editor, params: object) =>
  eventually('hot functions', async () => {
    const answer = await editor.request<Answer>('prodlens/hotFunctions', params);
    return answer.functions?.length ? look(answer) : undefined;
  });
const look = ({ functions }: Answer) => functions?.map(({ stats, uri, range }) => [stats.name, uri, range.start.line]);

test('hot functions of the workspace are those of its files, in the order asked of the collector', () =>
  session(async ({ editor, collector }) => {
    writeFileSync(cart, CART);
    await editor.open(cart, CART);
    // src/tax.ts is not on the disk.
    assert.deepEqual(await hot(editor, { order: 'p95Ns' }), [
      [ADD.name, uriOf(cart), ADD.line - 1],
      [PRICE.name, uriOf(cart), PRICE.line - 1],
    ]);
    assert.ok(collector.requests.some((request) => /functions\?.*sort=p95Ns/.test(request)));
  }, OPTIONS));

test('hot functions of a file are those of the open document, without those that have no such number', () =>
  session(async ({ editor }) => {
    await editor.open(cart, `\n${CART}`);
    assert.deepEqual(await hot(editor, { uri: uriOf(cart), order: 'errors' }), [[PRICE.name, uriOf(cart), 3]]);
  }, OPTIONS));

test('a deployed line is opened where it now is in the function that holds it, not the one that begins before it', () =>
  session(async ({ editor, collector }) => {
    const text = `

export function sum(list: number[]) {
  list.map((one) => one);
  throw new Error('sum');
}
`;
    writeFileSync(cart, text);
    const sum = stats('sum', { calls: 5, line: 1 });
    collector.tell([SHOP], [sum, stats('sum.list.map#0', { calls: 5, line: 2 })]);
    await editor.open(cart, text);
    await hot(editor, { uri: uriOf(cart) });
    await editor.request('workspace/executeCommand', {
      command: 'prodlens.showLine',
      arguments: ['shop', sum.file, 3],
    });
    const shown = editor.received('window/showDocument').at(-1) as { uri: string; selection: { start: object } };
    assert.deepEqual([shown.uri, shown.selection.start], [uriOf(cart), { line: 4, character: 2 }]);
  }, OPTIONS));
