// The version stands alike wherever it stands, and a release sets it everywhere: tried on a clone, with the packing left
// to `npm run package`.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { writeBillOfMaterials } from './bill-of-materials.mjs';
import { currentVersion, differences, setVersion } from './versions.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'prodlens-release-'));
const clone = join(folder, 'prodlens');
after(() => rmSync(folder, { recursive: true, force: true }));

test('one version everywhere', async () => {
  assert.deepEqual(await differences(ROOT, await currentVersion(ROOT)), []);
});

test('a version is set wherever it stands, and what is not ready is refused', async () => {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', '--depth', '1', `file://${ROOT}`, clone]);
  cpSync(join(ROOT, 'scripts'), join(clone, 'scripts'), { recursive: true });
  const git = (...args) => execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd: clone });
  const release = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release/release.mjs', ...args], {
      cwd: clone,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'as it is here');
  assert.match(release().said, /Usage: npm run release -- VERSION/);
  assert.match(release('9.8.7').said, /CHANGELOG\.md has no section "## 9\.8\.7, unreleased"/);
  writeFileSync(join(clone, 'CHANGELOG.md'), '# Changelog\n\n## 9.8.7, unreleased\n');
  git('commit', '--quiet', '--all', '--message', 'one of two');
  assert.match(release('9.8.7').said, /extension-vscode\/CHANGELOG\.md has no section "## 9\.8\.7, unreleased"/);
  writeFileSync(join(clone, 'extension-vscode/CHANGELOG.md'), '# Changelog\n\n## 9.8.7, unreleased\n');
  assert.deepEqual([release('9.8.7').status, /not committed/.test(release('9.8.7').said)], [1, true]);

  const before = await currentVersion(clone);
  await setVersion(clone, before, '9.8.7');
  assert.deepEqual(await differences(clone, '9.8.7'), []);
  assert.equal((await differences(clone, before)).length > 10, true);
  // Somebody else's package may have had the same version.
  await setVersion(clone, '9.8.7', '1.0.0');
  await setVersion(clone, '1.0.0', '1.0.1');
  assert.match(
    readFileSync(join(clone, 'extension-jetbrains-bridge/pom.xml'), 'utf8'),
    /lsp4j<\/artifactId>\s*<version>1\.0\.0</,
  );
  await setVersion(clone, '1.0.1', '9.8.7');
  const sensor = JSON.parse(readFileSync(join(clone, 'sensor/package.json'), 'utf8'));
  assert.deepEqual([sensor.version, sensor.devDependencies['@prodlens/protocol']], ['9.8.7', '9.8.7']);
});

test('a release dates the changelogs, commits, tags, and says what is left', () => {
  const git = (...args) => execFileSync('git', args, { cwd: clone, encoding: 'utf8' }).trim();
  git('config', 'user.name', 'x');
  git('config', 'user.email', 'x@x');
  // What checks and packs takes minutes and is tried elsewhere: here it only leaves a file that it ran.
  const manifest = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
  const leave = (file) =>
    `node -e "const fs = require('fs'); fs.mkdirSync('dist', { recursive: true }); fs.writeFileSync('dist/${file}', '')"`;
  Object.assign(manifest.scripts, { test: leave('tested'), package: leave('prodlens-sensor-2.0.0.tgz') });
  writeFileSync(join(clone, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const changelogs = ['CHANGELOG.md', 'extension-vscode/CHANGELOG.md'].map((file) => join(clone, file));
  for (const file of changelogs) writeFileSync(file, '# Changelog\n\n## 2.0.0, unreleased\n\nAll new.\n');
  git('commit', '--quiet', '--all', '--message', 'ready');

  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release/release.mjs', '2.0.0'], {
    cwd: clone,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(
    stdout,
    /git push origin HEAD v2\.0\.0\n.*npm publish --access public dist\/prodlens-sensor-2\.0\.0\.tgz/,
  );
  assert.deepEqual(readdirSync(join(clone, 'dist')).sort(), ['prodlens-sensor-2.0.0.tgz', 'tested']);
  for (const file of changelogs) assert.match(readFileSync(file, 'utf8'), /^## 2\.0\.0, \d{4}-\d\d-\d\d$/m);
  assert.equal(git('log', '-1', '--format=%s', 'v2.0.0'), 'Release 2.0.0');
  assert.equal(git('status', '--porcelain'), '');
  assert.equal(JSON.parse(git('show', 'v2.0.0:package-lock.json')).packages.sensor.version, '2.0.0');
});

test('the bill of materials names all that npm installs with the collector, and what the bundles carry', async () => {
  const file = join(folder, 'bill.json');
  await writeBillOfMaterials(file, '1.2.3');
  const text = readFileSync(file, 'utf8');
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
  assert.equal(await validator.validate(text), null);
  assert.notEqual(await validator.validate(text.replace('"library"', '"book"')), null, 'it refuses something');
  const { metadata, components } = JSON.parse(text);
  assert.equal(metadata.component.purl, 'pkg:npm/prodlens@1.2.3');
  const names = new Set(components.map(({ name }) => name));
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'collector/package.json'), 'utf8'));
  const direct = Object.keys(dependencies).filter((name) => !name.startsWith('@prodlens/'));
  // Of those of fastify, of syntax/, of the sensor's bundle, of the extension's.
  for (const name of [...direct, 'find-my-way', 'typescript', 'meriyah', 'd3-scale', 'vscode-languageclient']) {
    assert.ok(names.has(name), name);
  }
  assert.equal(names.has('esbuild') || names.has('@prodlens/protocol'), false);
  assert.deepEqual(
    components.filter(({ licenses }) => licenses.length === 0).map(({ purl }) => purl),
    [],
  );
});
