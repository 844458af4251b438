import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOfLink } from './editor-link.js';

test('a link to an alert or a function is the command that opens it; anything else is none', () => {
  assert.deepEqual(commandOfLink('/open', 'alert=a%2F1'), { command: 'prodlens.openAlert', id: 'a/1' });
  assert.deepEqual(commandOfLink('/open', 'function=0af3'), { command: 'prodlens.showFunction', id: '0af3' });
  assert.equal(commandOfLink('/open', ''), undefined);
  assert.equal(commandOfLink('/open', 'alert='), undefined);
  assert.equal(commandOfLink('/open', 'command=rm'), undefined);
  assert.equal(commandOfLink('/delete', 'alert=1'), undefined);
});
