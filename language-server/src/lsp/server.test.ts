// The real program over stdio, against a real WebSocket that plays the collector's part.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../testing/deadline.js';
import { startEditor, uriOf } from '../testing/editor.js';
import { scriptedCollector } from '../testing/scripted-collector.js';
import {
  ADD,
  CART,
  cart,
  FUNCTIONS,
  lensTitles,
  PRICE,
  root,
  SHOP,
  session,
  TAX_FAILS,
  tax,
  titles,
} from '../testing/session.js';

/** As the contract with editors names them, and more. */
const COMMANDS = [
  'prodlens.refresh',
  'prodlens.showFunction',
  'prodlens.showLine',
  'prodlens.showStory',
  'prodlens.openAlert',
  'prodlens.showForensics',
  'prodlens.openInWebApp',
  'prodlens.copyForAgent',
  'prodlens.muteAlert',
  'prodlens.unmuteAlert',
  'prodlens.markExpected',
  'prodlens.compareVersions',
];

const TAX = 'export function tax() {}\n';

test('says what it can, and no more', () =>
  session(async ({ editor }) => {
    assert.deepEqual(editor.initialized.capabilities, {
      textDocumentSync: { openClose: true, change: 2, save: true },
      codeLensProvider: { resolveProvider: false },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: ['quickfix'] },
      inlayHintProvider: { resolveProvider: false },
      workspaceSymbolProvider: true,
      executeCommandProvider: { commands: COMMANDS },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    });
    assert.equal(editor.initialized.serverInfo?.name, 'prodlens-language-server');
  }));

test('lenses with their command in place, a hover and a warning', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    const [failing, ...others] = await editor.diagnostics(cart, (found) => found.length > 0);
    assert.deepEqual(failing, {
      range: { start: { line: 2, character: 2 }, end: { line: 2, character: 7 } },
      severity: 2,
      source: 'Prodlens',
      code: 'failing',
      codeDescription: { href: `${collector.url}/alerts-explained.html#failing` },
      data: { functionId: PRICE.id, alertId: null, comparable: false },
      message: 'Cart.price failed in 12 of 300 calls in the last hour (4.0 %)',
    });
    assert.deepEqual(others, []);
    assert.deepEqual(await editor.lenses(cart), [
      {
        range: { start: { line: 1, character: 2 }, end: { line: 1, character: 5 } },
        command: {
          title: 'p95 42 ms · 1.2k/min',
          command: 'prodlens.showStory',
          arguments: [ADD.id, uriOf(cart), 1],
        },
      },
      {
        range: { start: { line: 2, character: 2 }, end: { line: 2, character: 7 } },
        command: {
          title: 'p95 58 ms · 5.0/min · 4.0 % errors',
          command: 'prodlens.showStory',
          arguments: [PRICE.id, uriOf(cart), 2],
        },
      },
    ]);
    const hover = (await editor.hover(cart, 2, 4)) ?? '';
    assert.match(hover, /\n\| 1\.5 ms \| 58 ms \|/);
    assert.ok(hover.includes(`(${collector.url}/#/functions/${encodeURIComponent(PRICE.id)})`), hover);
    assert.equal(await editor.hover(cart, 0, 0), null);
    assert.deepEqual(await titles(editor, tax), []);
  }));

test('asks for lenses again when numbers changed, and only then', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    assert.deepEqual(await lensTitles(editor), ['p95 42 ms · 1.2k/min', 'p95 58 ms · 5.0/min · 4.0 % errors']);
    const refreshes = () => editor.received('workspace/codeLens/refresh').length;
    const seen = refreshes();

    collector.tell([SHOP], FUNCTIONS);
    // Another document's warning is published after the numbers that are the same.
    await editor.open(tax, TAX);
    await editor.diagnostics(tax, (found) => found.length === 1);
    assert.equal(refreshes(), seen);

    collector.tell([SHOP], [{ ...ADD, p95Ns: 43e6 }, PRICE, TAX_FAILS]);
    await eventually('a refresh', () => (refreshes() > seen ? true : undefined));
    assert.equal((await titles(editor))[0], 'p95 43 ms · 1.2k/min');
  }));

test('numbers that change all the time ask for lenses every three seconds at most', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    assert.equal((await lensTitles(editor)).length, 2);
    const refreshes = () => editor.received('workspace/codeLens/refresh').length;
    const seen = refreshes();
    const startedMs = performance.now();
    // The second comes an interval after the first, however many numbers come between.
    let p95Ns = 43e6;
    await eventually('two refreshes', () => {
      p95Ns += 1e6;
      collector.tell([SHOP], [{ ...ADD, p95Ns }, PRICE, TAX_FAILS]);
      return refreshes() >= seen + 2 ? true : undefined;
    });
    assert.ok(performance.now() - startedMs >= 3_000, 'two refreshes within three seconds');
  }));

test('one more open file does not turn the others into another environment', () =>
  session(async ({ editor, collector }) => {
    const development = { ...ADD, environment: 'development' };
    collector.tell([SHOP], [development, { ...PRICE, environment: 'development' }, TAX_FAILS]);
    await editor.open(cart, CART);
    const before = ['p95 42 ms · 1.2k/min · development', 'p95 58 ms · 5.0/min · 4.0 % errors · development'];
    assert.deepEqual(await lensTitles(editor), before);
    await editor.open(tax, TAX);
    const absent = 'no data: shop does not run in development';
    await eventually('the second file', async () => (await titles(editor, tax)).includes(absent) || undefined);
    assert.deepEqual(await titles(editor), before);
  }));

test('a client without refresh is not asked to', () =>
  session(
    async ({ editor, collector }) => {
      await editor.open(cart, CART);
      await lensTitles(editor);
      collector.tell([SHOP], [ADD, { ...PRICE, errors: 30, errorRate: 0.1 }]);
      await editor.diagnostics(cart, (found) => String(found[0]?.message).includes('30 of'));
      assert.deepEqual(editor.received('workspace/codeLens/refresh'), []);
    },
    { refreshSupport: false },
  ));

test('a cause that is gone, and a document that is closed, leave no warning', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    await editor.diagnostics(cart, (found) => found.length === 1);
    collector.tell([SHOP], [ADD, { ...PRICE, errors: 0, errorRate: 0 }]);
    await editor.diagnostics(cart, (found) => found.length === 0);
    collector.tell([SHOP], FUNCTIONS);
    await editor.diagnostics(cart, (found) => found.length === 1);
    const asked = collector.subscriptions.length;
    await editor.notify('textDocument/didClose', { textDocument: { uri: uriOf(cart) } });
    await editor.diagnostics(cart, (found) => found.length === 0);
    assert.deepEqual((await collector.subscribed(asked + 1)).files, []);
  }));

test('lenses stand where the text now is, and typing asks the collector nothing', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    await lensTitles(editor);
    const asked = collector.subscriptions.length;
    const start = { line: 0, character: 0 };
    for (let version = 2; version <= 20; version++) {
      await editor.notify('textDocument/didChange', {
        textDocument: { uri: uriOf(cart), version },
        contentChanges: [{ range: { start, end: start }, text: '// 𝄞\n' }],
      });
    }
    const lenses = await editor.lenses(cart);
    assert.deepEqual(
      lenses.map(({ range }) => range.start),
      [
        { line: 20, character: 2 },
        { line: 21, character: 2 },
      ],
    );
    await editor.diagnostics(cart, (found) => found[0]?.range.start.line === 21);
    assert.equal(collector.subscriptions.length, asked);
  }));

test('a file that its service does not report has one lens with the reason; no other file has', () =>
  session(async ({ editor, collector }) => {
    const compiled = { ...SHOP, files: ['dist/cart.js'] };
    collector.tell([compiled], []);
    await editor.open(cart, `// The cart.\n${CART}`);
    await editor.open(join(root, 'src/types.ts'), 'export interface Item {}\n');
    const reason =
      'shop reports compiled files only (e.g. dist/cart.js): compile it with source maps ("sourceMap": true)';
    const lens = await eventually('a lens', async () => (await editor.lenses(cart))[0]);
    const start = { line: 0, character: 0 };
    assert.deepEqual(lens, {
      range: { start, end: start },
      command: {
        title: `no data: ${reason}`,
        command: 'prodlens.showStory',
        arguments: [null, uriOf(cart), 0],
      },
    });
    assert.equal((await titles(editor)).length, 1);
    assert.deepEqual(await titles(editor, join(root, 'src/types.ts')), []);

    collector.tell([SHOP], FUNCTIONS);
    await lensTitles(editor);
    assert.equal((await titles(editor))[0], 'p95 42 ms · 1.2k/min');
    collector.tell([{ ...SHOP, packageName: 'another', files: [] }], []);
    await eventually('no lens', async () => ((await titles(editor)).length === 0 ? true : undefined));

    collector.tell([{ ...SHOP, files: ['src/tax.ts'] }], []);
    await eventually('a lens', async () => (await titles(editor))[0]);
    assert.deepEqual(await titles(editor), ['no data: shop has not loaded this file, or its sensor leaves it out']);
    const settings = { prodlens: { codeLens: { minimumCalls: 1 } } };
    await editor.notify('workspace/didChangeConfiguration', { settings });
    await eventually('no lens', async () => ((await titles(editor)).length === 0 ? true : undefined));
  }));

test('a text that nobody edits has no lens, and no reason why not', () =>
  session(async ({ editor, collector }) => {
    const oneLine = CART.replaceAll('\n', ' ');
    await editor.open(cart, `${oneLine}${' '.repeat(5_000)}`);
    await editor.open(tax, TAX);
    await editor.diagnostics(tax, (found) => found.length === 1);
    assert.deepEqual(await titles(editor), []);
    const change = async (version: number, text: string) =>
      editor.notify('textDocument/didChange', {
        textDocument: { uri: uriOf(cart), version },
        contentChanges: [{ text }],
      });
    await change(2, oneLine);
    assert.equal((await titles(editor)).length, 2);
    await change(3, `${CART}${'// ....\n'.repeat(125_000)}`);
    await eventually('no lenses', async () => (await titles(editor)).length === 0 || undefined);
    collector.tell([{ ...SHOP, files: [] }], []);
    await editor.diagnostics(tax, (found) => found.length === 0);
    assert.deepEqual(await titles(editor), []);
  }));

test('commands: show the function, open the web app, refresh', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    await lensTitles(editor);
    const run = (command: string, args?: unknown[]) =>
      editor.request('workspace/executeCommand', { command, arguments: args });
    const start = { line: 0, character: 0 };

    assert.equal(await run('prodlens.showFunction', [PRICE.id, uriOf(cart), 0]), null);
    assert.equal(await run('prodlens.showFunction', ['unknown', uriOf(tax), 7]), null);
    assert.equal(await run('prodlens.openInWebApp', [PRICE.id]), null);
    assert.equal(await run('prodlens.openInWebApp'), null);
    assert.equal(await run('prodlens.showFunction', [1, 2, 3]), null);
    const seventh = { line: 7, character: 0 };
    assert.deepEqual(editor.received('window/showDocument'), [
      {
        uri: uriOf(cart),
        takeFocus: true,
        selection: { start: { line: 2, character: 2 }, end: { line: 2, character: 7 } },
      },
      { uri: uriOf(tax), takeFocus: true, selection: { start: seventh, end: seventh } },
      {
        uri: `${collector.url}/#/functions/${encodeURIComponent(PRICE.id)}`,
        external: true,
        selection: { start, end: start },
      },
      { uri: `${collector.url}/`, external: true, selection: { start, end: start } },
    ]);

    const asked = collector.subscriptions.length;
    assert.equal(await run('prodlens.refresh'), null);
    assert.deepEqual((await collector.subscribed(asked + 1)).files, [{ service: 'shop', file: 'src/cart.ts' }]);
  }));

test('ends with its editor: after exit without shutdown, when input ends, when the process is gone', async () => {
  const collector = await scriptedCollector();
  try {
    const abrupt = await startEditor({ url: collector.url });
    await abrupt.notify('exit', undefined);
    assert.equal(await abrupt.exitCode, 1);

    const cut = await startEditor({ url: collector.url });
    cut.closeInput();
    assert.equal(await cut.exitCode, 1);

    const short = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => short.once('exit', resolve));
    const orphan = await startEditor({ url: collector.url, processId: short.pid ?? 0 });
    assert.equal(await orphan.exitCode, 1);
  } finally {
    await collector.stop();
  }
});
