// A program that is shipped as one minified file, without its source map: what is captured of it shows original functions,
// files and lines all the same, by the map that was uploaded; and the same error has the same fingerprint in another build.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Snapshot, SnapshotSummary } from '@prodlens/protocol';
import * as esbuild from 'esbuild';
import { eventually } from '../eventually.js';
import { type Program, REPOSITORY, runProgram, SENSOR, startCollector, startProgram } from '../program.js';

const PRICING = `export class LimitError extends Error {
  name = 'LimitError';
}

function check(order, limit) {
  if (order.total > limit) {
    throw new LimitError('over the limit of ' + limit, { cause: new RangeError('total') });
  }
}

export function price(order) {
  check(order, 100);
  return order.total;
}
`;
const SERVER = `import { createServer } from 'node:http';
import { price } from './pricing.js';
function answer(request, response) {
  try {
    price({ total: 4711 });
  } catch (error) {
    response.statusCode = 500;
    response.end();
  }
}
createServer(answer).listen(0, '127.0.0.1', function () {
  console.log('listening on http://127.0.0.1:' + this.address().port);
});
`;

test('a capture of a minified program without its map is shown by the map that was uploaded', async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-uploaded-maps-')));
  const programs: Program[] = [];
  t.after(async () => {
    for (const program of programs.reverse()) await program.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "version": "1.0.0", "type": "module" }');
  writeFileSync(join(folder, 'pricing.js'), PRICING);
  const collector = await startCollector(join(folder, 'data'));
  programs.push(collector);

  async function captured(version: string, first: string): Promise<{ summary: SnapshotSummary; snapshot: Snapshot }> {
    writeFileSync(join(folder, 'server.js'), SERVER + first);
    const file = join(folder, `dist-${version}`, 'main.js');
    await esbuild.build({
      ...{ absWorkingDir: folder, entryPoints: ['server.js'], outfile: file },
      ...{ bundle: true, minify: true, keepNames: false, platform: 'node', format: 'esm', sourcemap: 'external' },
    });
    const cli = fileURLToPath(new URL('collector/dist/cli.js', REPOSITORY));
    const of = ['--service', 'shop', '--version', version, '--root', folder, '--url', collector.url];
    const upload = await runProgram(
      process.execPath,
      [cli, 'sourcemaps', 'upload', ...of, join(folder, `dist-${version}`)],
      {},
      folder,
    );
    assert.equal(upload.code, 0, upload.lines.join('\n'));
    rmSync(`${file}.map`);
    const settings = { PRODLENS_URL: collector.url, PRODLENS_VERSION: version, PRODLENS_CACHE: 'off' };
    const service = await startProgram(['--import', SENSOR, file], settings, /listening on (http:\S+)/);
    programs.push(service);
    assert.equal((await fetch(service.url)).status, 500);
    const told = async (path: string) => (await fetch(`${collector.url}/api/v1/forensics${path}`)).json();
    const { id } = await eventually(`a capture of ${version}`, async () => {
      const { snapshots } = (await told('?trigger=new%20error%20type')) as { snapshots: SnapshotSummary[] };
      return snapshots.find((one) => one.version === version);
    });
    return (await told(`/${id}`)) as { summary: SnapshotSummary; snapshot: Snapshot };
  }

  const { summary, snapshot } = await captured('1.0.0', '');
  const line = PRICING.split('\n').findIndex((text) => text.includes('throw')) + 1;
  assert.deepEqual([summary.functionName, summary.file, summary.line], ['check', 'pricing.js', line]);
  const [thrown, caller, outer] = snapshot.error!.stack;
  assert.deepEqual([thrown!.functionName, thrown!.file, thrown!.line], ['check', 'pricing.js', line]);
  assert.deepEqual([caller!.functionName, caller!.file, caller!.line], ['price', 'pricing.js', 12]);
  // It caught the error, so it is not among the calls: its name is known from the functions that the sensor has named.
  assert.ok(!snapshot.calls.some((call) => call.threw && call.function.name === 'answer'));
  assert.deepEqual([outer!.functionName, outer!.file, outer!.line], ['answer', 'server.js', 5]);
  assert.deepEqual(
    snapshot.error!.causes.map(({ stack }) => [stack[0]!.functionName, stack[0]!.file, stack[0]!.line]),
    [['check', 'pricing.js', line]],
  );
  const calls = snapshot.calls.filter(({ threw }) => threw).map((call) => [call.function.file, call.function.name]);
  assert.deepEqual(calls, [
    ['pricing.js', 'check'],
    ['pricing.js', 'price'],
  ]);
  assert.equal(summary.errorType, 'LimitError');
  await eventually('the function among those that are measured', async () => {
    const response = await fetch(`${collector.url}/api/v1/functions?service=shop&window=1h`);
    const { functions } = (await response.json()) as { functions: { id: string; name: string }[] };
    return functions.find(({ name, id }) => name === 'check' && id === summary.functionId);
  });

  // What is used most gets the shortest names.
  const often = `const often = (x) => x + 1;\nexport const more = [${'often(often(1)), '.repeat(50)}];\n`;
  const again = await captured('2.0.0', often);
  const compiled = (version: string) =>
    /function (\w+)\(\w+, ?\w+\) ?\{ ?if/.exec(readFileSync(join(folder, `dist-${version}/main.js`), 'utf8'))![1];
  assert.notEqual(compiled('1.0.0'), compiled('2.0.0'));
  assert.equal(again.summary.fingerprint, summary.fingerprint);
});
