// Commands of mongodb, on a server that speaks its protocol. Where that is not installed, the test is skipped.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { flowPrograms } from '../../testing/flow-programs.js';
import { onServer } from '../../testing/on-server.js';
import { SERVE } from '../../testing/serve.js';
import { startMongo } from '../../testing/servers.js';

const programs = flowPrograms();
after(programs.remove);
programs.write('serve.cjs', SERVE);

const queries = (flow: { events: { type: string }[] }) => flow.events.filter(({ type }) => type === 'query');

onServer('mongodb: commands with their documents, a sample of what is read, errors', startMongo, async (port) => {
  programs.write(
    'mongo.mjs',
    `import { MongoClient } from 'mongodb';
    import serving from './serve.cjs';
    const client = await new MongoClient('mongodb://127.0.0.1:${port}').connect();
    const shelf = client.db('shop').collection('shelf');
    await serving.serve(async (path) => {
      if (path === '/fails') return shelf.insertOne({ _id: 1 });
      await shelf.insertMany(Array.from({ length: 30 }, (_, i) => ({ _id: i, sku: 'lamp' })));
      const found = await shelf.find({ sku: 'lamp' }, { batchSize: 20 }).sort({ _id: 1 }).toArray();
      const { _id } = await shelf.findOneAndUpdate({ _id: 3 }, { $set: { n: 1 } });
      await shelf.updateMany({ _id: { $lt: 5 } }, { $set: { n: 2 } });
      return found.length + await shelf.countDocuments() + _id;
    }, ['/all']);
  `,
  );
  programs.write(
    'mongo-fails.cjs',
    `const { MongoClient } = require('mongodb');
    const { serve } = require('./serve.cjs');
    (async () => {
      const client = await new MongoClient('mongodb://127.0.0.1:${port}').connect();
      const shelf = client.db('shop').collection('fails');
      await shelf.insertOne({ _id: 1 });
      serve(async () => shelf.insertOne({ _id: 1 }));
    })();`,
  );
  const { flows } = await programs.run('mongo.mjs');
  const events = queries(flows[0]!) as never as Record<string, unknown>[];
  const docs = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ _id: from + i, sku: 'lamp' }));
  assert.deepEqual(
    events.map(({ system, text, rowCount, rows, ended, error }) => ({ system, text, rowCount, rows, ended, error })),
    [
      { text: 'insert shop.shelf', rowCount: 30, rows: null },
      { text: 'find shop.shelf', rowCount: 20, rows: docs(0, 10) },
      { text: 'getMore shop.shelf', rowCount: 10, rows: docs(20, 30) },
      { text: 'findAndModify shop.shelf', rowCount: 1, rows: null },
      { text: 'update shop.shelf', rowCount: 5, rows: null },
      { text: 'aggregate shop.shelf', rowCount: 1, rows: [{ _id: 1, n: 30 }] },
    ].map((query) => ({ system: 'mongodb', ...query, ended: true, error: null })),
  );
  const parameters = events.map((event) => event.parameters) as { documents: object[]; filter: object }[];
  assert.deepEqual([parameters[0]!.documents.length, parameters[1]!.filter], [30, { sku: 'lamp' }]);
  assert.deepEqual(parameters[0]!.documents[3], { _id: 3, sku: 'lamp' });
  const failing = await programs.run('mongo-fails.cjs');
  const [insert] = queries(failing.flows[0]!) as never as [{ parameters: object; rowCount: number }];
  assert.deepEqual((insert.parameters as { documents: object[] }).documents, [{ _id: 1 }]);
  assert.equal(failing.flows[0]!.failed, true);
});
