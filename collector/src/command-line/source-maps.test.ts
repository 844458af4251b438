// Source maps of real compilers, uploaded by the program itself, and what becomes of the names of a sensor that has none.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FunctionStats } from '@prodlens/protocol';
import { build } from 'esbuild';
import ts from 'typescript';
import { compiledFunctions } from '../testing/compiled-functions.js';
import { fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { prodlens } from '../testing/run-program.js';
import { filesBelow, get, temporaryFolder, testCollector } from '../testing/test-collector.js';

const SECRET = 'a remark that only the source has';
const SOURCES = {
  'src/cart.ts': `// ${SECRET}
export interface Line { price: number }
export class Cart {
  lines: Line[] = [];
  totalOfLines(): number {
    return this.lines.map((line) => line.price).reduce(addPrices, 0);
  }
}
function addPrices(a: number, b: number): number {
  return a + b;
}
queueMicrotask(() => undefined);
`,
  'src/server.ts': `import { Cart } from './cart.js';
import { pad } from 'left-pad';
function addPrices(text: string): string {
  return pad(text);
}
export const handleRequest = (): string => addPrices(String(new Cart().totalOfLines()));
console.log(handleRequest());
queueMicrotask(() => undefined);
`,
  'node_modules/left-pad/index.js': 'export function pad(text) {\n  return text.padStart(9);\n}\n',
  'node_modules/left-pad/package.json': '{"name":"left-pad","type":"module","main":"index.js"}',
  'package.json': '{"name":"orders","type":"module"}',
};

function project(t: TestContext): string {
  const root = temporaryFolder(t);
  for (const [file, text] of Object.entries(SOURCES)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

const upload = (t: TestContext, url: string, root: string, ...args: string[]) =>
  prodlens(t, ...['sourcemaps', 'upload', '--url', url, '--service', 'orders', '--root', root, ...args]).done;

/** What a sensor without maps that names the functions of a compiled file makes the collector know, as "name file:line". */
async function known(url: string, root: string, files: string[], version: string): Promise<FunctionStats[]> {
  const functions = files
    .flatMap((file) => compiledFunctions(readFileSync(join(root, file), 'utf8'), file))
    .map((f, i) => ({ ...f, id: i + 1 }));
  const sensor = await startSensor(url, { version, instance: version }, functions);
  const rows = functions.map(({ id }) => fakeRow(id, [1_000]));
  await report(sensor, fakeWindow(1, rows));
  return (await get(`${url}/api/v1/functions?version=${version}&sort=name`)).body.functions;
}

const shown = (functions: FunctionStats[]) =>
  functions.map((f) => `${f.name} ${f.ordinal} ${f.file}:${f.line}:${f.column}${f.package ? ` (${f.package})` : ''}`);

test('a minified bundle of esbuild: original names, files and lines, counted in each file anew', async (t) => {
  const root = project(t);
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir);
  await build({
    entryPoints: [join(root, 'src/server.ts')],
    outfile: join(root, 'dist/server.js'),
    bundle: true,
    minifyIdentifiers: true,
    minifyWhitespace: true,
    format: 'esm',
    sourcemap: 'external',
    logLevel: 'error',
  });
  const before = await known(url, root, ['dist/server.js'], '0.9.0');
  assert.deepEqual([...new Set(before.map((f) => f.file))], ['dist/server.js']);

  const { code, out, err } = await upload(t, url, root, '--version', '1.0.0', join(root, 'dist'));
  assert.deepEqual([code, out, err], [0, 'Uploaded 1 source map of orders 1.0.0.\n', '']);
  const functions = await known(url, root, ['dist/server.js'], '1.0.0');
  const compiled = compiledFunctions(readFileSync(join(root, 'dist/server.js'), 'utf8'), 'dist/server.js');
  const className = compiled.find(({ name }) => name.endsWith('totalOfLines'))?.name.split('.')[0];
  // Containers keep the name that the compiler gave them.
  assert.deepEqual(
    shown(functions)
      .map((line) => line.replace(`${className}.`, 'minified.'))
      .sort(),
    [
      '(anonymous) 0 src/cart.ts:12:16',
      '(anonymous) 0 src/server.ts:8:16',
      'addPrices 0 src/cart.ts:9:10',
      'addPrices 0 src/server.ts:3:10',
      'handleRequest 0 src/server.ts:6:14',
      // The map knows the parameter, without the parenthesis before it.
      'minified.totalOfLines 0 src/cart.ts:5:3',
      'minified.totalOfLines.(anonymous) 0 src/cart.ts:6:28',
      'pad 0 node_modules/left-pad/index.js:1:17 (left-pad)',
    ],
  );
  const unknown = await known(url, root, ['dist/server.js'], '1.0.1');
  assert.ok(unknown.every((f) => f.file === 'dist/server.js'));
  for (const path of filesBelow(dataDir)) {
    assert.ok(!readFileSync(path).includes(SECRET), `${path} holds source text`);
  }
});

test('the files of tsc, more than one, also after the collector was started anew', async (t) => {
  const root = project(t);
  const dataDir = temporaryFolder(t);
  const program = ts.createProgram([join(root, 'src/server.ts')], {
    outDir: join(root, 'build/js'),
    rootDir: join(root, 'src'),
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    sourceMap: true,
    inlineSources: true,
    types: [],
  });
  program.emit();
  const first = await testCollector(t, dataDir);
  const { code, out } = await upload(t, first.url, root, '--version', '1.0.0', join(root, 'build'));
  assert.deepEqual([code, out], [0, 'Uploaded 2 source maps of orders 1.0.0.\n']);
  await first.close();
  const { url } = await testCollector(t, dataDir);
  const functions = await known(url, root, ['build/js/cart.js', 'build/js/server.js'], '1.0.0');
  assert.deepEqual(shown(functions), [
    '(anonymous) 0 src/cart.ts:12:16',
    '(anonymous) 0 src/server.ts:8:16',
    'Cart.totalOfLines 0 src/cart.ts:5:3',
    'Cart.totalOfLines.(anonymous) 0 src/cart.ts:6:27',
    'addPrices 0 src/cart.ts:9:10',
    'addPrices 0 src/server.ts:3:10',
    'handleRequest 0 src/server.ts:6:14',
  ]);
});

test('what is sent has no text of the sources, and no path of the machine that built it', async (t) => {
  const root = project(t);
  const sources = [join(root, 'src/cart.ts'), `file://${join(root, 'src/server.ts')}`, '../src/other.ts', null];
  const map = { version: 3, file: 'x.js', sources, sourcesContent: [SECRET, SECRET], names: [], mappings: 'AAAA' };
  mkdirSync(join(root, 'dist'));
  writeFileSync(join(root, 'dist/x.js.map'), JSON.stringify({ ...map, x_private: SECRET }));
  writeFileSync(
    join(root, 'dist/y.mjs.map'),
    JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] }),
  );
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      response.end('{"droppedVersions":[]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { code, err } = await upload(t, `http://127.0.0.1:${port}`, root, '--version', '1', join(root, 'dist'));
  assert.deepEqual([code, err, bodies.length], [0, '', 1]);
  assert.ok(!bodies[0]!.includes(SECRET), bodies[0]);
  assert.ok(!bodies[0]!.includes(root), bodies[0]);
  const { maps } = JSON.parse(bodies[0]!);
  assert.deepEqual(maps[0], {
    file: 'dist/x.js',
    map: {
      version: 3,
      sources: ['../src/cart.ts', '../src/server.ts', '../src/other.ts', null],
      names: [],
      mappings: 'AAAA',
    },
  });
});

test('what cannot be uploaded is named', async (t) => {
  const { url } = await testCollector(t);
  const root = project(t);
  const broken = join(root, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'a.js.map'), '{"version":3');
  writeFileSync(join(root, 'b.js.map'), '{"version":2,"sources":[],"names":[],"mappings":""}');
  writeFileSync(join(root, 'c.js.map'), '[]');
  for (const [path, said] of [
    [join(root, 'src'), /^PRODLENS_ERR_SOURCE_MAPS: No source map \(\*\.js\.map.*src\n$/],
    [join(root, 'none'), /^PRODLENS_ERR_SOURCE_MAPS: .*none cannot be read: ENOENT/],
    [broken, /^PRODLENS_ERR_SOURCE_MAPS: .*a\.js\.map cannot be read: .*JSON/],
    [join(root, 'c.js.map'), /^PRODLENS_ERR_SOURCE_MAPS: .*c\.js\.map cannot be read: it is no JSON object/],
    [
      join(root, 'b.js.map'),
      /^PRODLENS_ERR_INVALID_REQUEST: The source map of b\.js cannot be read: it is not of version 3/,
    ],
  ] as const) {
    const { code, out, err } = await upload(t, url, root, '--version', '1', path);
    assert.deepEqual([code, out], [1, ''], path);
    assert.match(err, said);
  }
  const { err } = await upload(t, url, join(root, 'src'), '--version', '1', join(root, 'b.js.map'));
  assert.match(err, /b\.js\.map is not below the root/);
});
