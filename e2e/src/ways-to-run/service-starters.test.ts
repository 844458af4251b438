// Services that another program starts: fastify-cli, Nest's and Next's commands, pm2, as npm delivers them, with the
// lines of docs/getting-started.md. Each service keeps its own name, and every request and call is counted once.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EndpointStats, FunctionStats } from '@prodlens/protocol';
import { eventually } from '../eventually.js';
import { environment, type Program, REPOSITORY, startCollector, startProgram } from '../program.js';

const REQUESTS = 20;
/** Put there by scripts/installs/test-packages.mjs. */
const HEAVY = fileURLToPath(new URL('.cache/test-packages', REPOSITORY));
const PACKAGES = join(HEAVY, 'node_modules');
const IMPORT = '--import @prodlens/sensor/register';
const REQUIRE = '--require @prodlens/sensor/register';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-starters-')));
let collector: Program;

const FASTIFY = `module.exports = async (app, options) => {
  app.get('/orders/:id', async ({ params }) => total(Number(params.id)));
};
function total(n) { let sum = 0; for (let i = 0; i < n; i++) sum += i; return String(sum); }
`;
/** The same as a program, which leaves its address beside itself. */
const SERVER = `const app = require('fastify')();
require('./plugin.js')(app);
app.listen({ port: 0, host: '127.0.0.1' }).then((url) => require('node:fs').writeFileSync(__dirname + '/url', url));
`;
const NEST = `import 'reflect-metadata';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Controller('orders')
class Orders {
  @Get(':id')
  find(@Param('id') id: string): string {
    return total(Number(id));
  }
}

function total(n: number): string {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += i;
  return String(sum);
}

@Controller('end')
class End {
  @Get()
  end(): void {
    setImmediate(() => process.exit());
  }
}

@Module({ controllers: [Orders, End] })
class App {}

async function main(): Promise<void> {
  const app = await NestFactory.create(App, { logger: false });
  await app.listen(0, '127.0.0.1');
  console.log('listening at ' + (await app.getUrl()));
}
void main();
`;
const NEST_OPTIONS = {
  target: 'es2023',
  module: 'nodenext',
  rootDir: 'src',
  outDir: 'dist',
  sourceMap: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [fileURLToPath(new URL('node_modules/@types', REPOSITORY))],
};

/** A service of its own, with the packages that it needs beside it. */
function write(service: string, packages: string[], files: Record<string, string>): string {
  const root = join(folder, service);
  const all = { 'package.json': JSON.stringify({ name: service, version: '1.0.0' }), ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(fileURLToPath(new URL('node_modules/@prodlens', REPOSITORY)), join(root, 'node_modules/@prodlens'));
  for (const name of packages) symlinkSync(join(PACKAGES, name), join(root, 'node_modules', name));
  return root;
}

before(async () => {
  collector = await startCollector(join(folder, 'data'));
});
after(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (more: Record<string, string>) => ({
  PRODLENS_URL: collector.url,
  NEXT_TELEMETRY_DISABLED: '1',
  ...more,
});

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${collector.url}/api/v1/${path}`);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
}

async function request(url: string, path: string): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) assert.equal((await fetch(url + path)).status, 200);
}

/** Of all that the collector has of the service; `file` and `line` of the function that each request calls once. */
async function counted(service: string, route: string, file?: string, line?: number): Promise<void> {
  await eventually(`${REQUESTS} requests of ${service}`, async () => {
    const { endpoints } = await ask<{ endpoints: EndpointStats[] }>(`endpoints?service=${service}&window=1h`);
    const calls = endpoints.find((one) => one.route === route)?.calls ?? 0;
    assert.ok(calls <= REQUESTS, `${calls} calls`);
    assert.equal(calls, REQUESTS, JSON.stringify(endpoints));
    return true;
  });
  if (file === undefined) return;
  const { functions } = await ask<{ functions: FunctionStats[] }>(`functions?service=${service}&window=1h&limit=1000`);
  const own = functions.filter((one) => one.file === file && one.name === 'total');
  assert.deepEqual(
    own.map((one) => [one.line, one.calls]),
    [[line, REQUESTS]],
  );
}

const missing = !existsSync(join(PACKAGES, 'pm2')) && 'the programs are not installed';
describe('started by', { skip: missing }, () => {
  test('fastify start', async () => {
    const root = write('by-fastify', ['fastify'], { 'app.js': FASTIFY });
    const started = [join(PACKAGES, 'fastify-cli/cli.js'), 'start', '--log-level', 'info', 'app.js'];
    const env = settings({ NODE_OPTIONS: IMPORT, PORT: '0' });
    const service = await startProgram(started, env, /listening at (http:[^"]+)"/, root);
    try {
      await request(service.url, '/orders/7');
      await counted('by-fastify', '/orders/:id', 'app.js', 4);
    } finally {
      await service.stop();
    }
  });

  for (const [service, options] of [
    ['nest-started', REQUIRE],
    ['nest-built', undefined],
  ] as const) {
    test(options ? 'nest start' : 'node, of what nest build has made', async () => {
      const root = write(service, ['@nestjs', 'reflect-metadata', 'rxjs'], {
        'src/main.ts': NEST,
        'nest-cli.json': '{ "sourceRoot": "src" }',
        'tsconfig.json': JSON.stringify({ compilerOptions: NEST_OPTIONS, include: ['src'] }),
      });
      const nest = join(PACKAGES, '@nestjs/cli/bin/nest.js');
      if (!options) execFileSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'pipe' });
      const args = options ? [nest, 'start'] : [...REQUIRE.split(' '), 'dist/main.js'];
      const env = settings(options ? { NODE_OPTIONS: options } : {});
      const program = await startProgram(args, env, /listening at (http:\S+)/, root);
      try {
        await request(program.url, '/orders/7');
        await counted(service, '/orders/:id', 'src/main.ts', 13);
      } finally {
        // The command runs the service behind a shell, which no signal passes.
        await fetch(`${program.url}/end`).catch(() => undefined);
        await program.stop();
      }
    });
  }

  test('next start', async () => {
    const started = [join(PACKAGES, 'next/dist/bin/next'), 'start', '--port', '0', '--hostname', '127.0.0.1'];
    const env = settings({ NODE_OPTIONS: REQUIRE, PRODLENS_SERVICE: 'by-next' });
    const service = await startProgram(started, env, /(http:\/\/127\.0\.0\.1:\d+)/, join(HEAVY, 'next'));
    try {
      await request(service.url, '/users/7');
      await counted('by-next', '/users/[id]');
    } finally {
      await service.stop();
    }
  });

  test('pm2: by the environment, by node_args, and a cluster by its first line', async () => {
    const ways = {
      'pm2-env': { env: { NODE_OPTIONS: IMPORT } },
      'pm2-args': { node_args: IMPORT },
      // Its processes get neither the application's environment nor its folder before they load its script.
      'pm2-cluster': { exec_mode: 'cluster', instances: 2 },
    };
    const apps = Object.entries(ways).map(([name, how]) => {
      const first = 'instances' in how ? "require('@prodlens/sensor/register');\n" : '';
      const cwd = write(name, ['fastify'], { 'app.js': first + SERVER, 'plugin.js': FASTIFY });
      const env = { PRODLENS_URL: collector.url, ...('env' in how ? how.env : {}) };
      return { name, script: 'app.js', cwd, ...how, env };
    });
    writeFileSync(join(folder, 'ecosystem.config.js'), `module.exports = ${JSON.stringify({ apps })}`);
    const env = environment({ PM2_HOME: join(folder, 'pm2') });
    const pm2 = (...args: string[]) =>
      execFileSync(process.execPath, [join(PACKAGES, 'pm2/bin/pm2'), ...args], { cwd: folder, env, stdio: 'pipe' });
    try {
      pm2('start', 'ecosystem.config.js');
      for (const { name, cwd } of apps) {
        const url = await eventually(`the address of ${name}`, () => {
          const text = existsSync(join(cwd, 'url')) ? readFileSync(join(cwd, 'url'), 'utf8') : '';
          return text === '' ? undefined : text;
        });
        await request(url, '/orders/7');
      }
      for (const { name } of apps) await counted(name, '/orders/:id', 'plugin.js', 4);
    } finally {
      pm2('kill');
    }
  });
});
