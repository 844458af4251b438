// TypeScript as people run it: by tsx, ts-node, swc-node and Node's own type stripping, the sensor named before or
// behind the runner. The program prints what it prints without the sensor, and the collector names its functions by
// their TypeScript file, their line in it, and the exact number of their calls.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { NODES } from '../nodes.js';
import { type Program, REPOSITORY, runProgram, SENSOR, startCollector } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-typescript-'));
let collector: Program;

const CART = `interface Item {
  price: number;
  name: string;
}

type Fold = (sum: number, item: Item) => number;

export class Cart {
  private items: Item[] = [];

  add(item: Item): this {
    this.items.push(item);
    return this;
  }

  total<T extends number>(factor: T, é: 'ü' | null = null): number {
    const fold: Fold = (sum: number, { price }: Item): number => (sum + price * factor) as number;
    return this.items.reduce(fold, 0)!;
  }
}
`;
const MAIN = `declare const process: { exitCode?: number };

async function fill(cart: InstanceType<typeof Cart>, n: number): Promise<void> {
  for (let i = 0; i < n; i++) {
    await null;
    cart.add({ price: i, name: 'ü' } satisfies { price: number; name: string });
  }
}

async function run(n: number): Promise<void> {
  const cart = new Cart();
  await fill(cart, n);
  for (let i = 0; i < 3; i++) console.log(cart.total(2));
  await flush();
}

run(5).catch((error: Error) => {
  console.log(error.message);
  process.exitCode = 1;
});
`;
/** File, name and line of every function, and its calls in one run. */
const EXPECTED: [file: string, name: string, line: number, calls: number][] = [
  ['cart', 'Cart.add', 11, 5],
  ['cart', 'Cart.total', 16, 3],
  ['cart', 'Cart.total.fold', 17, 15],
  ['main', 'fill', 4, 1],
  ['main', 'run', 11, 1],
];

const COMMONJS = {
  'package.json': '{ "name": "typed", "version": "1.0.0", "type": "commonjs" }',
  'tsconfig.json': `{ "compilerOptions": { "target": "es2022", "module": "commonjs", "types": [], "rootDir": ".", "sourceMap": true, "inlineSourceMap": true },
    "ts-node": { "transpileOnly": true } }`,
};
const MODULES = {
  'package.json': '{ "name": "typed", "version": "1.0.0", "type": "module" }',
  'tsconfig.json': `{ "compilerOptions": { "target": "es2022", "module": "esnext", "moduleResolution": "bundler", "types": [], "rootDir": ".", "inlineSourceMap": true },
    "ts-node": { "transpileOnly": true } }`,
};
/** Each has one import line before MAIN, so that its lines are the same. */
const IMPORTED = `import { flush } from '@prodlens/sensor'; import { Cart } from './src/cart.ts';\n`;
const STRIPPED = `const { flush } = require('@prodlens/sensor'); const { Cart } = require('./src/cart.cts') as typeof import('./src/cart.cts');\n`;

before(async () => {
  const write = (app: string, files: Record<string, string>) => {
    mkdirSync(join(folder, app, 'src'), { recursive: true });
    symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, app, 'node_modules'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, app, name), text);
  };
  write('commonjs', { ...COMMONJS, 'src/cart.ts': CART, 'main.ts': IMPORTED.replace('cart.ts', 'cart') + MAIN });
  write('modules', {
    ...MODULES,
    'src/cart.ts': CART,
    'main.ts': IMPORTED + MAIN,
    'refused.ts': 'enum Level { Low }\nfunction level(): Level {\n  return Level.Low;\n}\nconsole.log(level());\n',
    'warns.ts': `import module, { stripTypeScriptTypes } from 'node:module';
      const { name, length } = stripTypeScriptTypes; console.log(module.stripTypeScriptTypes('let a: string'), stripTypeScriptTypes('let b: number'), name, length)`,
  });
  write('stripped', {
    ...COMMONJS,
    'src/cart.cts': `${CART.replace('export class', 'class')}exports.Cart = Cart;\n`,
    'main.cts': STRIPPED + MAIN,
  });
  collector = await startCollector(join(folder, 'data'));
});

after(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(node: string, app: string, args: string[], service: string) {
  const settings = { PRODLENS_URL: collector.url, PRODLENS_SERVICE: service };
  return runProgram(node, args, settings, join(folder, app));
}

let runs = 0;

/** Runs the program without the sensor and with it, and asks the collector what it was told. */
async function check(node: string, app: string, extension: string, runner: string[], orders: string[][]) {
  const main = `main${extension}`;
  const plain = await run(node, app, [...runner, main], '');
  assert.deepEqual([plain.code, plain.lines.filter((line) => line === '20').length], [0, 3], plain.lines.join('\n'));
  for (const flags of orders) {
    const service = `run-${++runs}`;
    assert.deepEqual(await run(node, app, [...flags, main], service), plain);
    const response = await fetch(`${collector.url}/api/v1/functions?service=${service}&window=1h&limit=1000`);
    const { functions } = (await response.json()) as { functions: FunctionStats[] };
    for (const [file, name, line, calls] of EXPECTED) {
      const path = (file === 'main' ? '' : 'src/') + file + extension;
      const got = functions.filter((f) => f.name === name).map((f) => [f.file, f.line, f.calls]);
      assert.deepEqual(got, [[path, line, calls]], `${name} by ${flags.join(' ')}`);
    }
  }
}

const IMPORT = ['--import', SENSOR];
const REQUIRE = ['--require', fileURLToPath(SENSOR)];
const bothOrders = (runner: string[], sensor: string[]) => [
  [...sensor, ...runner],
  [...runner, ...sensor],
];
const TSX = ['--import', 'tsx'];
const SWC = ['--import', '@swc-node/register/esm-register'];
const LOADER = ['--experimental-loader', 'ts-node/esm'];

/** Node's own stripping warns or not by its version: both runs are of one version. */
const nodes = { ...NODES, [process.versions.node.split('.')[0]!]: process.execPath };

for (const [major, node] of Object.entries(nodes)) {
  describe(`Node ${major}`, { skip: node === null && `there is no Node ${major} on this machine` }, () => {
    if (node === null) return;
    test('tsx, CommonJS', () => check(node, 'commonjs', '.ts', TSX, bothOrders(TSX, IMPORT)));
    test('tsx, ES modules', () =>
      check(node, 'modules', '.ts', TSX, [...bothOrders(TSX, IMPORT), [...REQUIRE, ...TSX]]));
    for (const hook of ['ts-node/register', '@swc-node/register']) {
      // With any --import, these hooks do not get the entry: Node 20 and 22 then load it as an ES module.
      const runner = ['--require', hook];
      test(`${hook}, CommonJS`, () => check(node, 'commonjs', '.ts', runner, bothOrders(runner, REQUIRE)));
    }
    test('ts-node/esm', () =>
      check(node, 'modules', '.ts', LOADER, [...bothOrders(LOADER, IMPORT), [...REQUIRE, ...LOADER]]));
    test('@swc-node/register/esm-register', () => check(node, 'modules', '.ts', SWC, bothOrders(SWC, IMPORT)));
    // Type stripping is on by default from Node 22.18 on; Node 20 has none.
    if (major === '20') return;
    test('type stripping: what Node refuses and what it warns of', async () => {
      for (const file of ['refused.ts', 'warns.ts']) {
        const told = async (flags: string[]) => {
          const { code, lines } = await run(node, 'modules', [...flags, file], 'told');
          return { code, lines: lines.filter((line) => !line.startsWith('    at ')) };
        };
        const plain = await told([]);
        assert.match(
          plain.lines.join('\n'),
          /ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX|stripTypeScriptTypes is an experimental/,
        );
        for (const flags of [IMPORT, REQUIRE]) assert.deepEqual(await told(flags), plain);
      }
    });
    test('type stripping, ES modules', () => check(node, 'modules', '.ts', [], [IMPORT, REQUIRE]));
    test('type stripping, CommonJS', () => check(node, 'stripped', '.cts', [], [IMPORT, REQUIRE]));
  });
}
