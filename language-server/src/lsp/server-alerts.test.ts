// Alerts on their way through the real program: into diagnostics, quick fixes, commands, and to clients that asked.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CodeAction, InlayHint, SymbolInformation } from 'vscode-languageserver-protocol/node';
import { eventually } from '../testing/deadline.js';
import { type Editor, uriOf } from '../testing/editor.js';
import { ADD, CART, cart, FUNCTIONS, PRICE, root, SHOP, session, titles } from '../testing/session.js';
import { alert } from '../testing/stats.js';

const THROWS = {
  type: 'throwing-line',
  functionId: PRICE.id,
  file: PRICE.file,
  name: PRICE.name,
  share: null,
} as const;
const SLOWER = alert(ADD, 'slower-since-deployment', { severity: 'critical' });
const NEW_ERROR = alert({ ...PRICE, line: 3 }, 'new-error', {
  title: 'Cart.price fails',
  cause: { ...THROWS, line: 3 },
});
const OPTIONS = {
  initializationOptions: { statusNotifications: true, alertNotifications: true, clipboard: true },
  workspaceFolder: root,
};

const run = (editor: Editor, command: string, ...args: unknown[]) =>
  editor.request<unknown>('workspace/executeCommand', { command, arguments: args });
const selectionStart = (editor: Editor) => (shownLast(editor)?.selection as { start: unknown } | undefined)?.start;
const shownLast = (editor: Editor) => editor.received('window/showDocument').at(-1);

test('alerts are diagnostics with their severity, explanation and quick fixes', () =>
  session(async ({ editor, collector }) => {
    collector.alert([SLOWER, NEW_ERROR]);
    await editor.open(cart, CART);
    const found = await editor.diagnostics(cart, (all) => all.length === 2);
    assert.deepEqual(
      found.map(({ code, severity, range, codeDescription }) => [
        code,
        severity,
        range.start.line,
        codeDescription?.href,
      ]),
      [
        ['slower-since-deployment', 1, 1, `${collector.url}/alerts-explained.html#slower-since-deployment`],
        ['new-error', 2, 2, `${collector.url}/alerts-explained.html#new-error`],
      ],
    );
    assert.equal(found[0]?.relatedInformation?.[0]?.message, 'Deployed as 2.0.0 (abcdef0) by Ann, before it 1.0.0');
    await eventually(
      'the mark',
      async () => (await titles(editor))[0]?.startsWith('▲ 38 % slower since 2.0.0') || undefined,
    );

    const context = { diagnostics: [found[0]] };
    const range = found[0]!.range;
    const fixes = await editor.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: uriOf(cart) },
      range,
      context,
    });
    assert.deepEqual(
      fixes.map(({ command }) => [command?.command, command?.arguments?.[0]]),
      [
        ['prodlens.showStory', ADD.id],
        ['prodlens.showForensics', SLOWER.id],
        ['prodlens.copyForAgent', SLOWER.id],
        ['prodlens.openInWebApp', SLOWER.id],
        ['prodlens.compareVersions', SLOWER.id],
        ['prodlens.muteAlert', SLOWER.id],
        ['prodlens.markExpected', SLOWER.id],
      ],
    );
    collector.alert([]);
    await editor.diagnostics(cart, (all) => all.length === 0);
  }, OPTIONS));

test('a client that asked is told which alerts are new, and gets them all', () =>
  session(async ({ editor, collector }) => {
    const told = (count: number) =>
      eventually(`${count} notifications`, () => editor.received('prodlens/alertsChanged')[count - 1]);
    collector.alert([SLOWER]);
    await editor.open(cart, CART);
    assert.deepEqual(await told(1), { open: 1, critical: 1, opened: [] });
    collector.alert([SLOWER, NEW_ERROR]);
    const { opened, ...counts } = await told(2);
    assert.deepEqual(counts, { open: 2, critical: 1 });
    assert.deepEqual(
      (opened as { id: string }[]).map(({ id }) => id),
      [NEW_ERROR.id],
    );
    assert.deepEqual(await editor.request('prodlens/alerts', {}), { alerts: [SLOWER, NEW_ERROR] });
    await eventually('the mark', async () => (await titles(editor))[0]?.startsWith('▲') || undefined);
    const details = await editor.request<{ name: string; readings: { alerts: { id: string }[] }[]; markdown: string }>(
      'prodlens/functionDetails',
      { functionId: ADD.id },
    );
    assert.deepEqual([details.name, details.readings[0]?.alerts[0]?.id], ['Cart.add', SLOWER.id]);
    assert.match(details.markdown, /▲ 38 % slower since 2\.0\.0/);
    assert.equal(await editor.request('prodlens/functionDetails', { functionId: 'unknown' }), null);
  }, OPTIONS));

test('the first alert after a quiet time is new', () =>
  session(async ({ editor, collector }) => {
    await editor.open(cart, CART);
    await eventually('numbers', async () => (await titles(editor))[0]?.includes('/min') || undefined);
    collector.alert([SLOWER]);
    const news = await eventually('the notification', () => editor.received('prodlens/alertsChanged')[0]);
    assert.deepEqual(
      (news.opened as { id: string }[]).map(({ id }) => id),
      [SLOWER.id],
    );
  }, OPTIONS));

test('from an alert to the line in the text as it is, open or on disk, also where it was moved to', () =>
  session(async ({ editor, collector }) => {
    collector.alert([SLOWER, NEW_ERROR]);
    await editor.open(cart, `\n\n${CART}`);
    await editor.diagnostics(cart, (all) => all.length === 2);
    await run(editor, 'prodlens.openAlert', NEW_ERROR.id);
    assert.deepEqual(shownLast(editor), {
      uri: uriOf(cart),
      takeFocus: true,
      selection: { start: { line: 4, character: 2 }, end: { line: 4, character: 7 } },
    });

    await editor.notify('textDocument/didClose', { textDocument: { uri: uriOf(cart) } });
    writeFileSync(cart, `// moved down\n${CART}`);
    await run(editor, 'prodlens.openAlert', NEW_ERROR.id);
    assert.deepEqual(selectionStart(editor), { line: 3, character: 2 });

    writeFileSync(cart, 'export {};\n');
    const moved = join(root, 'src/parts/cart-parts.ts');
    mkdirSync(join(root, 'src/parts'), { recursive: true });
    writeFileSync(moved, CART);
    await run(editor, 'prodlens.openAlert', SLOWER.id);
    assert.deepEqual([shownLast(editor)?.uri, selectionStart(editor)], [uriOf(moved), { line: 1, character: 2 }]);
    writeFileSync(moved, '');
  }, OPTIONS));

test('the story opens as a file; the text for an agent is the answer; muting asks the collector', () =>
  session(async ({ editor, collector }) => {
    collector.alert([SLOWER]);
    await editor.open(cart, CART);
    await editor.diagnostics(cart, (all) => all.length === 1);
    await run(editor, 'prodlens.showStory', ADD.id, uriOf(cart), 1);
    const story = readFileSync(fileURLToPath(String(shownLast(editor)?.uri)), 'utf8');
    assert.match(story, /^\*\*Prodlens\*\* `Cart\.add`/);
    const { text } = (await run(editor, 'prodlens.copyForAgent', SLOWER.id, uriOf(cart))) as { text: string };
    assert.match(text, /^Production says: Cart\.add is 38 % slower since 2\.0\.0\./);
    assert.match(text, /"medianNs"/);
    await run(editor, 'prodlens.muteAlert', SLOWER.id);
    assert.match(
      collector.requests.at(-1) ?? '',
      /^POST \/api\/v1\/alerts\/\S+\/mute \{"untilUnixMs":\d+,"reason":"Muted in the editor"\}$/,
    );
    await run(editor, 'prodlens.unmuteAlert', SLOWER.id);
    assert.match(collector.requests.at(-1) ?? '', /^POST \/api\/v1\/alerts\/\S+\/unmute \{\}$/);
    await run(editor, 'prodlens.markExpected', SLOWER.id);
    assert.match(collector.requests.at(-1) ?? '', /\/expected \{"reason":"Marked as expected in the editor"\}$/);
    await run(editor, 'prodlens.compareVersions', SLOWER.id);
    assert.equal(shownLast(editor)?.uri, `${collector.url}/#/compare?service=shop&from=1.0.0&to=2.0.0`);
  }, OPTIONS));

test('symbols by slowest, hints where they are switched on, and what an uncommitted edit adds', () =>
  session(
    async ({ editor, collector }) => {
      const text = `export class Cart {
  async add(items: string[]) {
    return this.price();
  }
  price(): number { return 1; }
}
`;
      writeFileSync(cart, text);
      const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { stdio: 'ignore' });
      git('init');
      git('add', 'src/cart.ts');
      git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-m', 'cart');
      const call = { ...PRICE, share: 0.5, calls: 300, totalNs: 300 * 4e6 };
      collector.tell([SHOP], [{ ...ADD, callees: [call] }, ...FUNCTIONS.slice(1)]);
      await editor.open(cart, text);
      await editor.diagnostics(cart, (all) => all.length === 1);
      const range = { start: { line: 0, character: 0 }, end: { line: 6, character: 0 } };
      const hints = await editor.request<InlayHint[]>('textDocument/inlayHint', {
        textDocument: { uri: uriOf(cart) },
        range,
      });
      assert.deepEqual(
        hints.map(({ position, label }) => [position.line, label]),
        [[2, '4.0 ms each · 50 % · 5.0/min']],
      );
      const hover = await editor.hover(cart, 2, 18);
      assert.match(hover ?? '', /From `Cart\.add`: 50 %, 5\.0\/min, 4\.0 ms each\./);
      const symbols = await editor.request<SymbolInformation[]>('workspace/symbol', { query: 'ADD' });
      assert.deepEqual(
        symbols.map(({ name, location, containerName }) => [name, location.uri, containerName]),
        [['Cart.add', uriOf(cart), 'p95 42 ms · 1.2k/min · shop']],
      );

      const edited = text.replace('return this', 'for (const item of items) await load(item);\n    return this');
      const contentChanges = [{ text: edited }];
      await editor.notify('textDocument/didChange', { textDocument: { uri: uriOf(cart), version: 2 }, contentChanges });
      const added = await editor.diagnostics(cart, (all) => all.some(({ code }) => code === 'hot-change'));
      const hot = added.find(({ code }) => code === 'hot-change');
      assert.equal(hot?.message, 'Cart.add runs 1.2k/min in production; this adds an await in a loop');
      assert.deepEqual([hot?.severity, hot?.range.start.line], [3, 2]);
    },
    { ...OPTIONS, configuration: { inlayHints: { enabled: true } } },
  ));
