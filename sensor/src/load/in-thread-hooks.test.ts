// Where Node has loader hooks in the program's thread: what the program cannot see of them, and what they must not cost.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { NODES } from '../testing/nodes.js';
import { programs, REGISTER_PATH } from '../testing/programs.js';

const MODULES = 10;
const MODULE_BYTES = 2 ** 20;

const host = programs({
  'thrower.cjs': 'exports.stack = (() => new Error("here").stack)()',
  'stack.cjs': `console.log(require('./thrower.cjs').stack)`,
  'memory.cjs': `
    const { writeFileSync } = require('node:fs');
    const held = () => { global.gc(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; };
    for (let i = 0; i < ${MODULES}; i++) {
      const lines = Array.from({ length: 1000 }, (_, n) => '// ' + String(n).repeat(${MODULE_BYTES} / 1000 / String(n).length));
      writeFileSync(\`./large-\${i}.cjs\`, \`exports.f = function f() { return \${i} };\\n\` + lines.join('\\n'));
    }
    require('./thrower.cjs');
    const before = held();
    for (let i = 0; i < ${MODULES}; i++) measured(require(\`./large-\${i}.cjs\`).f);
    console.log((held() - before) / ${MODULES * MODULE_BYTES});`,
  'modules.cjs': `
    measured(require('./required.mjs').f);
    import('./imported.mjs').then(({ f, g }) => { measured(f, g); console.log(f() + g()) })`,
  'failures.cjs': `
    const { writeFileSync } = require('node:fs');
    const failed = (id) => { try { require(id); return 'no error' } catch ({ name, code, stack }) { return [name, code, stack].join(' ') } };
    console.log(failed('./none.cjs'), failed('./syntax.cjs'), failed('./throws.cjs'), failed('./syntax.json'), failed('./none.mjs'));
    measured(require('./required.mjs').f);
    require('./deep.cjs')(20);
    import('./imported.mjs').then(({ f, g }) => { measured(f, g); console.log(f() + g()) })`,
  'syntax.cjs': 'const = 1',
  'syntax.json': '{',
  'none.mjs': 'import "./nowhere.mjs"',
  'throws.cjs': 'require("./required.mjs"); throw new TypeError("from a module")',
  'deep.cjs': `module.exports = function deep(n) { measured(deep); delete require.cache[__filename]; if (n > 0) require(__filename)(n - 1); else throws() };
    function throws() { try { require('./throws.cjs') } catch (error) { console.log(error.message) } }`,
  'other-tool.cjs': `
    const { registerHooks } = require('node:module');
    const seen = [];
    const load = (name) => (url, context, next) => {
      // Reads another module while this one is read.
      if (url.endsWith('thrower.cjs')) measured(require('./required.mjs').f);
      const result = next(url, context);
      seen.push([name, url.split('/').pop(), context.format, typeof result.source].join(' '));
      return url.endsWith('macro.cjs') ? { ...result, source: String(result.source) + ';exports.' + name + ' = function f() {}' } : result;
    };
    const first = registerHooks({ load: load('first') });
    registerHooks({ load: load('second') });
    const macro = require('./macro.cjs');
    measured(macro.first, macro.second);
    first.deregister();
    require('./thrower.cjs');
    import('./imported.mjs').then(({ f, g }) => { measured(f, g); console.log(seen, Object.keys(macro)) })`,
  'macro.cjs': 'exports.own = 1',
  'required.mjs': 'export { f } from "./inner.mjs"',
  'imported.mjs': 'export { f } from "./inner.mjs"; export function g() { return 2 }',
  'inner.mjs': 'export function f() { return 1 }',
});
after(() => host.remove());

function run(node: string, file: string, how: string[]): string {
  const { stdout, stderr, status } = spawnSync(
    node,
    ['--stack-trace-limit=60', '--expose-gc', '--require', './probe.cjs', ...how, file],
    {
      cwd: host.folder,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        PRODLENS_URL: 'http://127.0.0.1:9',
        PRODLENS_CACHE: 'off',
        PRODLENS_CPU_PROFILE: 'off',
        ...(how.length > 0 ? { TEST_WITH_SENSOR: '1' } : {}),
      },
    },
  );
  assert.deepEqual([status, stderr.replace(/^\(.*\n/gm, '')], [0, ''], stdout);
  return stdout;
}

for (const [major, node] of Object.entries(NODES)) {
  describe(`on Node ${major}`, { skip: node === null && 'it is not installed' }, () => {
    const compared = (file: string) => [[], ['--require', REGISTER_PATH]].map((how) => run(node!, file, how));

    test('a required module has the stack that it has without the sensor', () => {
      const [plain, measured] = compared('stack.cjs');
      assert.equal(measured, plain);
    });

    test('Node keeps no text of a required module beside the one that runs', () => {
      const [, measured] = compared('memory.cjs');
      assert.ok(Number(measured) > 0.9 && Number(measured) < 1.5, measured);
    });

    test('modules of both kinds are measured, required and imported', () => {
      const [plain, measured] = compared('modules.cjs');
      assert.deepEqual([plain, measured], ['3\n', '3\n']);
    });

    for (const [file, what] of [
      ['failures.cjs', 'modules that fail, in one another too, fail as they did, and those after them are measured'],
      ['other-tool.cjs', "another tool's hooks see what they saw, in their order, and may require modules themselves"],
    ] as const) {
      test(what, () => {
        const [plain, measured] = compared(file);
        assert.equal(measured, plain);
      });
    }
  });
}
