// Holds the architecture: which folder may import what, how large a file and how wide a folder may be, what a folder may
// not be called.
// A new edge between folders is a decision, made in the table here.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { isSource, repositoryFiles } from './repository-files.mjs';
import { ROOT } from './setup.mjs';

/** What the source files of a folder may import besides files of the same folder. The longest matching folder counts. */
const ALLOWED = {
  'protocol/src': [],
  'charts/src': ['@prodlens/protocol', 'd3-array', 'd3-axis', 'd3-hierarchy', 'd3-scale', 'd3-selection', 'd3-shape'],
  'syntax/src': ['@prodlens/protocol', 'typescript'],
  'sensor/src': [
    'node',
    '@prodlens/protocol',
    '@prodlens/syntax',
    '@jridgewell/sourcemap-codec',
    'meriyah',
    'msgpackr',
    'ws',
    'sensor/src/plugins/register-modules',
  ],
  'sensor/src/plugins': [
    'node',
    '@prodlens/syntax',
    '@jridgewell/sourcemap-codec',
    'esbuild',
    'rollup',
    'vite',
    'webpack',
    'sensor/src',
  ],
  'collector/src': [
    'node',
    '@prodlens/protocol',
    '@clickhouse/client',
    '@fastify/swagger',
    '@jridgewell/trace-mapping',
    '@modelcontextprotocol/server',
    '@photostructure/sqlite',
    'commander',
    'fastify',
    'msgpackr',
    'nodemailer',
    'openid-client',
    'pino',
    'prom-client',
    'typebox',
    'ws',
    'collector/src',
  ],
  'collector/src/command-line': [
    'node',
    '@prodlens/language-server',
    '@prodlens/protocol',
    '@prodlens/syntax',
    '@modelcontextprotocol/server',
    'commander',
    'jsonc-parser',
    'msgpackr',
    'ws',
    'collector/src',
  ],
  'collector/src/query': [
    '@prodlens/protocol',
    'collector/src/store',
    'collector/src/analysis',
    'collector/src/errors',
    'collector/src/pace',
  ],
  'collector/src/analysis': ['@prodlens/protocol', 'collector/src/numbering'],
  'collector/src/mcp': [
    '@modelcontextprotocol/server',
    '@prodlens/protocol',
    'typebox',
    'collector/src/alerts',
    'collector/src/audit',
    'collector/src/errors',
    'collector/src/http',
    'collector/src/mcp',
    'collector/src/pace',
    'collector/src/query',
    'collector/src/store',
    'collector/src/version',
  ],
  'collector/web': ['@prodlens/protocol', '@prodlens/charts', 'preact'],
  'language-server/src': ['node', '@prodlens/protocol', '@prodlens/syntax', 'commander', 'ws', 'language-server/src'],
  'language-server/src/ide': ['@prodlens/protocol', '@prodlens/syntax', 'language-server/src/mapping'],
  'language-server/src/mapping': ['node:path', '@prodlens/protocol', '@prodlens/syntax'],
  'language-server/src/lsp': [
    'node',
    '@prodlens/protocol',
    '@prodlens/syntax',
    'language-server/src',
    'vscode-languageserver',
    'vscode-languageserver-textdocument',
  ],
  'extension-vscode/src': [
    'node',
    '@prodlens/protocol',
    'vscode',
    'vscode-languageclient',
    'extension-vscode/panel/messages',
  ],
  'extension-vscode/panel': ['@prodlens/charts', '@prodlens/protocol', 'preact'],
  'extension-jetbrains-bridge/bridge/src': ['node', 'vscode-languageserver-protocol'],
  'examples/order-service': ['node', 'express', 'decimal.js', 'handlebars', '@photostructure/sqlite'],
};

/** Named in a comment as what a file of a user may be called. */
const EXAMPLES = new Set(['handle-request.ts']);
/** Names that say nothing about what is inside. */
const VAGUE = /(^|\/)(utils?|common|helpers?|shared|misc|lib)(\/|\.[a-z]+$)/;
const LONGEST_FILE = 350;
/** A file and its tests count as one. */
const WIDEST_FOLDER = 24;
/** Named by VS Code, and by texts that tests write out. */
const ENTRIES = new Set(['activate', 'deactivate', 'neverImported', 'increased', 'decreased']);

const files = repositoryFiles();
const sources = files.filter(isSource);

for (const file of sources.filter((file) => /\.tsx?$/.test(file) && !file.startsWith('e2e/'))) {
  const folder = longestKey(file);
  test(`imports of ${file}`, () => {
    assert.ok(folder, 'the folder has no row in the table of allowed imports');
    const allowed = isTest(file) ? null : ALLOWED[folder];
    for (const name of importsOf(file)) {
      const target = name.startsWith('.') ? resolveRelative(file, name) : packageOf(name);
      if (name.startsWith('.') && longestKey(target) === folder) continue;
      if (allowed === null) continue;
      assert.ok(
        allowed.some(
          (one) =>
            target === one ||
            target.startsWith(`${one}/`) ||
            target.startsWith(`${one}.`) ||
            target.startsWith(`${one}:`),
        ),
        `${folder} must not import ${name} (${target})`,
      );
    }
  });
}

/** What reaches the network, the disk, the clock or the process without an import. */
const REACHING_OUT =
  /\b(fetch|WebSocket|XMLHttpRequest|process|globalThis|setTimeout|setInterval|Date|console|Buffer)\b(?=\s*[.(])/;
const PURE = [
  'protocol/src/',
  'syntax/src/',
  'collector/src/analysis/',
  'language-server/src/ide/',
  'language-server/src/mapping/',
];
for (const file of sources.filter((file) => PURE.some((folder) => file.startsWith(folder)) && !isTest(file))) {
  test(`${file} is pure`, () => {
    const { text } = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest);
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g, '');
    assert.equal(REACHING_OUT.exec(code)?.[0], undefined);
  });
}

test('no file is longer than a sitting', () => {
  const texts = [...sources, ...files.filter((file) => file.endsWith('.css') || file.endsWith('.java'))];
  const long = texts.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > LONGEST_FILE);
  assert.deepEqual(long, []);
});

test('no folder is wider than a glance', () => {
  const subjects = new Map();
  for (const file of [...sources, ...files.filter((file) => file.endsWith('.css') || file.endsWith('.java'))]) {
    const folder = dirname(file);
    const subject = basename(file).replace(/(\.test)?\.\w+$/, '');
    subjects.set(folder, (subjects.get(folder) ?? new Set()).add(subject));
  }
  const wide = [...subjects].filter(([, names]) => names.size > WIDEST_FOLDER);
  assert.deepEqual(
    wide.map(([folder, names]) => `${folder}: ${names.size}`),
    [],
  );
});

test('what a file exports, another file names', () => {
  const code = sources.filter((file) => /\.(tsx?|mjs)$/.test(file));
  const words = new Map(code.map((file) => [file, new Set(readFileSync(join(ROOT, file), 'utf8').match(/[\w$]+/g))]));
  const inFiles = new Map();
  for (const names of words.values()) for (const name of names) inFiles.set(name, (inFiles.get(name) ?? 0) + 1);
  const unnamed = code
    .filter((file) => /\/src\//.test(file) && !isTest(file))
    .flatMap((file) => {
      const exported = readFileSync(join(ROOT, file), 'utf8').matchAll(
        /^export (?:async )?(?:function\*?|const|class) ([\w$]+)/gm,
      );
      return [...exported].map(([, name]) => name).filter((name) => inFiles.get(name) === 1 && !ENTRIES.has(name));
    });
  assert.deepEqual(unnamed, []);
});

test('an exported function says what it is for', () => {
  const silent = sources
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !isTest(file) && !file.startsWith('examples/'))
    .flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const exported = exportedFunctions(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
      // Of the only one of a file the paragraph on top speaks.
      if (exported.length === 1 && /^(#!.*\n)?(\/\/|\/\*)/.test(text)) return [];
      const hasDocstring = (statement) =>
        (ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? []).some(({ pos }) =>
          text.startsWith('/**', pos),
        );
      return exported.filter(({ statement }) => !hasDocstring(statement)).map(({ name }) => `${file}: ${name}`);
    });
  assert.deepEqual(silent, []);
});

test('a file that a comment names is there', () => {
  const paths = new Set(sources.flatMap((file) => file.split('/').map((_, at, parts) => parts.slice(at).join('/'))));
  const gone = sources
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const comments = readFileSync(join(ROOT, file), 'utf8').match(/^\s*(\/\/|\/?\*).*$/gm) ?? [];
      const named = comments.join('\n').match(/(?<![\w./-])\w[\w./-]*\.(tsx?|mjs)\b/g) ?? [];
      return named.filter((name) => !paths.has(name) && !EXAMPLES.has(name)).map((name) => `${file}: ${name}`);
    });
  assert.deepEqual(gone, []);
});

test('no folder or file has a name that says nothing', () => {
  assert.deepEqual(
    sources.filter((file) => VAGUE.test(file)),
    [],
  );
});

test('every workspace of TypeScript is compiled by the root project', () => {
  const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { references } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
  assert.deepEqual(
    references.map((r) => r.path).sort(),
    workspaces.filter((folder) => existsSync(join(ROOT, folder, 'tsconfig.json'))).sort(),
  );
});

/** Functions that a file declares and exports, arrow functions too, with their statements. */
function exportedFunctions(sourceFile) {
  return sourceFile.statements
    .filter((statement) => statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .flatMap((statement) => {
      if (ts.isFunctionDeclaration(statement)) return [{ name: statement.name?.text ?? 'default', statement }];
      if (!ts.isVariableStatement(statement)) return [];
      return statement.declarationList.declarations
        .filter(({ initializer }) => initializer && ts.isFunctionLike(initializer))
        .map(({ name }) => ({ name: name.getText(sourceFile), statement }));
    });
}

function isTest(file) {
  return /\.test\.tsx?$/.test(file) || file.includes('/testing/');
}

function longestKey(file) {
  return Object.keys(ALLOWED)
    .filter((key) => file.startsWith(`${key}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
  return importedFiles.map((imported) => imported.fileName);
}

function resolveRelative(file, name) {
  return relative(ROOT, resolve(ROOT, dirname(file), name));
}

function packageOf(name) {
  if (builtinModules.includes(name)) return `node:${name}`;
  if (name.startsWith('node:')) return name;
  return name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0];
}
