// The TypeScript compiler, loaded as editors and build tools load it, checks forty operators of RxJS and what they use.

const { dirname, join } = require('node:path');
const { readdirSync } = require('node:fs');
const { measured } = require('./measured.cjs');

const OPERATORS = join(dirname(require.resolve('rxjs/package.json')), 'src', 'internal', 'operators');

measured(
  () => require('typescript'),
  (ts) => {
    const files = readdirSync(OPERATORS)
      .slice(0, 40)
      .map((name) => join(OPERATORS, name));
    const lib = ['lib.es2022.d.ts', 'lib.dom.d.ts'];
    const options = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, lib, types: [] };
    const program = ts.createProgram(files, options);
    const problems = ts.getPreEmitDiagnostics(program);
    if (problems.length > 100) throw new Error(`${problems.length} errors in RxJS`);
  },
);
