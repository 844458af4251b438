// Holds ../../lsp4ij-template to its two readers: LSP4IJ takes every key in it, and the language server takes every
// setting, languageId and command that it names. It starts nothing; client-test/ proves the same pair over the wire.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isObject, templateProblems } from './lsp4ij-format.js';

const TEMPLATE = new URL('../../lsp4ij-template/', import.meta.url);
const LANGUAGE_SERVER = new URL('../../../language-server/', import.meta.url);

const PROGRAM = 'prodlens-language-server';

function json(url: URL): unknown {
  return JSON.parse(readFileSync(url, 'utf8'));
}

function templateFile(name: string): Record<string, unknown> {
  const value = json(new URL(name, TEMPLATE));
  assert.ok(isObject(value), `${name} holds an object`);
  return value;
}

function templateFiles(): Map<string, unknown> {
  const names = readdirSync(TEMPLATE).filter((name) => name !== 'README.md');
  return new Map(names.map((name) => [name, json(new URL(name, TEMPLATE))]));
}

/** One module of the built language server: what a template names has to exist there. */
async function serverModule<T>(path: string): Promise<T> {
  return (await import(new URL(`dist/${path}`, LANGUAGE_SERVER).href)) as T;
}

/** Dotted name and value of each setting; an empty object is a value. */
function leaves(section: Record<string, unknown>, prefix = ''): [string, unknown][] {
  return Object.entries(section).flatMap(([key, value]): [string, unknown][] =>
    isObject(value) && Object.keys(value).length > 0 ? leaves(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  );
}

/** Dotted name and default of each setting that a JSON schema describes. */
function schemaDefaults(schema: unknown, name = ''): [string, unknown][] {
  assert.ok(isObject(schema), `${name} is described`);
  if (!isObject(schema.properties)) return [[name, schema.default]];
  return Object.entries(schema.properties).flatMap(([key, property]) =>
    schemaDefaults(property, name === '' ? key : `${name}.${key}`),
  );
}

/** Every string in a JSON value, whatever the key. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

test('LSP4IJ reads every key of every file', () => {
  assert.deepEqual(templateProblems(templateFiles()), []);
});

test('the check notices what LSP4IJ passes over', () => {
  const files = templateFiles();
  const template = templateFile('template.json');
  const installer = templateFile('installer.json');
  const problems = (name: string, value: unknown) => templateProblems(new Map(files).set(name, value));

  assert.deepEqual(problems('setting.json', {}), ['setting.json is unknown']);
  assert.deepEqual(problems('template.json', { ...template, fileTypeMapping: [] }), [
    'template.json.fileTypeMapping is unknown',
  ]);
  assert.deepEqual(problems('template.json', { ...template, programArgs: { linux: 'x' } }), [
    'template.json.programArgs.default is missing',
    'template.json.programArgs.linux is unknown',
  ]);
  assert.deepEqual(problems('installer.json', { ...installer, run: { install: {} } }), [
    'installer.json.run.install is not a task that is known here',
  ]);
  files.delete('template.json');
  assert.deepEqual(templateProblems(files), ['template.json is missing']);
});

test('the template comes with instructions', () => {
  assert.ok(existsSync(new URL('README.md', TEMPLATE)));
});

test('every command runs a program of the language server by stdio', () => {
  const server = json(new URL('package.json', LANGUAGE_SERVER));
  assert.ok(isObject(server) && isObject(server.bin), 'language-server/package.json names its programs');
  assert.ok(Object.hasOwn(server.bin, PROGRAM), `${PROGRAM} is one of them`);

  const { programArgs } = templateFile('template.json');
  const installer = templateFile('installer.json');
  const started = [
    ...strings(programArgs),
    ...strings(installer).filter((text) => text.includes('node_modules/.bin/')),
  ];
  assert.equal(started.length, 4, 'two commands on the PATH, two where npm has installed it');
  for (const command of started) assert.match(command, new RegExp(`\\b${PROGRAM}(\\.cmd)?"? --stdio"?$`), command);

  const installed = strings(installer).filter((text) => /^npm(\.cmd)? install /.test(text));
  assert.equal(installed.length, 2, 'one npm command for Windows, one for the others');
  for (const command of installed) assert.ok(command.endsWith(` ${String(server.name)}`), command);
});

test('the settings are those that the server reads, with its defaults', async () => {
  type SettingsModule = { resolveSettings(layers: unknown[]): unknown };
  const { resolveSettings } = await serverModule<SettingsModule>('lsp/settings.js');
  const asked = new Set<string>();
  const watched = new Proxy({}, { has: (_, name) => asked.add(String(name)) && false });
  const defaults = resolveSettings([watched]);

  const { prodlens: section } = templateFile('settings.json');
  assert.ok(isObject(section), 'the settings are in section prodlens');
  assert.deepEqual(
    leaves(section)
      .map(([name]) => name)
      .sort(),
    [...asked].sort(),
  );
  assert.deepEqual(resolveSettings([section]), defaults, 'the template changes no default');
});

test('the schema describes the settings, each with the value that the template has', () => {
  const settings = leaves(templateFile('settings.json'));
  assert.deepEqual(schemaDefaults(templateFile('settings.schema.json')).sort(), settings.sort());
});

test('the instructions explain each setting, and no other', () => {
  const readme = readFileSync(new URL('README.md', TEMPLATE), 'utf8');
  const rows = readme.split('\n').flatMap((line) => (/^\| (`.+?) +\|/.exec(line)?.[1] ?? '').match(/[\w.]+/g) ?? []);
  const { prodlens: section } = templateFile('settings.json');
  assert.ok(isObject(section));
  assert.deepEqual(
    rows.sort(),
    leaves(section)
      .map(([name]) => name)
      .sort(),
  );
});

test('the scope that muting needs is the one that the collector asks for', () => {
  const text = (path: string) => readFileSync(new URL(path, TEMPLATE), 'utf8');
  const scope = /^\| `(\w+)` \| to mute an alert/m.exec(text('../../docs/security.md'))?.[1];
  assert.ok(scope);
  for (const path of ['README.md', '../README.md']) {
    assert.equal(/Muting alerts needs [^.]*scope `(\w+)`/.exec(text(path))?.[1], scope, path);
  }
  const page = text('../plugin/src/main/java/prodlens/plugin/ProdlensConfigurable.java');
  assert.equal(/(\w+) to mute alerts/.exec(page)?.[1], scope);
});

test('every part is of one version', () => {
  const text = (path: string) => readFileSync(new URL(path, TEMPLATE), 'utf8');
  const { version } = JSON.parse(text('../../package.json')) as { version: string };
  assert.equal(JSON.parse(text('../bridge/package.json')).version, version);
  for (const path of ['core', 'plugin', 'signatures', 'plugin-check', 'client-test'].map(
    (name) => `../${name}/pom.xml`,
  )) {
    assert.equal(/<parent>[\s\S]*?<version>(.+?)<\/version>/.exec(text(path))?.[1], version, path);
  }
  assert.equal(/<version>(.+?)<\/version>/.exec(text('../pom.xml'))?.[1], version);
  assert.equal(/^version = "(.+)"$/m.exec(text('../build.gradle.kts'))?.[1], version);
  assert.ok(text('../README.md').includes(`dist/prodlens-jetbrains-${version}.zip`));
});

test('the Gradle build takes the folders that the Maven build takes', () => {
  const build = readFileSync(new URL('../build.gradle.kts', TEMPLATE), 'utf8');
  const folders = [...build.matchAll(/"((?:core|plugin|\.\.)\/[^"]+)"/g)].map(([, path]) => path ?? '');
  assert.deepEqual(folders, [
    'core/src/main/java',
    'plugin/src/main/java',
    'core/src/main/resources',
    'plugin/src/main/resources',
    '../language-server/bundle',
    '../LICENSE',
  ]);
  for (const path of folders) assert.ok(existsSync(new URL(`../${path}`, TEMPLATE)), path);
});

test('every file that the server serves is mapped to its language', async () => {
  const { isSourceFile } = await serverModule<{ isSourceFile(path: string): boolean }>('source-files.js');
  const expected = new Map([
    ['*.ts', 'typescript'],
    ['*.mts', 'typescript'],
    ['*.cts', 'typescript'],
    ['*.tsx', 'typescriptreact'],
    ['*.js', 'javascript'],
    ['*.mjs', 'javascript'],
    ['*.cjs', 'javascript'],
    ['*.jsx', 'javascriptreact'],
    ['*.vue', 'vue'],
    ['*.svelte', 'svelte'],
  ]);
  const { fileTypeMappings } = templateFile('template.json');
  const mappings = fileTypeMappings as { fileType: { patterns: string[] }; languageId: string }[];
  const mapped = mappings.flatMap(({ fileType, languageId }) =>
    fileType.patterns.map((pattern): [string, string] => [pattern, languageId]),
  );
  assert.deepEqual(new Map(mapped), expected);
  for (const pattern of expected.keys()) assert.ok(isSourceFile(pattern.replace('*', 'name')), pattern);
});

test('nothing is asked for that LSP4IJ has no handler for', () => {
  assert.deepEqual(templateFile('initializationOptions.json'), {});
});
