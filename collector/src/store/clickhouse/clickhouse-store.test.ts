// The same conformance suite as the embedded engine's, over ClickHouse's own back-end, and what only this engine does.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { ProdlensError } from '../../errors.js';
import { createGroupCommit } from '../../ingest/group-commit.js';
import { type ClickHouseServer, noClickHouse, startClickHouse } from '../../testing/clickhouse-server.js';
import {
  FACTS,
  fakeFunction,
  fakeHello,
  fakeRow,
  fakeWindow,
  PROCESS,
  report,
  startSensor,
} from '../../testing/fake-sensor.js';
import { numbersConformance } from '../../testing/numbers-conformance.js';
import { callsOf, MINUTE, NOW_MS, type StoreEngine, storeConformance } from '../../testing/store-conformance.js';
import { filesBelow, get, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { openTokenStore } from '../open-store.js';
import { INTAKE_LIMITS } from '../sqlite/intake.js';
import type { JournalStore } from '../sqlite/sqlite-store.js';
import type { InstanceWindow } from '../store.js';
import { openClickHouseStore } from './clickhouse-store.js';
import { connect, parseSetting } from './connection.js';
import { createStatements, PARTITION_ROWS, SCHEMA_VERSION } from './schema.js';

let server: ClickHouseServer;
let databases = 0;
const settings = new WeakMap<JournalStore, string>();

async function opened(t: TestContext, folder: string, setting: string, limits = INTAKE_LIMITS) {
  const store = await openClickHouseStore(folder, setting, { settleMs: 0, limits });
  settings.set(store, setting);
  t.after(() => store.close());
  return store;
}

const CLICKHOUSE: StoreEngine = {
  open: (t, folder) => opened(t, folder, server.setting(`test_${++databases}`)),
  reopen: (t, folder, before) => opened(t, folder, settings.get(before)!),
  sweptLateMinutes: { minutes: PARTITION_ROWS[1], hours: 1_440 * PARTITION_ROWS[1440] },
  steps: 12,
  moments: 4,
  questions: 1,
};

describe('ClickHouse', { skip: noClickHouse }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-clickhouse-'));
  before(async () => {
    server = await startClickHouse(folder);
  });
  after(async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  storeConformance(CLICKHOUSE);
  numbersConformance(CLICKHOUSE);

  test('away: windows are taken in up to the bound, then wait; back: nothing lost, nothing twice', async (t) => {
    const limits = { ...INTAKE_LIMITS, foldedFunctions: 3 };
    const setting = server.setting(`test_${++databases}`);
    const store = await opened(t, temporaryFolder(t), setting, limits);
    const { deploymentId } = await store.openInstance(fakeHello(), NOW_MS);
    const [ids] = await store.defineFunctions(deploymentId, [fakeFunction(1)]);
    const window = windowsOf(deploymentId, ids!);
    const commits = createGroupCommit(store, pino({ level: 'silent' }), 10);
    await commits.add(window(1, MINUTE - 3));
    await Promise.all([assert.rejects(store.flush(), { code: 'PRODLENS_ERR_STORE_AWAY' }), server.kill()]);
    await assert.rejects(callsOf(store, deploymentId), { code: 'PRODLENS_ERR_STORE_AWAY' });
    await assert.rejects(store.check(), { code: 'PRODLENS_ERR_STORE_AWAY' });
    // Names are there, and new ones can be told.
    await store.defineFunctions(deploymentId, [fakeFunction(2)]);
    await commits.add(window(2, MINUTE - 2));
    await commits.add(window(3, MINUTE - 1));
    let isTaken = false;
    const last = commits.add(window(4, MINUTE)).then(() => {
      isTaken = true;
    });
    await assert.rejects(store.commit([window(5, MINUTE)]), { code: 'PRODLENS_ERR_STORE_PAUSED' });
    assert.equal(isTaken, false);
    await server.restart();
    await store.flush();
    await last;
    await store.flush();
    assert.equal(await callsOf(store, deploymentId, MINUTE - 10), 8);
    assert.equal(await callsOf(store, deploymentId, 60 * Math.floor((MINUTE - 180) / 60)), 8, 'by the hour too');
    const again = await opened(t, temporaryFolder(t), setting);
    assert.equal(await callsOf(again, deploymentId, MINUTE - 10), 8, 'all of it is in ClickHouse');
  });

  test('a server killed at any moment of an insert: the flush is made again, and counts once', async (t) => {
    const store = await opened(t, temporaryFolder(t), server.setting(`test_${++databases}`));
    const { deploymentId } = await store.openInstance(fakeHello(), NOW_MS);
    const [ids] = await store.defineFunctions(deploymentId, [fakeFunction(1)]);
    const window = windowsOf(deploymentId, ids!);
    for (let round = 1; round <= 4; round++) {
      await store.commit([window(round, MINUTE)]);
      const flushed = store.flush().then(
        () => {},
        () => {},
      );
      for (let turns = 0; turns < round * 200; turns++) await new Promise(setImmediate);
      await server.kill();
      await flushed;
      await server.restart();
      await store.flush();
      assert.equal(await callsOf(store, deploymentId), 2 * round);
      assert.equal(await callsOf(store, deploymentId, 60 * Math.floor(MINUTE / 60)), 2 * round);
    }
  });

  test('two collectors answer the same, and count a window once that both were sent', async (t) => {
    const setting = server.setting(`test_${++databases}`);
    const [a, b] = [await opened(t, temporaryFolder(t), setting), await opened(t, temporaryFolder(t), setting)];
    const { deploymentId } = await a.openInstance(fakeHello(), NOW_MS);
    const [ids] = await a.defineFunctions(deploymentId, [fakeFunction(1)]);
    const [endpointId] = await a.defineEndpoints(deploymentId, [
      { id: 1, kind: 'http', method: 'GET', route: '/orders' },
    ] as never);
    const window = windowsOf(deploymentId, ids!);
    await a.commit([window(1, MINUTE), window(2, MINUTE)]);
    // Its acknowledgement is lost, and the next collector that the sensor finds has not heard of it.
    const lost = window(3, MINUTE);
    await a.commit([lost]);
    assert.deepEqual(await b.openInstance(fakeHello(), NOW_MS), { deploymentId, lastSequence: 0 });
    assert.deepEqual(await b.defineFunctions(deploymentId, [fakeFunction(1)]), [ids]);
    await b.commit([lost, window(4, MINUTE)]);
    await Promise.all([a.flush(), b.flush()]);
    for (const store of [a, b]) {
      await store.flush();
      assert.equal(await callsOf(store, deploymentId), 8);
      assert.equal((await store.openInstance(fakeHello(), NOW_MS)).lastSequence, 4);
      const [known] = await store.knownFunctions([deploymentId], { functionIds: [ids!.functionId] });
      assert.deepEqual([known?.name, known?.file], ['f1', fakeFunction(1).file]);
      assert.equal((await store.knownEndpoints({ ids: [endpointId!] }))[0]?.route, '/orders');
      assert.equal((await store.instances(0)).length, 1);
      const minutes = await store.instanceMinutes('instance-1', { fromMinute: MINUTE, toMinute: MINUTE });
      // What a process says of itself is kept by each collector: the window that both were sent is in it twice.
      assert.deepEqual([minutes.length, minutes[0]?.durationMs], [1, 50_000]);
      const spans = await store.reporting({ fromMinute: MINUTE, toMinute: MINUTE }, [deploymentId]);
      assert.ok(spans.length > 0);
    }
  });

  test('what one collector is told, the others know: tokens, rules, maps and snapshots, and that they are gone', async (t) => {
    const setting = server.setting(`test_${++databases}`);
    const [a, b] = [await opened(t, temporaryFolder(t), setting), await opened(t, temporaryFolder(t), setting)];
    const token = { name: 'n', scopes: ['read'] as const, service: null, environment: null, createdUnixMs: NOW_MS };
    await a.addToken('0123456789abcdef', { ...token, scopes: ['read'] });
    const rule = { service: 'orders', environment: null, measuring: false, changedUnixMs: NOW_MS };
    await a.replaceMeasuringRules('orders', [rule]);
    const map = Uint8Array.from({ length: 300 }, (_, i) => i);
    await a.putSourceMaps('orders', '1', [{ file: 'dist/a.js', map }], NOW_MS);
    const snapshot = { id: 'snapshot-1', takenUnixMs: NOW_MS } as never;
    const summary = { id: 'snapshot-1', takenUnixMs: NOW_MS, service: 's', environment: 'e' } as never;
    const stored = { summary: Object.assign(summary, { functionId: null, errorType: null }), snapshot };
    await a.putSnapshot(stored);
    await a.flush();
    await b.flush();
    assert.equal((await b.token('0123456789abcdef'))?.name, 'n');
    assert.deepEqual(await b.measuringRules(), [rule]);
    assert.deepEqual(new Uint8Array((await b.sourceMap('orders', '1', 'dist/a.js'))!), map);
    assert.deepEqual(await b.snapshot('snapshot-1'), stored);
    await b.removeToken('0123456789ab');
    await b.replaceMeasuringRules('orders', []);
    await b.flush();
    await a.flush();
    assert.deepEqual([await a.hasTokens(), await a.measuringRules()], [false, []]);
    const late = await opened(t, temporaryFolder(t), setting);
    assert.deepEqual([await late.hasTokens(), (await late.snapshots({ sinceUnixMs: 0 }, 9)).length], [false, 1]);
  });

  test('a token that a command has made in the folder of one collector is known to all', async (t) => {
    const setting = server.setting(`test_${++databases}`);
    const folder = temporaryFolder(t);
    const tokens = openTokenStore(folder, setting);
    await tokens.addToken('aa', { name: 'n', scopes: ['read'], service: null, environment: null, createdUnixMs: 1 });
    await tokens.close();
    await (await opened(t, folder, setting)).close();
    assert.equal((await (await opened(t, temporaryFolder(t), setting)).token('aa'))?.name, 'n');
  });

  test('tables of a newer collector are refused and left as they are', async (t) => {
    const setting = server.setting(`test_${++databases}`);
    await (await opened(t, temporaryFolder(t), setting)).close();
    const clickHouse = connect(parseSetting(setting));
    t.after(() => clickHouse.close());
    const { database } = clickHouse;
    await clickHouse.insert('version', ['version'], [[SCHEMA_VERSION + 1]]);
    const folder = temporaryFolder(t);
    await assert.rejects(opened(t, folder, setting), { code: 'PRODLENS_ERR_DATA_NEWER' });
    assert.deepEqual(filesBelow(folder), []);
    assert.deepEqual(await clickHouse.rows(`SELECT max(version), count() FROM ${database}.version`), [[2, 2]]);
  });

  test('the statements of a cluster are ClickHouse statements', async (t) => {
    const setting = parseSetting(`${server.setting('prodlens')}?cluster=prodlens`);
    const clickHouse = connect(setting);
    t.after(() => clickHouse.close());
    const statements = createStatements(setting);
    for (const statement of statements) {
      assert.match(statement, / ON CLUSTER prodlens/);
      const [[formatted]] = (await clickHouse.rows<[string]>('SELECT formatQuery({statement:String})', {
        statement,
      })) as [[string]];
      assert.ok(formatted.startsWith('CREATE '), statement);
    }
    const text = statements.join('\n');
    assert.match(text, /fn_1_here ON CLUSTER .*ReplicatedAggregatingMergeTree\('[^']*\{shard\}/s);
    assert.match(text, /Distributed\(prodlens, prodlens, fn_1_here, cityHash64\(file\)\)/);
    await assert.rejects(clickHouse.rows('SELECT formatQuery({s:String})', { s: 'CREATE TABLE x ENGINE' }));
  });

  test('a collector with one setting: a sensor reports, a question is answered, and readiness tells the truth', async (t) => {
    const store = server.setting(`test_${++databases}`);
    const { url } = await testCollector(t, undefined, undefined, { store });
    const sensor = await startSensor(url);
    await report(sensor, fakeWindow(1, [fakeRow(1, [1e6, 2e6])]));
    const calls = async () => (await get(`${url}/api/v1/functions`)).body;
    assert.equal((await calls()).functions[0].calls, 2);
    assert.equal((await get(`${url}/readyz`)).status, 200);
    await server.kill();
    assert.equal((await get(`${url}/readyz`)).status, 503);
    await report(sensor, fakeWindow(2, [fakeRow(1, [1e6])]));
    const { status, body } = await get(`${url}/api/v1/functions`);
    assert.deepEqual([status, body.error.code], [503, 'PRODLENS_ERR_STORE_AWAY']);
    await server.restart();
    assert.equal((await get(`${url}/readyz`)).status, 200);
    assert.equal((await calls()).functions[0].calls, 3);
  });
});

test('a setting that names no ClickHouse is refused with the reason', async (t) => {
  for (const [setting, why] of [
    ['nonsense', /no URL/],
    ['postgres://localhost/x', /no store for postgres:/],
    ['clickhouse://localhost:8123/a-b', /letters, digits/],
    ['clickhouse://localhost:8123/a?cluster=x y', /letters, digits/],
    ['clickhouse://localhost:8123/a?wait=1', /no option wait/],
  ] as const) {
    await assert.rejects(openClickHouseStore(temporaryFolder(t), setting), (error: ProdlensError) => {
      assert.equal(error.code, 'PRODLENS_ERR_STORE_SETTING');
      assert.match(error.message, why);
      return true;
    });
  }
  const away = openClickHouseStore(temporaryFolder(t), 'clickhouse://u:secret@127.0.0.1:1/x');
  await assert.rejects(away, (error: ProdlensError) => {
    assert.equal(error.code, 'PRODLENS_ERR_STORE_AWAY');
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

/** Windows of two calls of the function, that end in the minute. */
function windowsOf(deploymentId: number, ids: { functionId: number; fileId: number }) {
  const { id: _, ...totals } = fakeRow(1, [1_000, 2_000]);
  return (sequence: number, minute: number): InstanceWindow => ({
    ...{ instance: 'instance-1', deploymentId, sequence, facts: FACTS, process: PROCESS },
    ...{ startUnixMs: minute * 60_000, endUnixMs: minute * 60_000 + 10_000, receivedUnixMs: NOW_MS },
    rows: [{ ...ids, totals }],
    edges: [],
  });
}
