// Statements of node:sqlite and better-sqlite3: text, parameters, rows, errors, and what the program sees. Versions of Node
// and packages that are not installed are skipped.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms, heavyPackages, type ShownFlow } from '../../testing/flow-programs.js';
import { NODES } from '../../testing/nodes.js';
import { SERVE } from '../../testing/serve.js';

const programs = flowPrograms();
after(programs.remove);
programs.write('serve.cjs', SERVE);

const BODY = `
  const statement = database.prepare('SELECT n FROM shelf WHERE sku = ?');
  const prototype = Object.getPrototypeOf(statement);
  console.log('SEEN', Object.keys(prototype).sort().join(), String(prototype.all), prototype.all.name, prototype.all.length, String(database.exec));
  serve(async (path) => {
    if (path === '/fails') return database.exec('NOT A STATEMENT');
    database.prepare('INSERT INTO shelf VALUES (?, ?)').run('kettle', 3);
    const read = [...statement.iterate('kettle')];
    return JSON.stringify([statement.all('kettle'), statement.get('none'), read]);
  }, ['/', '/fails']);`;

/** What it did, and what the program saw, which is the same without the sensor. */
function check({ flows, output }: { flows: ShownFlow[]; output: string }, seen: RegExp): void {
  assert.match(output, seen);
  const of = (url: string) => flows.find(({ request }) => request?.url === url)!.events as Record<string, unknown>[];
  assert.deepEqual(
    of('/').map(({ system, text, parameters, rows, rowCount, ended }) => ({
      system,
      text,
      parameters,
      rows,
      rowCount,
      ended,
    })),
    [
      { text: 'INSERT INTO shelf VALUES (?, ?)', parameters: ['kettle', 3], rows: null, rowCount: 1 },
      { text: 'SELECT n FROM shelf WHERE sku = ?', parameters: ['kettle'], rows: null, rowCount: null },
      { text: 'SELECT n FROM shelf WHERE sku = ?', parameters: ['kettle'], rows: [{ n: 3 }], rowCount: 1 },
      { text: 'SELECT n FROM shelf WHERE sku = ?', parameters: ['none'], rows: [], rowCount: 0 },
    ].map((query) => ({ system: 'sqlite', ...query, ended: true })),
  );
  assert.match(String(of('/fails')[0]!.error), /near "NOT": syntax error/);
}

for (const major of ['22', '24'] as const) {
  for (const format of ['cjs', 'mjs'] as const) {
    test(`node:sqlite of Node ${major}, ${format === 'cjs' ? 'required' : 'imported'}`, async (t) => {
      const node = NODES[major];
      if (node === null) return t.skip(`Node ${major} is not installed`);
      const load =
        format === 'cjs'
          ? `const { DatabaseSync } = require('node:sqlite'); const { serve } = require('./serve.cjs');`
          : `import { DatabaseSync } from 'node:sqlite'; import { serve } from './serve.cjs';`;
      programs.write(
        `node-sqlite.${format}`,
        `${load}
        const database = new DatabaseSync(':memory:');
        database.exec('CREATE TABLE shelf (sku TEXT, n INTEGER) STRICT');${BODY}`,
      );
      const native = 'function all\\(\\) \\{ \\[native code\\] \\} all 0 function exec\\(\\) \\{ \\[native code\\] \\}';
      const names =
        'all,columns,get,iterate,run,setAllowBareNamedParameters,setAllowUnknownNamedParameters,setReadBigInts,setReturnArrays';
      check(await programs.run(`node-sqlite.${format}`, {}, node), new RegExp(`SEEN ${names} ${native}`));
    });
  }
}

test('better-sqlite3', async (t) => {
  if (heavyPackages() === null) return t.skip('the heavy packages are not installed');
  // What the package holds for Node 20 does not run there.
  if (NODES[22] === null) return t.skip('Node 22 is not installed');
  programs.write(
    'better.cjs',
    `const { serve } = require('./serve.cjs');
    const database = require('better-sqlite3')(':memory:');
    database.exec('CREATE TABLE shelf (sku TEXT, n INTEGER) STRICT');${BODY}`,
  );
  const names = 'all,bind,columns,expand,get,iterate,pluck,raw,run,safeIntegers,toString';
  const native = 'function all\\(\\) \\{ \\[native code\\] \\} all 0 function exec\\(sql\\)';
  check(await programs.run('better.cjs', {}, NODES[22]), new RegExp(`SEEN ${names} ${native}`));
});
