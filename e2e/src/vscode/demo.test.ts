// From nothing to a number by one click: the walkthrough's demo, in the editor's own terminal.

import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../program.js';
import { startEditor } from './editor.js';
import { getsANumberFromTheDemo } from './walkthrough.js';

test('the demo of the walkthrough puts a number over a function', { timeout: 600_000 }, async (t) => {
  const editor = await startEditor(t, {});
  if (editor === undefined) return;
  const { browser, server, temporary } = editor;
  const service = fileURLToPath(new URL('examples/order-service', REPOSITORY));
  await getsANumberFromTheDemo(browser, server.url, { service, temporary });
});
