import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createAskedThread } from './asked-thread.js';

/** A thread that doubles numbers, refuses those below 0, and ends by itself when it is asked for 0. */
function doubling(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-thread-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, 'doubling.mjs');
  writeFileSync(
    script,
    `import { answerQuestions } from ${JSON.stringify(new URL('./asked-thread.js', import.meta.url).href)};
     answerQuestions((n) => {
       if (n === 0) process.exit();
       if (n < 0) throw Object.assign(new Error('below 0'), { code: 'ERR_BELOW' });
       return 2 * n;
     });`,
  );
  return createAskedThread<number, number>(pathToFileURL(script), 'doubling');
}

test('a thread answers in order, says why it refuses, and answers what it was asked before it closes', async (t) => {
  const thread = doubling(t);
  assert.deepEqual(await Promise.all([1, 2, 3].map((n) => thread.ask(n))), [2, 4, 6]);
  await assert.rejects(thread.ask(-1), { message: 'below 0', code: 'ERR_BELOW' });
  const last = thread.ask(21);
  await thread.close();
  assert.equal(await last, 42);
  await assert.rejects(thread.ask(1), /closed/);
});

test('what was asked of a thread that ends by itself is refused, and the next question starts another', async (t) => {
  const thread = doubling(t);
  const answers = await Promise.allSettled([thread.ask(1), thread.ask(0), thread.ask(2)]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  assert.equal(await thread.ask(4), 8);
  await thread.close();
});
