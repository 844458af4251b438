// ES modules where Node has loader hooks in a thread of their own alone, with and without the sensor: measured without
// that thread, and the program's own reading of files is as it was.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { programs, REGISTER, REGISTER_PATH } from '../testing/programs.js';

const host = programs({
  'lib.mjs': `export function thrice(n) { return n * 3 }`,
  'typed/package.json': '{ "type": "module" }',
  'typed/deep/lib.js': `globalThis.typed = function typed() { return this }; measured(typed)`,
  'typed/deep/script.cjs': `exports.script = function script() { return this === exports }; measured(exports.script)`,
  'untyped.js': `export function untyped() { return this }; measured(untyped)`,
  'late.mjs': `export function late() { return 1 }; measured(late)`,
  'last.mjs': `export function last() { return 2 }; measured(last)`,
});
after(() => host.remove());

const PROGRAMS: Record<string, string> = {
  'formats by extension, by package and by syntax': `import './typed/deep/lib.js'; import { script } from './typed/deep/script.cjs'; import { untyped } from './untyped.js';
    import { thrice } from './lib.mjs'; measured(thrice); console.log((0, typed)(), untyped(), script(), thrice(1))`,
  'a program that reads a module reads its own text': `import fs from 'node:fs'; import { readFile } from 'node:fs/promises'; import './late.mjs'; const url = new URL('./late.mjs', import.meta.url);
    const texts = [await readFile(url), await fs.promises.readFile(url), await readFile(url, 'utf8'), await readFile(url.pathname), await Promise.resolve(url).then(readFile)];
    console.log(texts.map(String).join('\\n'), await readFile(new URL('./none', url)).catch((error) => [error.code, error.message]))`,
  'readFile looks as it did': `import { promises } from 'node:fs'; import { readFile } from 'node:fs/promises'; process.on('unhandledRejection', (error) => console.log(error.code));
    const { enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(promises, 'readFile'); console.log(readFile === promises.readFile, readFile.name, readFile.length, String(readFile),
    readFile.constructor.name, Object.getOwnPropertyNames(readFile).sort(), enumerable, writable, configurable, readFile() instanceof Promise)`,
  'a prepareStackTrace of its own, a limit of 0': `Error.prepareStackTrace = () => { console.log('asked'); return 'mine' }; Error.stackTraceLimit = 0;
    const { late } = await import('./late.mjs'); console.log(late(), Error.stackTraceLimit); Error.stackTraceLimit = 4; console.log(new Error().stack)`,
  'a readFile of its own': `import { promises } from 'node:fs'; const before = promises.readFile; promises.readFile = function (...parameters) { return before.apply(this, parameters) };
    const { late } = await import('./late.mjs'); console.log(late())`,
};

for (const [how, flags] of Object.entries({
  '--import': ['--import', REGISTER],
  '--require': ['--require', REGISTER_PATH],
})) {
  describe(how, { concurrency: 3 }, () => {
    for (const [title, source] of Object.entries(PROGRAMS)) {
      test(title, async () => {
        const file = `${title.replace(/\W+/g, '-')}.mjs`;
        host.write({ [file]: source });
        const plain = await host.run([file], []);
        assert.deepEqual([plain.status, plain.stderr], [0, []]);
        assert.deepEqual(await host.run([file], flags), plain);
      });
    }

    test('where nobody can say who reads, the modules behind the first are measured all the same', async () => {
      host.write({
        'gone.cjs': `delete Error.prepareStackTrace; import('./lib.mjs').then(() => import('./last.mjs')).then(({ last }) => console.log(last()))`,
      });
      const plain = await host.run(['gone.cjs'], []);
      assert.equal(plain.stdout, '2\n');
      assert.deepEqual(await host.run(['gone.cjs'], flags), plain);
    });

    test('the sensor starts two threads, in the program and in its worker threads', async () => {
      host.write({
        'threads.cjs': `const { Worker, isMainThread, threadId, parentPort } = require('node:worker_threads');
          import('./lib.mjs').then(({ thrice }) => { measured(thrice); if (!isMainThread) return parentPort.postMessage(0);
          const one = new Worker(__filename); one.once('message', () => console.log(one.threadId, new Worker('', { eval: true }).threadId)) })`,
      });
      assert.equal((await host.run(['threads.cjs'], [])).stdout, '1 2\n');
      const { stdout, stderr } = await host.run(['threads.cjs'], flags);
      assert.deepEqual([stdout, stderr], ['3 5\n', []]);
    });
  });
}
