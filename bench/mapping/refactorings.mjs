// Scripted refactorings of real source files, one to five at once, with exact truth: before anything is changed each
// function gets a mark, a comment that moves with it and that no subject sees. This is the check that has nothing in
// common with the truth of histories.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprintTypeScript, outlineTypeScript } from '@prodlens/syntax/typescript';
import ts from 'typescript';
import { randomNumbers } from '../../collector/dist/testing/random-numbers.js';
import { Score } from './score.mjs';
import { SUBJECTS } from './subjects.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['collector/src', 'language-server/src', 'sensor/src', 'syntax/src'];
const TRIALS = 60;

/** Files with enough in them, as { path, text }. The project's own: they are there wherever the bench runs. */
export function sourceFiles() {
  return FOLDERS.flatMap((folder) => list(join(ROOT, folder)))
    .filter((path) => /\.ts$/.test(path) && !/\.test\.ts$|\.d\.ts$/.test(path))
    .map((path) => ({ path: path.slice(ROOT.length), text: readFileSync(path, 'utf8') }))
    .filter(({ path, text }) => outlineTypeScript(text, path).length >= 5);
}

function list(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Yields { name, scores } for each refactoring alone, and for two to five of them at once. */
export function* refactor() {
  const sources = sourceFiles();
  const random = randomNumbers(1).uniform;
  const names = Object.keys(REFACTORINGS);
  const plans = [
    ...names.map((name) => ({ name, choose: () => [name] })),
    ...[2, 3, 4, 5].map((n) => ({
      name: `${n} at once`,
      choose: () => Array.from({ length: n }, () => pick(random, names)),
    })),
  ];
  for (const { name, choose } of plans) {
    const scores = new Map(SUBJECTS.map((subject) => [subject.name, new Score()]));
    for (let trial = 0; trial < TRIALS; trial++) {
      const { path, text } = pick(random, sources);
      const marked = withMarks(text, path);
      let files = { [path]: marked };
      for (const one of choose()) files = REFACTORINGS[one](files, path, random) ?? files;
      judge({ [path]: marked }, files, scores);
    }
    yield { name, scores };
  }
}

function judge(before, after, scores) {
  const states = { before: statesOf(before), after: statesOf(after) };
  const idOf = (side, path, index) => states[side].find((state) => state.path === path)?.ids[index] ?? undefined;
  const ids = (side) => new Set(states[side].flatMap((state) => state.ids.filter((id) => id !== null)));
  for (const { name, match } of SUBJECTS) {
    const pairs = match({ before: states.before, after: states.after, renamed: new Map() });
    scores.get(name).add(pairs, ids('before'), ids('after'), idOf, () => false, 0);
  }
}

function statesOf(files) {
  return Object.entries(files).map(([path, text]) => {
    const { functions } = fingerprintTypeScript(text, path);
    return { path, text, functions, ids: marksOf(text, functions) };
  });
}

const MARK = /\/\*§(\d+)\*\//g;

/** For each function the mark that is in it and in no function inside it; `new …` of one that has none. */
function marksOf(text, functions) {
  const ids = functions.map((_, i) => `new ${i}`);
  for (const { index, 1: id } of text.matchAll(MARK)) {
    const holder = functions.findLastIndex(({ start, end }) => start <= index && index < end);
    if (holder !== -1) ids[holder] = id;
  }
  return ids;
}

/** A mark at the start of each body. */
function withMarks(text, path) {
  const file = parse(text, path);
  const places = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) places.push(node.body.getStart(file) + (ts.isBlock(node.body) ? 1 : 0));
    ts.forEachChild(node, visit);
  };
  visit(file);
  places.sort((a, b) => a - b);
  let id = places.length;
  return places.reduceRight((marked, at) => `${marked.slice(0, at)}/*§${id--}*/${marked.slice(at)}`, text);
}

function parse(text, path) {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Top-level functions, by default those that are declared. */
function declared(text, path) {
  const file = parse(text, path);
  return file.statements.filter((node) => ts.isFunctionDeclaration(node) && node.body && node.name);
}

function replaced(text, start, end, by) {
  return text.slice(0, start) + by + text.slice(end);
}

/** What is done to a file's top-level function that is picked; null where there is none. */
function onFunction(change) {
  return (files, path, random) => {
    const text = files[path];
    const node = pick(random, declared(text, path));
    const changed = node ? change(text, node, random, path) : null;
    if (changed === null) return null;
    return typeof changed === 'string' ? { ...files, [path]: changed } : { ...files, ...changed };
  };
}

const parametersOf = (text, node) => text.slice(node.name.end, node.body.getStart());
const wordOf = (random) => pick(random, ['settle', 'collect', 'resolve', 'build', 'fetch', 'apply']);

const REFACTORINGS = {
  rename: onFunction((text, { name }, random) =>
    text.replace(
      new RegExp(`\\b${name.text}\\b`, 'g'),
      `${wordOf(random)}${name.text[0].toUpperCase()}${name.text.slice(1)}`,
    ),
  ),
  'rename a local': onFunction((text, node) => {
    const name = node.parameters.find((parameter) => ts.isIdentifier(parameter.name))?.name.text;
    const [start, end] = [node.name.end, node.end];
    return name
      ? replaced(
          text,
          start,
          end,
          text.slice(start, end).replace(new RegExp(`(?<![.\\w])${name}\\b`, 'g'), `${name}Given`),
        )
      : null;
  }),
  'move in the file': onFunction(
    (text, node) => `${replaced(text, node.getFullStart(), node.end, '')}\n${node.getText()}\n`,
  ),
  'move to another file': onFunction((text, node, _, path) => ({
    [path]: replaced(text, node.getFullStart(), node.end, ''),
    [path.replace(/[^/]+$/, 'moved-here.ts')]: `${node.getText()}\n`,
  })),
  reorder: (files, path, random) => {
    const file = parse(files[path], path);
    const i = Math.floor(random() * (file.statements.length - 1));
    const [a, b] = [file.statements[i], file.statements[i + 1]];
    return { ...files, [path]: replaced(files[path], a.getFullStart(), b.end, `${b.getFullText()}${a.getFullText()}`) };
  },
  reformat: (files, path) => ({
    ...files,
    [path]: files[path]
      .replace(/^( {2})+/gm, (indent) => '\t'.repeat(indent.length / 2))
      .replace(/;(?=\n\s*[\w}])/g, '')
      .replace(/,(?=\s*[)\]}])/g, '')
      .replace(/ => \{/g, ' =>\n{'),
  }),
  extract: onFunction((text, node, random) => {
    const { statements } = node.body;
    if (statements.length < 2) return null;
    const part = statements.slice(Math.floor(statements.length / 2));
    const [start, end] = [part[0].getStart(), part.at(-1).end];
    const name = `${wordOf(random)}Rest`;
    const shorter = replaced(text, start, end, `return ${name}();`);
    return replaced(
      shorter,
      node.getStart(),
      node.getStart(),
      `function ${name}() {\n  ${text.slice(start, end)}\n}\n\n`,
    );
  }),
  'extract with wrapper': onFunction((text, node) => {
    const { name, body } = node;
    const whole = text.slice(body.getStart(), body.end).replace(/^\{\/\*§\d+\*\//, '{');
    const mark = /^\{(\/\*§\d+\*\/)/.exec(text.slice(body.getStart()))?.[1] ?? '';
    const wrapper = `{${mark}\n  return ${name.text}Inner();\n}\n\nfunction ${name.text}Inner${parametersOf(text, node)}${whole}`;
    return replaced(text, body.getStart(), body.end, wrapper);
  }),
  inline: onFunction((text, node, random, path) => {
    const other = pick(
      random,
      declared(text, path).filter((one) => one.pos !== node.pos),
    );
    if (!other) return null;
    const inner = text.slice(node.body.getStart() + 1, node.body.end - 1).replace(/^\/\*§\d+\*\//, '');
    const edits = [
      [node.getFullStart(), node.end, ''],
      [other.body.end - 1, other.body.end - 1, `{${inner}}\n`],
    ];
    return edits
      .sort((a, b) => b[0] - a[0])
      .reduce((edited, [start, end, by]) => replaced(edited, start, end, by), text);
  }),
  'function to arrow': onFunction((text, node) => {
    if (node.asteriskToken || node.typeParameters) return null;
    const modifiers = node.modifiers?.filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword).length
      ? 'export '
      : '';
    const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ? 'async ' : '';
    const arrow = `${modifiers}const ${node.name.text} = ${isAsync}${parametersOf(text, node).trim()} => ${node.body.getText()};`;
    return replaced(text, node.getStart(), node.end, arrow);
  }),
  'wrap in a class': onFunction((text, node) => {
    const method = `${node.name.text}${parametersOf(text, node)}${node.body.getText()}`;
    return replaced(text, node.getStart(), node.end, `export class Service {\n  ${method}\n}`);
  }),
  async: onFunction((text, node) => {
    if (node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)) return null;
    const at = node.body.getStart() + 1;
    const awaiting = replaced(text, at, at, '\n  await Promise.resolve();');
    return awaiting.slice(0, node.getStart()) + awaiting.slice(node.getStart()).replace('function', 'async function');
  }),
  overloads: onFunction((text, node) =>
    replaced(text, node.getStart(), node.getStart(), `export function ${node.name.text}(one: never): never;\n`),
  ),
  duplicate: onFunction((text, node) => {
    const copy = node.getText().replace(MARK, '').replace(node.name.text, `${node.name.text}Copy`);
    return replaced(text, node.end, node.end, `\n\n${copy}`);
  }),
  delete: onFunction((text, node) => replaced(text, node.getFullStart(), node.end, '')),
  'edit a body': onFunction((text, node) =>
    replaced(text, node.body.end - 1, node.body.end - 1, "  if (Math.random() > 2) throw new Error('added');\n"),
  ),
  'half typed, unsaved': onFunction((text, node) =>
    replaced(text, node.body.end - 1, node.body.end - 1, '  const next = compute(first,\n'),
  ),
};

function pick(random, items) {
  return items[Math.floor(random() * items.length)];
}
