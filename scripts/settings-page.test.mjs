// docs/settings.md names every setting there is and none that there is not: variables as the sources read them, options
// of `prodlens up` and commands as --help has them, editors' settings as the extension declares them, with what those
// are when nobody sets them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const page = read('docs/settings.md');
/** The first column of each row of the page's tables, by heading. */
const rows = (heading) =>
  page
    .split(/^## /m)
    .find((part) => part.startsWith(heading))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | '));

/** Of the sources of a folder, tests and what only they use left out. */
function variablesOf(folder) {
  const files = readdirSync(join(ROOT, folder), { recursive: true }).filter((file) => /(?<!\.test)\.tsx?$/.test(file));
  const texts = files.filter((file) => !/(^|\/)testing\//.test(file)).map((file) => read(join(folder, file)));
  const names = texts.join('\n').match(/(?:\benv\.|['"])PRODLENS_[A-Z_]+\b/g) ?? [];
  return new Set(
    names.map((name) => name.replace(/^.*?PRODLENS/, 'PRODLENS')).filter((name) => !/_ERR_|_$/.test(name)),
  );
}

test('the sensor’s variables', () => {
  const documented = rows('Sensor').map(([first]) => /PRODLENS_\w+/.exec(first)[0]);
  const variables = new Set([...variablesOf('sensor/src'), ...variablesOf('protocol/src')]);
  assert.deepEqual([...variables].sort(), [...documented].sort());
  assert.ok(variables.has('PRODLENS_URL') && variables.size > 10);
});

test('the collector’s variables, on some page', () => {
  const docs = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
  const pages = docs.map((file) => read(join('docs', file))).join('\n');
  const variables = [...variablesOf('collector/src'), ...variablesOf('language-server/src')];
  assert.ok(variables.includes('PRODLENS_STORE'));
  assert.deepEqual(
    variables.filter((name) => !pages.includes(name)),
    [],
  );
});

test('the options of prodlens up', () => {
  const help = execFileSync(process.execPath, [join(ROOT, 'collector/dist/cli.js'), 'up', '--help'], {
    encoding: 'utf8',
  });
  const options = help.match(/^ {2}--[a-z-]+/gm).map((option) => option.trim());
  const documented = rows('Collector').flatMap(([first]) => first.match(/--[a-z-]+/g) ?? []);
  assert.deepEqual(
    options.filter((option) => !documented.includes(option)),
    [],
  );
  const up = documented.slice(0, options.length);
  assert.deepEqual(
    up.filter((option) => !options.includes(option)),
    [],
  );
});

test('the commands of prodlens', () => {
  const help = execFileSync(process.execPath, [join(ROOT, 'collector/dist/cli.js'), '--help'], { encoding: 'utf8' });
  const commands = [...help.split('Commands:')[1].matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
  assert.ok(commands.includes('doctor'));
  const missing = commands.filter((name) => name !== 'help' && !page.includes(`\`prodlens ${name}`));
  assert.deepEqual(missing, []);
});

test('editors’ settings, with their defaults', () => {
  const { contributes } = JSON.parse(read('extension-vscode/package.json'));
  const declared = [contributes.configuration].flat().flatMap(({ properties }) => Object.entries(properties));
  const documented = new Map(
    rows('Language server').map(([first, fallback]) => [/`(prodlens\.[\w.]+)`/.exec(first)[1], fallback.trim()]),
  );
  // Kept in secret storage there, and LSP's own.
  const elsewhere = new Set(['prodlens.token', 'prodlens.trace.server']);
  assert.deepEqual(
    declared.map(([name]) => name).filter((name) => !documented.has(name) && !elsewhere.has(name)),
    [],
  );
  const names = new Set(declared.map(([name]) => name));
  assert.deepEqual(
    [...documented.keys()].filter((name) => !names.has(name) && !elsewhere.has(name)),
    [],
  );
  for (const [name, { default: value }] of declared) {
    if (!documented.has(name) || value === '' || typeof value === 'object') continue;
    assert.equal(documented.get(name), `\`${value}\``, name);
  }
});
