// The npm packages as people install them: each tarball alone into an empty project, nothing beside it but what it
// declares itself, and then used. The sensor has a test of its own, packed-sensor.test.ts.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { type Program, REPOSITORY, startProgram } from '../program.js';
import { installPacked } from './packed.js';

const root = mkdtempSync(join(tmpdir(), 'prodlens-packages-'));
const programs: Program[] = [];
after(async () => {
  for (const program of programs) await program.stop();
  rmSync(root, { recursive: true, force: true });
});

const PACKAGES = {
  '@prodlens/sensor': 'sensor',
  '@prodlens/collector': 'collector',
  '@prodlens/language-server': 'language-server',
  '@prodlens/jetbrains': 'extension-jetbrains-bridge/bridge',
};
/** Where the licences of those lie whose code is in the package. */
const NOTICES: Record<string, string> = {
  '@prodlens/sensor': 'bundle/THIRD-PARTY-NOTICES.txt',
  '@prodlens/collector': 'bundle/web/THIRD-PARTY-NOTICES.txt',
  '@prodlens/language-server': 'bundle/THIRD-PARTY-NOTICES.txt',
  '@prodlens/jetbrains': 'bundle/server/THIRD-PARTY-NOTICES.txt',
};
const project = (name: string) => join(root, name.replace('/', '-'));
/** As an older build leaves them, of sources that are gone. */
const LEFT_OVER = ['collector/dist/left-over.js', 'sensor/dist/left-over.d.ts', 'syntax/dist/left-over.js'];
before(() => {
  for (const path of LEFT_OVER) {
    writeFileSync(new URL(path, REPOSITORY), 'export {};\n');
    after(() => rmSync(new URL(path, REPOSITORY)));
  }
  for (const [name, folder] of Object.entries(PACKAGES)) installPacked(folder, project(name));
});

/** Runs a program of the package to its end; what it prints. */
function run(name: string, program: string, ...args: string[]): string {
  const file = join(project(name), 'node_modules/.bin', program);
  return execFileSync(file, args, { cwd: project(name), encoding: 'utf8', stdio: 'pipe' });
}

for (const name of Object.keys(PACKAGES)) {
  test(`${name} declares all that its files import, and brings its licence`, () => {
    const folder = join(project(name), 'node_modules', name);
    const undeclared = filesOf(folder).flatMap((file) =>
      unresolved(file, folder).map((module) => `${module} of ${file}`),
    );
    assert.deepEqual(undeclared, []);
    assert.ok(existsSync(join(folder, 'LICENSE')));
    const notices = readFileSync(join(folder, NOTICES[name]!), 'utf8');
    assert.match(notices, /^Prodlens carries code of these packages\.[\s\S]*Permission (is hereby granted|to use)/);
    const {
      devDependencies,
      scripts,
      private: hidden,
    } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    assert.deepEqual([devDependencies, scripts, hidden], [undefined, undefined, undefined]);
  });
}

test('nothing ships that an older build left, and no map to sources that do not ship', () => {
  for (const name of Object.keys(PACKAGES)) {
    const folder = join(project(name), 'node_modules', name);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const ours = files.filter((file) => !/node_modules\/(?!@prodlens\/)/.test(file));
    assert.ok(ours.length > 5);
    const unwanted = ours.filter((file) => /left-over|\.map$|LEGAL/.test(file));
    assert.deepEqual(unwanted, [], name);
  }
});

/** The package's own JavaScript, and that of the packages that lie inside it. */
function filesOf(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const nested = /(^|\/)node_modules\/(?!@prodlens\/)/;
  return files.filter((file) => /\.[cm]?js$/.test(file) && !nested.test(file) && !/^bundle\/web\//.test(file));
}

/** What a file names in an import, an export from, or a require, that is not there. */
function unresolved(file: string, folder: string): string[] {
  const path = join(folder, file);
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'), true, true);
  const { resolve } = createRequire(path);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((module) => !OPTIONAL.has(module) && !isBuiltin(module))
    .filter((module) => !resolves(module, path, resolve));
}

/** Native parts that ws and msgpackr do without where nobody has installed them. */
const OPTIONAL = new Set(['bufferutil', 'utf-8-validate', 'msgpackr-extract']);

function resolves(module: string, from: string, resolve: (module: string) => string): boolean {
  if (/^\.{0,2}\//.test(module)) return existsSync(new URL(module, pathToFileURL(from))) || tried(module, resolve);
  if (tried(module, resolve)) return true;
  const parts = module.split('/').slice(0, module.startsWith('@') ? 2 : 1);
  // Packages for `import` alone: that they are there is enough.
  const folders = createRequire(from).resolve.paths(module) ?? [];
  return folders.some((folder) => existsSync(join(folder, ...parts, 'package.json')));
}

function tried(module: string, resolve: (module: string) => string): boolean {
  try {
    resolve(module);
    return true;
  } catch {
    return false;
  }
}

test('the collector starts, serves its web app, and its other commands run', async () => {
  const name = '@prodlens/collector';
  assert.match(run(name, 'prodlens', '--help'), /^Usage: prodlens /);
  const { version } = JSON.parse(readFileSync(new URL('package.json', REPOSITORY), 'utf8'));
  assert.equal(run(name, 'prodlens', '--version'), `${version}\n`);
  const cli = join(project(name), 'node_modules', name, 'dist/cli.js');
  const up = [cli, 'up', '--port', '0', '--data', join(root, 'data'), '--json'];
  const collector = await startProgram(up, {}, /"url":\s*"(http:[^"]+)"/);
  programs.push(collector);
  const page = await fetch(collector.url);
  assert.match(await page.text(), /<title>[^<]*Prodlens/);
  assert.equal((await fetch(`${collector.url}/readyz`)).status, 200);
  writeFileSync(join(project(name), 'some.js'), 'function some() {}\n');
  const lens = spawn(process.execPath, [cli, 'lens', 'some.js', '--url', collector.url], { cwd: project(name) });
  let said = '';
  lens.stderr.on('data', (text) => {
    said += text;
  });
  await once(lens, 'close');
  assert.match(said, /^some\.js: is not a file of a service that the collector knows/);
});

test('the collector inside another program: types for both resolutions and both kinds of module, import and require', () => {
  const name = '@prodlens/collector';
  const folder = project(name);
  for (const file of ['typed.mts', 'typed.cts']) {
    writeFileSync(
      join(folder, file),
      `import { type Collector, type CollectorOptions, ERRORS, type ErrorCode, ProdlensError, startCollector } from '${name}';
      export const start: (options: CollectorOptions) => Promise<Collector> = (options) => startCollector(options);
      export const codes: ErrorCode[] = Object.keys(ERRORS) as ErrorCode[];
      export const told = (error: unknown): ErrorCode | undefined => error instanceof ProdlensError ? error.code : undefined;
      export const kept: ProdlensError[] = [];
      // @ts-expect-error: were the types not found, anything would do.
      startCollector(1);`,
    );
    compiles(folder, file);
  }
  for (const load of [`import('${name}')`, `Promise.resolve(require('${name}'))`]) {
    const script = `${load}.then((c) => console.log(typeof c.startCollector, typeof c.ProdlensError, typeof c.ERRORS))`;
    const said = execFileSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
    assert.equal(said, 'function function object\n', load);
  }
});

test('the sensor: types for both resolutions, and every entry by import and by require', () => {
  const name = '@prodlens/sensor';
  const folder = project(name);
  const entries = ['', '/instrument', '/esbuild', '/rollup', '/vite', '/webpack'];
  const imports = entries.map((entry, i) => `import * as e${i} from '${name}${entry}';`);
  for (const file of ['entries.mts', 'entries.cts']) {
    writeFileSync(join(folder, file), `${imports.join('\n')}\nexport const all = [${entries.map((_, i) => `e${i}`)}];`);
    // The bundlers whose types the plugins name are not there.
    compiles(folder, file, '--skipLibCheck');
  }
  writeFileSync(join(folder, 'two.mts'), `${imports.slice(0, 2).join('\n')}\nexport const all = [e0, e1];`);
  compiles(folder, 'two.mts');
  for (const entry of entries) {
    const names = (load: string) =>
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `${load}; console.log(Object.keys(m).filter((k) => !/^(default|module\\.exports|__esModule)$/.test(k)).sort().join())`,
        ],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      ).trim();
    const imported = names(`const m = await import('${name}${entry}')`);
    const required = names(
      `import { createRequire } from 'node:module'; const m = createRequire('${pathToFileURL(folder)}/x.js')('${name}${entry}')`,
    );
    assert.equal(imported, required, entry);
    assert.match(imported, entry === '' ? /flush,init,setContext,setFailure,shutdown/ : /instrument|prodlens/);
  }
});

/** By the compiler, other people's declarations too, as a program for Node and as one for a bundler. */
function compiles(folder: string, file: string, ...options: string[]): void {
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', REPOSITORY));
  const types = fileURLToPath(new URL('node_modules/@types', REPOSITORY));
  const shared = ['--noEmit', '--strict', '--target', 'es2022', '--typeRoots', types, '--types', 'node'];
  for (const resolution of ['node16', 'bundler']) {
    const module = resolution === 'bundler' ? 'esnext' : 'node16';
    const args = [tsc, ...shared, ...options, '--module', module, '--moduleResolution', resolution, file];
    if (resolution === 'bundler' && file.endsWith('.cts')) continue;
    let said = '';
    try {
      execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      said = (error as { stdout: string }).stdout;
    }
    assert.equal(said, '', `${file} by ${resolution}`);
  }
}

test('the language server prints, and JetBrains’ package lays its files and finds the server answering', () => {
  assert.match(run('@prodlens/language-server', 'prodlens-language-server', '--help'), /annotate FILE…/);
  assert.deepEqual(
    readdirSync(join(project('@prodlens/language-server'), 'node_modules')).filter((name) => !name.startsWith('.')),
    ['@prodlens'],
  );
  const home = join(root, 'home');
  mkdirSync(home);
  const env = { ...process.env, HOME: home };
  const program = join(project('@prodlens/jetbrains'), 'node_modules/.bin/prodlens-jetbrains');
  const said = execFileSync(program, ['install'], { cwd: root, encoding: 'utf8', env });
  assert.match(said, /language server/i);
  assert.ok(existsSync(join(home, '.prodlens/jetbrains/lsp4ij-template')), said);
});
