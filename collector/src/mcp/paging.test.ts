// Long lists: whatever an answer leaves out is counted, and can be had by asking on.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { ask, connect } from '../testing/mcp-client.js';
import { FAILED, recordedShop } from '../testing/recorded-shop.js';
import { temporaryFolder, testCollector } from '../testing/test-collector.js';
import { tokensOf } from './fit.js';

let url: string;
const afterAll: Array<() => unknown> = [];
before(async () => {
  ({ url } = await recordedShop({ after: (end) => afterAll.push(end) }));
});
after(async () => {
  for (const end of afterAll.reverse()) await end();
});

test('what a list leaves out is counted, and asked for by its offset until nothing is left', async (t) => {
  const client = await connect(t, url);
  const walks: Array<[name: string, args: Record<string, unknown>, list: string]> = [
    ['find_functions', { limit: 3 }, 'functions'],
    ['find_functions', { limit: 3, text: 'helper' }, 'functions'],
    ['find_functions', { limit: 2, file: 'src/helpers.ts' }, 'functions'],
    ['compare_deployments', { service: 'orders', limit: 4 }, 'functions'],
    ['list_alerts', { state: 'any', limit: 1 }, 'alerts'],
    ['get_forensics', { id: FAILED }, 'logs'],
    ['explain_endpoint', { endpoint: 'POST /orders', maxTokens: 1_100 }, 'functions'],
  ];
  for (const [name, args, list] of walks) {
    const whole = (
      await ask(client, name, { ...args, maxTokens: 20_000, ...(args.limit !== undefined && { limit: 100 }) })
    ).data;
    assert.ok(!whole.truncation?.cut.some((cut: { list: string }) => cut.list === list), name);
    const several = Object.values(whole).filter(Array.isArray).length > 1;
    const seen: unknown[] = [];
    for (let offset: number | undefined = 0, step = 0; offset !== undefined; step++) {
      assert.ok(step < 60, `${name} has no end`);
      const { text, data } = await ask(client, name, { ...args, ...(several && { list }), offset });
      seen.push(...data[list]);
      const cut: { of: number; shown: number; nextOffset: number } | undefined = data.truncation?.cut.find(
        (one: { list: string }) => one.list === list,
      );
      if (cut !== undefined) {
        assert.deepEqual([cut.of, cut.shown], [whole[list].length, data[list].length], name);
        assert.match(text, new RegExp(`${cut.of} ${list} in all, go on with .*offset: ${cut.nextOffset}`));
        assert.ok(cut.nextOffset > offset, name);
      }
      offset = cut?.nextOffset;
    }
    const ids = (items: unknown[]) => items.map((one) => (one as { id?: string }).id ?? JSON.stringify(one));
    assert.deepEqual(ids(seen), ids(whole[list]), name);
  }
});

test('resources are listed a page at a time, and one takes no more tokens than a tool', async (t) => {
  const dataDir = temporaryFolder(t);
  const { url } = await testCollector(t, dataDir);
  const functions = Array.from({ length: 120 }, (_, i) => fakeFunction(i + 1, { name: `f${i}` }));
  const sensor = await startSensor(url, {}, functions);
  const rows = functions.map(({ id }) => fakeRow(id, [1e6 * id], 1));
  await report(sensor, fakeWindow(1, rows));
  const client = await connect(t, url);
  const uris = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await client.request({ method: 'resources/list', params: cursor === undefined ? {} : { cursor } });
    assert.ok(page.resources.length <= 50);
    for (const { uri } of page.resources) uris.add(uri);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.equal(uris.size, 120);
  const [first] = uris;
  const [content] = (await client.readResource({ uri: first! })).contents;
  assert.ok(content !== undefined && 'text' in content && tokensOf(content.text) <= 2_000);
  await assert.rejects(client.request({ method: 'resources/list', params: { cursor: 'nonsense' } }), /cursor/);
});
