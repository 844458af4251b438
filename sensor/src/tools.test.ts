import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLauncher, isService } from './tools.js';

test('tools that NODE_OPTIONS reaches are left out', () => {
  for (const entry of [
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/usr/lib/node_modules/npm/bin/npx-cli.js',
    '/usr/lib/node_modules/corepack/dist/pnpm.js',
    'C:\\app\\node_modules\\typescript\\bin\\tsc',
    '/app/node_modules/.pnpm/mocha@11.0.0/node_modules/mocha/bin/mocha.js',
    '/app/node_modules/@biomejs/biome/bin/biome',
    '/app/.yarn/releases/yarn-4.9.1.cjs',
    '/home/a/.vscode-server/cli/servers/Stable-1/server/out/bootstrap-fork.js',
    '/usr/share/code/resources/app/out/bootstrap-fork.js',
    '/app/node_modules/tsx/dist/cli.mjs',
    '',
  ]) {
    assert.equal(isService(entry, ['--max-old-space-size=100']), false, entry);
  }
});

test('services are not', () => {
  for (const entry of [
    '/app/dist/server.js',
    '/app/eslint/index.js',
    '/usr/lib/node_modules/n8n/bin/n8n',
    '/app/node_modules/serve/build/main.js',
    '/app/node_modules/typescript-rest/server.js',
    '/npm/mocha/app.js',
  ]) {
    assert.equal(isService(entry, []), true, entry);
  }
});

test('whoever names the sensor on the command line of a tool means it', () => {
  const mocha = '/app/node_modules/mocha/bin/mocha.js';
  for (const flag of [
    '@prodlens/sensor/register',
    '--import=@prodlens/sensor/register',
    '/a/sensor/bundle/register.cjs',
  ])
    assert.equal(isService(mocha, ['--import', flag]), true, flag);
  assert.equal(isService(mocha, ['--import', './register.mjs']), false);
});

test('launchers run the service of the folder in which they are started', () => {
  assert.equal(isLauncher('/app/node_modules/next/dist/bin/next'), true);
  assert.equal(isLauncher('/app/node_modules/@nestjs/cli/bin/nest.js'), true);
  assert.equal(isLauncher('/app/node_modules/nextra/server.js'), false);
  assert.equal(isLauncher('/next/server.js'), false);
});
