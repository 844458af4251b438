// The packed extension as a marketplace takes it: without a warning, small, with what it needs and nothing else.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SIZE_LIMIT_BYTES = 3_000_000;
const manifest = JSON.parse(await readFile(join(FOLDER, 'package.json'), 'utf8'));

test('it is packed without a warning, and is small', async (t) => {
  const temporary = await mkdtemp(join(tmpdir(), 'prodlens-vsix-'));
  t.after(() => rm(temporary, { recursive: true, force: true }));
  const file = join(temporary, 'prodlens.vsix');
  const said = await pack(file, '');
  assert.match(said, /DONE/);
  assert.doesNotMatch(said, /warn/i);
  const { size } = await stat(file);
  assert.ok(size < SIZE_LIMIT_BYTES, `${size} bytes`);
  assert.deepEqual(picturesOf(await packed(file, 'extension/readme.md')), picturesOf(await readme()));
});

test("where it is told where the folder is published, the README's pictures come from there, by https", async (t) => {
  const temporary = await mkdtemp(join(tmpdir(), 'prodlens-vsix-'));
  t.after(() => rm(temporary, { recursive: true, force: true }));
  const file = join(temporary, 'prodlens.vsix');
  const said = await pack(file, 'https://files.example/v1/extension-vscode');
  assert.doesNotMatch(said, /warn/i);
  assert.deepEqual(
    picturesOf(await packed(file, 'extension/readme.md')),
    picturesOf(await readme()).map((path) => `https://files.example/v1/extension-vscode/${path}`),
  );
});

test('it holds what is built, what is read and what is looked at, and no source', async () => {
  const { listFiles, PackageManager } = (await import('@vscode/vsce')).default;
  const files = await listFiles({ cwd: FOLDER, packageManager: PackageManager.None });
  const pictures = picturesOf(await readme());
  assert.ok(pictures.length > 0);
  const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  const media = steps.map(({ media: { markdown, image } }) => markdown ?? image);
  const needed = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', manifest.main.slice(2), manifest.icon];
  for (const path of [...needed, ...pictures, ...media, 'bundle/server.cjs', 'bundle/parser.cjs', 'bundle/panel.js'])
    assert.ok(files.includes(path) && existsSync(join(FOLDER, path)), `${path} is not packed`);
  const strange = files.filter((path) => !/^(bundle|media)\/[^/]+$|^[^/]+\.(json|md|png)$|^LICENSE/.test(path));
  assert.deepEqual(strange, []);
});

test('its manifest has what a marketplace shows', async () => {
  const { name, displayName, publisher, description, license, icon, categories, keywords, version } = manifest;
  for (const text of [name, displayName, publisher, description, license, version]) assert.ok(text);
  assert.ok(categories.length > 0 && keywords.length > 0 && keywords.length <= 30);
  const png = await readFile(join(FOLDER, icon));
  assert.ok(png.readUInt32BE(16) >= 128 && png.readUInt32BE(20) >= 128, 'an icon of 128 pixels');
  assert.match(await readFile(join(FOLDER, 'CHANGELOG.md'), 'utf8'), new RegExp(`^## ${version}`, 'm'));
  const { properties } = manifest.contributes.configuration;
  for (const [setting, { description: plain, markdownDescription }] of Object.entries(properties)) {
    const sentence = plain ?? markdownDescription;
    assert.match(sentence, /^[A-Z].*\.$/, `${setting} is described in a sentence`);
  }
});

// The client throws on an older editor, and its types would let newer API slip in.
test('the oldest editor is the oldest that the language client runs in', async () => {
  const client = new URL('../node_modules/vscode-languageclient/package.json', import.meta.url);
  const { engines } = JSON.parse(await readFile(client, 'utf8'));
  assert.equal(manifest.engines.vscode, engines.vscode);
  const types = manifest.devDependencies['@types/vscode'].replace('~', '^');
  assert.equal(types, manifest.engines.vscode);
});

/** What it prints. `folderUrl`: '' for none. */
async function pack(file, folderUrl) {
  const script = 'import { packageVsix } from "./build.mjs"; await packageVsix(...process.argv.slice(1));';
  const args = ['--input-type=module', '--eval', script, file, folderUrl];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: FOLDER });
  return stdout + stderr;
}

function readme() {
  return readFile(join(FOLDER, 'README.md'), 'utf8');
}

function picturesOf(markdown) {
  return [...markdown.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path);
}

/** Text of a file in a zip, found by the directory at its end. */
async function packed(file, name) {
  const zip = await readFile(file);
  for (let at = zip.indexOf('PK\u0001\u0002'); at >= 0; at = zip.indexOf('PK\u0001\u0002', at + 4)) {
    const [size, nameLength, local] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)];
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) !== name) continue;
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    return inflateRawSync(zip.subarray(start, start + size)).toString();
  }
  throw new Error(`${name} is not in ${file}`);
}
