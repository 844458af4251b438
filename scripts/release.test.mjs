// The version stands alike wherever it stands, and a release sets it everywhere: tried on a clone, with the packing left
// to `npm run package`.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeBillOfMaterials } from './bill-of-materials.mjs';
import { currentVersion, differences, setVersion } from './versions.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
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
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release.mjs', ...args], {
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

test('the bill of materials names all that npm installs with the collector, and what the bundles carry', async () => {
  const file = join(folder, 'bill.json');
  await writeBillOfMaterials(file, '1.2.3');
  const { metadata, components } = JSON.parse(readFileSync(file, 'utf8'));
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
