import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { readSettings, threadSettings } from './settings.js';
import { VERSION } from './version.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-settings-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const root = join(folder, 'app');
mkdirSync(join(root, 'dist'), { recursive: true });
mkdirSync(join(folder, '.git/refs/heads'), { recursive: true });
writeFileSync(join(root, 'package.json'), '{ "name": "@shop/cart", "version": "3.1.0" }');
writeFileSync(join(root, 'dist/server.js'), '');
writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
writeFileSync(join(folder, '.git/refs/heads/main'), `${'a'.repeat(40)}\n`);
const entry = join(root, 'dist/server.js');

test('with nothing set, package.json and the checkout say who this is', () => {
  const {
    service,
    version,
    environment,
    revision,
    packageName,
    root: found,
    url,
    enabled,
  } = readSettings({}, {}, entry, '/');
  assert.deepEqual(
    { service, version, environment, revision, packageName, found, url, enabled },
    {
      service: '@shop/cart',
      version: '3.1.0',
      environment: 'development',
      revision: 'a'.repeat(40),
      packageName: '@shop/cart',
      found: root,
      url: 'http://127.0.0.1:4790',
      enabled: true,
    },
  );
});

test('options win over PRODLENS_, PRODLENS_ over OpenTelemetry, OpenTelemetry over package.json', () => {
  const otel = {
    OTEL_SERVICE_NAME: 'otel-name',
    OTEL_RESOURCE_ATTRIBUTES:
      'service.version=4,deployment.environment.name=st%20age,vcs.ref.head.revision=b1,broken=%,=x',
  };
  const first = readSettings({}, otel, entry, '/');
  assert.deepEqual(
    [first.service, first.version, first.environment, first.revision],
    ['otel-name', '4', 'st age', 'b1'],
  );
  const own = {
    ...otel,
    PRODLENS_SERVICE: 'own',
    PRODLENS_VERSION: '5',
    PRODLENS_ENVIRONMENT: 'live',
    PRODLENS_REVISION: 'c',
  };
  const second = readSettings({ version: '6' }, own, entry, '/');
  assert.deepEqual([second.service, second.version, second.environment, second.revision], ['own', '6', 'live', 'c']);
});

test('what is timed, kept and profiled; a value that is none means the default', () => {
  const of = (env: Record<string, string>, options = {}) => {
    const { timing, cache, cpuProfile, include } = readSettings(options, env, entry, '/');
    return [timing, cache, cpuProfile, include];
  };
  assert.deepEqual(of({}), ['auto', '', 'auto', []]);
  const own = {
    PRODLENS_TIMING: 'all',
    PRODLENS_CACHE: '/cache',
    PRODLENS_CPU_PROFILE: 'off',
    PRODLENS_INCLUDE: 'src/*, pg ,',
  };
  assert.deepEqual(of(own), ['all', '/cache', 'off', ['src/*', 'pg']]);
  const options = { timing: 'auto', cache: 'off', cpuProfile: 'on', include: [] };
  assert.deepEqual(of(own, options), ['auto', 'off', 'on', []]);
  assert.deepEqual(of({ PRODLENS_TIMING: 'none', PRODLENS_CPU_PROFILE: 'true' }), ['auto', '', 'on', []]);
});

test('switched off', () => {
  for (const value of ['false', '0', 'off', 'NO'])
    assert.equal(readSettings({}, { PRODLENS_ENABLED: value }, entry, '/').enabled, false);
  assert.equal(readSettings({}, { PRODLENS_INCLUDE: ' src/*, express ,' }, entry, '/').include.join(), 'src/*,express');
});

test('a tool is left out; what a launcher starts is the service of its folder', () => {
  const inPackage = (name: string) => join(root, 'node_modules', name, 'bin/start.js');
  assert.equal(readSettings({}, {}, inPackage('mocha'), root, []).enabled, false);
  assert.equal(readSettings({ enabled: true }, {}, inPackage('mocha'), root, []).enabled, true);
  assert.deepEqual([readSettings({}, {}, inPackage('next'), root, []).service, root], ['@shop/cart', root]);
});

test('a worker thread has the settings of the thread that started it', async () => {
  const own = threadSettings({ service: 'main' });
  const text = `import { threadSettings } from ${JSON.stringify(import.meta.resolve('./settings.js'))};
    import { parentPort } from 'node:worker_threads'; parentPort.postMessage(threadSettings({}))`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`));
  assert.deepEqual(await once(worker, 'message'), [own]);
  assert.equal(own.service, 'main');
});

test('the version is the package’s', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  assert.equal(VERSION, manifest.version);
});

test('what was captured goes out unredacted only where it is asked for, and only to this machine', () => {
  const shown = (url: string, asked = 'true') =>
    readSettings({}, { PRODLENS_URL: url, PRODLENS_SHOW_UNREDACTED: asked }, entry, '/').showUnredacted;
  assert.equal(shown('http://127.0.0.1:4790'), true);
  assert.equal(shown('http://127.0.0.1:4790', ''), false);
  for (const url of [
    'http://10.0.0.1:4790',
    'https://127.0.0.1',
    'http://127.0.0.1.example.com',
    'http://localhost@x.org',
  ]) {
    assert.equal(shown(url), false, url);
  }
});
