import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { closeDatabase, openDatabase } from './open-database.js';

const bytesOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);

test('a database that is closed has everything in its own file', (t) => {
  const folder = temporaryFolder(t);
  const db = openDatabase(folder);
  db.exec('CREATE TABLE a (b TEXT)');
  db.prepare('INSERT INTO a VALUES (?)').run('x'.repeat(100_000));
  const log = join(folder, 'prodlens.db-wal');
  assert.ok(bytesOf(log) > 100_000);
  closeDatabase(db);
  assert.equal(bytesOf(log), 0);
});

test('a collector that is closed leaves no log of a database with anything in it', async (t) => {
  const folder = temporaryFolder(t);
  const collector = await testCollector(t, folder);
  const logs = () => readdirSync(folder).filter((name) => name.endsWith('-wal') && bytesOf(join(folder, name)) > 0);
  assert.deepEqual(logs().sort(), ['alerts.db-wal', 'prodlens.db-wal']);
  await collector.close();
  assert.deepEqual(logs(), []);
});
