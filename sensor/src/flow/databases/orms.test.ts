// Queries that object-relational mappers make, each through its driver: one event with the statement, its parameters, how
// many rows, a sample of them, and how long it took. Where a server or the heavy packages are not installed, the test is
// skipped.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms, heavyPackages } from '../../testing/flow-programs.js';
import { SERVE } from '../../testing/serve.js';
import { startPostgres } from '../../testing/servers.js';

const programs = flowPrograms();
after(programs.remove);
programs.write('serve.cjs', SERVE);
const heavy = heavyPackages();

/** Each asks, in a request, for the shelves with more than one of something, of which there are two. */
const MAPPERS: Record<string, { needs: boolean; setUp: string; ask: string; text: RegExp; rows: object[] }> = {
  Knex: {
    needs: false,
    setUp: `const knex = require('knex')({ client: 'pg', connection: options });`,
    ask: `knex('Shelf').where('n', '>', 1).orderBy('sku')`,
    text: /^select \* from "Shelf" where "n" > \$1 order by "sku" asc$/,
    rows: [
      { sku: 'kettle', n: 2 },
      { sku: 'lamp', n: 3 },
    ],
  },
  'Drizzle ORM': {
    needs: false,
    setUp: `const { drizzle } = require('drizzle-orm/node-postgres');
      const { gt } = require('drizzle-orm');
      const { pgTable, text, integer } = require('drizzle-orm/pg-core');
      const shelf = pgTable('Shelf', { sku: text('sku').primaryKey(), n: integer('n') });
      const db = drizzle(pool);`,
    ask: `db.select().from(shelf).where(gt(shelf.n, 1)).orderBy(shelf.sku)`,
    text: /^select "sku", "n" from "Shelf" where "Shelf"\."n" > \$1 order by "Shelf"\."sku"$/,
    rows: [
      ['kettle', 2],
      ['lamp', 3],
    ],
  },
  TypeORM: {
    needs: true,
    setUp: `const { DataSource, EntitySchema, MoreThan } = require('typeorm');
      const Shelf = new EntitySchema({ name: 'Shelf', tableName: 'Shelf', columns: { sku: { type: 'text', primary: true }, n: { type: 'int' } } });
      const { user: username, ...others } = options;
      const source = await new DataSource({ type: 'postgres', username, ...others, entities: [Shelf] }).initialize();`,
    ask: `source.getRepository(Shelf).find({ where: { n: MoreThan(1) }, order: { sku: 'ASC' } })`,
    text: /^SELECT "Shelf"\."sku" AS "Shelf_sku", .* WHERE .*"n" > \$1/,
    rows: [
      { Shelf_sku: 'kettle', Shelf_n: 2 },
      { Shelf_sku: 'lamp', Shelf_n: 3 },
    ],
  },
  Prisma: {
    needs: true,
    setUp: `const { PrismaClient } = require(process.env.HEAVY + 'generated/client.cjs');
      const { PrismaPg } = require(process.env.HEAVY + 'node_modules/@prisma/adapter-pg');
      const prisma = new PrismaClient({ adapter: new PrismaPg({ ...options, max: 1 }) });`,
    ask: `prisma.shelf.findMany({ where: { n: { gt: 1 } }, orderBy: { sku: 'asc' } })`,
    text: /^SELECT "public"\."Shelf"\."sku", .* WHERE "public"\."Shelf"\."n" > \$1/,
    rows: [
      ['kettle', 2],
      ['lamp', 3],
    ],
  },
};

test('queries of object-relational mappers', async (t) => {
  const server = await startPostgres();
  if (server === null) return t.skip('PostgreSQL is not installed');
  const only = Object.entries(MAPPERS);
  try {
    programs.write(
      'options.cjs',
      `module.exports = { host: '127.0.0.1', port: ${server.port}, user: 'test', database: 'postgres' };`,
    );
    programs.write(
      'set-up.cjs',
      `const { Client } = require('pg');
      const client = new Client(require('./options.cjs'));
      client.connect().then(() => client.query('CREATE TABLE "Shelf" (sku text PRIMARY KEY, n integer NOT NULL)'))
        .then(() => client.query(\`INSERT INTO "Shelf" VALUES ('lamp', 3), ('kettle', 2), ('rug', 1)\`)).then(() => client.end());`,
    );
    await programs.run('set-up.cjs');
    for (const [name, { needs, setUp, ask, text, rows }] of only) {
      await t.test(name, async (t) => {
        if (needs && heavy === null) return t.skip('the heavy packages are not installed');
        programs.write(
          'mapper.cjs',
          `const options = require('./options.cjs');
          const { serve } = require('./serve.cjs');
          const pool = new (require('pg').Pool)(options);
          (async () => {
            ${setUp}
            await ${ask};
            await serve(async () => { if ((await ${ask}).length !== 2) throw new Error('not two'); });
          })();`,
        );
        const { flows } = await programs.run('mapper.cjs', { HEAVY: heavy ?? '', SHOW_ERRORS: '1' });
        assert.deepEqual(
          flows.map(({ status, events }) => [status, events.length]),
          [[200, 1]],
        );
        const [event] = flows[0]!.events;
        assert.match(event.text, text);
        assert.deepEqual(
          { ...event, text: '' },
          {
            ...{ type: 'query', system: 'postgresql', text: '', parameters: event.parameters, rowCount: 2, rows },
            ...{ error: null, ended: true },
          },
        );
        // Prisma has one more, from which row on.
        assert.equal(Number(event.parameters[0]), 1);
      });
    }
  } finally {
    await server.stop();
  }
});
