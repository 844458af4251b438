// A program of many kinds of module (TypeScript, a CommonJS package, an ES package of which little is used, a chunk
// that loads late), and the bundlers that make one program of it, with the sensor's plugin or without.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { prodlens as forEsbuild } from '@prodlens/sensor/esbuild';
import { prodlens as forRollup } from '@prodlens/sensor/rollup';
import { prodlens as forVite } from '@prodlens/sensor/vite';
import { prodlens as forWebpack } from '@prodlens/sensor/webpack';
import commonjs from '@rollup/plugin-commonjs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import * as esbuild from 'esbuild';
import { type Plugin, rollup } from 'rollup';
import * as vite from 'vite';
import webpack from 'webpack';

// The two packages declare the types of their CommonJS files for their ES modules.
const fromCommonJs = commonjs as unknown as () => Plugin;
const minified = terser as unknown as () => Plugin;

/** Text that no bundle has where dropping unused functions and modules works. */
export const UNUSED = /UNUSED/;

const FILES: Record<string, string> = {
  'package.json': '{ "name": "bundled", "version": "1.0.0", "type": "module" }',
  'src/main.ts': `import { createServer } from 'node:http';
import plain from 'plain';
import { increased } from 'partly-used';
import { type Order, price, refuse } from './pricing.js';

const hello: string = await Promise.resolve('listening on');

interface Answer {
  text: string;
}

async function handle(order: Order): Promise<Answer> {
  const { late } = await import('./late.js');
  const numbers = [price(order), plain.doubled(increased(order.count)), late(2)];
  return { text: numbers.join() };
}

const server = createServer(async (request, response) => {
  try {
    if (request.url === '/refuse') refuse();
    response.end((await handle({ count: 3, cents: 5 })).text);
  } catch (error) {
    response.end((error as Error).stack);
  }
});
server.listen(0, '127.0.0.1', () => {
  console.log(hello, \`http://127.0.0.1:\${(server.address() as { port: number }).port}\`);
});
`,
  'src/pricing.ts': `export interface Order {
  count: number;
  cents: number;
}

class Pricing {
  static #asked = 0;
  readonly #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  total(order: Order): number {
    for (let i = 0; i < 3; i++) Pricing.#asked += i;
    return order.count * order.cents * this.#factor;
  }
}

export const price = (order: Order): number => new Pricing(1).total(order);

export function refuse(): never {
  throw new RangeError('refused');
}

export function neverImported(): string {
  return 'UNUSED';
}
`,
  'src/late.ts': `import { price } from './pricing.js';

export function late(count: number): number {
  return price({ count, cents: 1 });
}
`,
  'src/one-file.cjs': `'use strict';
const { createServer } = require('node:http');
const { price, refuse } = require('./all.ts');
const plain = require('plain');
function late(n) { return [plain.doubled(n), this === undefined].join(); }
const server = createServer(function serve(request, response) {
  try {
    if (request.url === '/refuse') refuse();
    response.end(late(price({ count: 2, cents: 3 })));
  } catch (error) {
    response.end(error.message);
  }
}).listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port));
`,
  // A type that does not say that it is one: only a bundler that knows TypeScript can tell.
  'src/all.ts': `export { Order, price, refuse } from './pricing.js';
export const unused = () => 'UNUSED';
`,
  'node_modules/plain/package.json': '{ "name": "plain", "version": "1.2.3", "main": "index.js" }',
  'node_modules/plain/index.js': `'use strict'
exports.doubled = function doubled(n) {
  for (const one of [n]) return one * 2;
};
`,
  'node_modules/partly-used/package.json':
    '{ "name": "partly-used", "version": "1.0.0", "type": "module", "sideEffects": false, "exports": "./index.js" }',
  'node_modules/partly-used/index.js': `export * from './other.js';

export function increased(n) {
  return [n].map((one) => one + 1)[0];
}

export function decreased(n) {
  return ['UNUSED', n - 1][1];
}
`,
  'node_modules/partly-used/other.js': `globalThis.other = 'UNUSED';\nexport const other = () => 'UNUSED';\n`,
};

/** What N requests of "/" must be counted as. Lines from 1. */
export const EXPECTED: [file: string, name: string, line: number, callsPerRequest: number][] = [
  ['src/main.ts', 'handle', 12, 1],
  ['src/main.ts', 'createServer#0', 18, 1],
  ['src/pricing.ts', 'Pricing.constructor', 10, 2],
  ['src/pricing.ts', 'Pricing.total', 14, 2],
  ['src/pricing.ts', 'price', 20, 2],
  ['src/late.ts', 'late', 3, 1],
  ['node_modules/plain/index.js', 'doubled', 2, 1],
  ['node_modules/partly-used/index.js', 'increased', 3, 1],
  ['node_modules/partly-used/index.js', 'increased.?.map#0', 4, 1],
];

export function writeProgram(folder: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Writes dist/NAME/main.js and what belongs to it, from the program in `folder`, which is the current one. */
export type Bundler = (folder: string, name: string, minify: boolean, withPlugin: boolean) => Promise<void>;

export const BUNDLERS: Record<string, Bundler> = {
  async esbuild(folder, name, minify, withPlugin) {
    await esbuild.build({
      absWorkingDir: folder,
      entryPoints: ['src/main.ts'],
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      outdir: `dist/${name}`,
      minify,
      sourcemap: true,
      plugins: withPlugin ? [forEsbuild()] : [],
    });
  },

  async rollup(folder, name, minify, withPlugin) {
    const bundle = await rollup({
      input: join(folder, 'src/main.ts'),
      external: /^node:/,
      plugins: [withPlugin && forRollup({ root: folder }), typescriptForRollup, nodeResolve(), fromCommonJs()],
    });
    await bundle.write({
      dir: join(folder, 'dist', name),
      format: 'es',
      sourcemap: true,
      plugins: minify ? [minified()] : [],
    });
  },

  async vite(folder, name, minify, withPlugin) {
    await vite.build({
      root: folder,
      configFile: false,
      logLevel: 'warn',
      ssr: { noExternal: true },
      build: { ssr: 'src/main.ts', outDir: `dist/${name}`, minify, sourcemap: true, target: 'node20' },
      plugins: withPlugin ? [forVite()] : [],
    });
  },

  async webpack(folder, name, minify, withPlugin) {
    const compiler = webpack({
      context: folder,
      mode: minify ? 'production' : 'development',
      devtool: 'source-map',
      target: 'node20',
      entry: './src/main.ts',
      experiments: { outputModule: true },
      output: { path: join(folder, 'dist', name), filename: 'main.js', module: true, chunkFormat: 'module' },
      resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
      module: { rules: [{ test: /\.ts$/, loader: typescriptForWebpack(folder) }] },
      plugins: withPlugin ? [forWebpack()] : [],
    })!;
    await new Promise<void>((resolve, reject) => {
      compiler.run((error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
        else compiler.close(() => resolve());
      });
    });
  },
};

const typescriptForRollup: Plugin = {
  name: 'typescript',
  resolveId(id, importer) {
    const isOwn = importer?.endsWith('.ts') && id.startsWith('./');
    return isOwn ? this.resolve(id.replace(/js$/, 'ts'), importer, { skipSelf: true }) : null;
  },
  transform(code, id) {
    return id.endsWith('.ts') ? esbuild.transform(code, { loader: 'ts', sourcemap: true, sourcefile: id }) : null;
  },
};

/** Path of a loader that compiles TypeScript. */
function typescriptForWebpack(folder: string): string {
  const path = join(folder, 'typescript-loader.cjs');
  const compiler = createRequire(import.meta.url).resolve('esbuild');
  writeFileSync(
    path,
    `module.exports = function (code) {
      const options = { loader: 'ts', sourcemap: true, sourcefile: this.resourcePath };
      const result = require(${JSON.stringify(compiler)}).transformSync(code, options);
      this.callback(null, result.code, JSON.parse(result.map));
    };`,
  );
  return path;
}
