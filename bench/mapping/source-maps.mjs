// Functions as production reports them from compiled code, found in the text that they were written as: by tsc, esbuild
// and swc, minified or not. Each function calls out with its own mark before anything else, which no compiler may take
// away; so it is known which compiled function is which, whatever it is called and wherever its map says that it stands.

import { SourceMap } from 'node:module';
import { instrument } from '@prodlens/sensor/instrument';
import { lineStartsOf } from '@prodlens/syntax/lines';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import swc from '@swc/core';
import { transformSync } from 'esbuild';
import ts from 'typescript';
import { matchFunctions } from '../../language-server/dist/mapping/deployed-functions.js';
import { matchByText } from '../../language-server/dist/mapping/deployed-text.js';
import { sourceFiles } from './refactorings.mjs';

const FILES = 40;

function byTsc(target) {
  return (text, path) => {
    const compilerOptions = { target, module: ts.ModuleKind.ESNext, sourceMap: true, ignoreDeprecations: '6.0' };
    const { outputText, sourceMapText } = ts.transpileModule(text, { compilerOptions, fileName: path });
    return { code: outputText, map: sourceMapText };
  };
}

const byEsbuild = (options) => (text, path) => {
  const { code, map } = transformSync(text, { loader: 'ts', sourcemap: 'external', sourcefile: path, ...options });
  return { code, map };
};

const bySwc = (minify) => (text, path) => {
  const jsc = {
    parser: { syntax: 'typescript' },
    target: 'es2022',
    ...(minify && { minify: { compress: true, mangle: true } }),
  };
  const { code, map } = swc.transformSync(text, {
    filename: path,
    sourceMaps: true,
    minify,
    isModule: true,
    jsc,
    swcrc: false,
  });
  return { code, map };
};

const COMPILERS = {
  'tsc ES5': byTsc(ts.ScriptTarget.ES5),
  'tsc ES2022': byTsc(ts.ScriptTarget.ES2022),
  esbuild: byEsbuild({}),
  'esbuild ES2017': byEsbuild({ target: 'es2017' }),
  'esbuild minified': byEsbuild({ minify: true }),
  swc: bySwc(false),
  'swc minified': bySwc(true),
};

/** Yields { compiler, subject, right, wrong, missed }: with the deployed text, and by names and places alone. */
export function* compiled() {
  const files = sourceFiles().filter((_, i, all) => i % Math.ceil(all.length / FILES) === 0);
  for (const [compiler, compile] of Object.entries(COMPILERS)) {
    const found = { prodlens: count(), 'prodlens, no git': count() };
    for (const { path, text } of files) {
      const marked = withCalls(text, path);
      const { code, map } = compile(marked, path);
      const reported = reportedFunctions(code, new SourceMap(JSON.parse(map)));
      const { functions } = fingerprintTypeScript(marked, path);
      const marks = functions.map(({ start, end }) => firstMark(marked.slice(start, end)));
      const known = new Set(reported.map(({ mark }) => mark));
      const there = marks.filter((mark) => known.has(mark)).length;
      const deployed = { revision: '', path, nowAt: path, text: marked, lineStarts: lineStartsOf(marked), functions };
      const answers = {
        prodlens: matchByText(functions, reported, deployed) ?? [],
        'prodlens, no git': matchFunctions(marked, functions, reported),
      };
      for (const [subject, matches] of Object.entries(answers)) {
        let right = 0;
        for (const { outlined, deployed: stats } of matches) {
          if (marks[functions.indexOf(outlined)] === stats.mark) right++;
          else found[subject].wrong++;
        }
        found[subject].right += right;
        found[subject].missed += there - right;
      }
    }
    for (const [subject, counts] of Object.entries(found)) yield { compiler, subject, ...counts };
  }
}

function count() {
  return { right: 0, wrong: 0, missed: 0 };
}

const MARK = /__mark\(["'`]mark (\d+)["'`]\)/;

/** The mark of a function is the first in it. */
function firstMark(text) {
  return MARK.exec(text)?.[1] ?? null;
}

/** As the sensor says it: the compiled name, the original place. */
function reportedFunctions(code, map) {
  const result = instrument(code, { path: 'a.js', format: 'module' });
  const ends = new Map(
    fingerprintTypeScript(code, 'a.js').functions.map(({ nameStart, start, end }) => [nameStart, [start, end]]),
  );
  return result.functions.flatMap(({ name, ordinal, kind, line, column, offset }) => {
    const entry = map.findEntry(line, column);
    const range = ends.get(offset);
    if (!('originalLine' in entry) || !range) return [];
    const mark = firstMark(code.slice(...range));
    return [{ name, ordinal, kind, mark, line: entry.originalLine + 1, column: entry.originalColumn + 1 }];
  });
}

/** Each body begins with a call that says whose it is. */
function withCalls(text, path) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const edits = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const start = node.body.getStart(file);
      const call = `__mark('mark ${edits.length + 1}')`;
      if (ts.isBlock(node.body)) edits.push([start + 1, `${call};`]);
      else edits.push([start, `(${call}, `, node.body.end]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const inserted = edits.flatMap(([at, by, end]) =>
    end === undefined
      ? [[at, by]]
      : [
          [at, by],
          [end, ')'],
        ],
  );
  return inserted
    .map((edit, i) => [...edit, i])
    .sort((a, b) => b[0] - a[0] || (a[1] === ')' ? 1 : -1) || b[2] - a[2])
    .reduce((marked, [at, by]) => marked.slice(0, at) + by + marked.slice(at), text);
}
