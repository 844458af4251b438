import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readSettings } from './settings.js';
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

test('switched off, and left out of tools that are started beside the service', () => {
  for (const value of ['false', '0', 'off', 'NO'])
    assert.equal(readSettings({}, { PRODLENS_ENABLED: value }, entry, '/').enabled, false);
  for (const tool of ['npm-cli.js', 'npx', 'tsc', 'eslint'])
    assert.equal(readSettings({}, {}, `/usr/lib/${tool}`, '/').enabled, false);
  assert.equal(readSettings({}, { PRODLENS_INCLUDE: ' src/*, express ,' }, entry, '/').include.join(), 'src/*,express');
});

test('the version is the package’s', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  assert.equal(VERSION, manifest.version);
});
