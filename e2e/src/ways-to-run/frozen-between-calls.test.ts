// A function as a platform runs it (AWS Lambda and its like): started by the platform's own program, which lies
// elsewhere, in the function's folder, and stopped the moment it has answered. What `await flush()` has sent by then is
// all that the collector has, and it is enough.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.js';
import { type Program, REPOSITORY, startCollector, startProgram } from '../program.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-frozen-')));
const [runtime, task] = [join(folder, 'runtime'), join(folder, 'task')];
const programs: Program[] = [];
after(async () => {
  for (const program of programs) await program.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test('what a frozen function has flushed is there, under the function’s own names', async () => {
  for (const path of [runtime, task]) mkdirSync(path);
  writeFileSync(join(task, 'package.json'), '{ "name": "resize", "version": "3.1.0", "type": "module" }');
  writeFileSync(
    join(task, 'index.mjs'),
    `import { flush } from '@prodlens/sensor';
export async function handler(event) { const result = resize(event.size); await flush(); return result; }
function resize(size) { let sum = 0; for (let i = 0; i < size; i++) sum += i; return sum; }`,
  );
  symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(task, 'node_modules'));
  // The platform's part: it loads the handler, calls it for each event, and freezes the process after its answer.
  writeFileSync(
    join(runtime, 'bootstrap.mjs'),
    `import { createServer } from 'node:http';
const { handler } = await import('file://' + process.cwd() + '/index.mjs');
const server = createServer(async (request, response) => {
  const result = await handler({ size: 1000 });
  response.end(String(result), () => process.kill(process.pid, 'SIGSTOP'));
});
server.listen(0, '127.0.0.1', () => console.log('ready at http://127.0.0.1:' + server.address().port));`,
  );
  const collector = await startCollector(join(folder, 'data'));
  programs.push(collector);
  const settings = { PRODLENS_URL: collector.url, NODE_OPTIONS: '--import @prodlens/sensor/register' };
  const platform = await startProgram([join(runtime, 'bootstrap.mjs')], settings, /ready at (http:\S+)/, task);
  programs.push(platform);
  assert.equal(await (await fetch(platform.url)).text(), '499500');

  const named = await eventually('the calls', async () => {
    const response = await fetch(`${collector.url}/api/v1/functions?service=resize&window=1h`);
    const { functions } = (await response.json()) as { functions: { name: string; file: string; calls: number }[] };
    return functions.some(({ name }) => name === 'resize') ? functions : undefined;
  });
  const own = named.filter(({ file }) => !file.includes('node_modules/')).map((f) => [f.file, f.name, f.calls]);
  assert.deepEqual(
    own.filter(([, name]) => name === 'resize'),
    [['index.mjs', 'resize', 1]],
  );
  assert.ok(own.some(([file, name]) => file === 'index.mjs' && name === 'handler'));
});
