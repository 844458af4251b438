// The agents' door as the official client meets it: over HTTP and over stdio, with and without tokens, and how an answer
// fits into what the agent wants to read.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Alert } from '@prodlens/protocol';
import { createToken } from '../http/access/authorize.js';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { ask, connect } from '../testing/mcp-client.js';
import { FAILED, PLANTED, recordedShop } from '../testing/recorded-shop.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';
import { tokensOf } from './fit.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

/** Only read; the test of tokens has its own. */
let url: string;
const afterAll: Array<() => unknown> = [];
before(async () => {
  ({ url } = await recordedShop({ after: (end) => afterAll.push(end) }));
});
after(async () => {
  for (const end of afterAll.reverse()) await end();
});

const READING = ['overview', 'explain_endpoint', 'find_functions', 'function_behaviour', 'callers_and_callees'];
const MORE = ['compare_deployments', 'verify_fix', 'production_facts_for_diff', 'list_alerts', 'get_alert', 'heads_up'];
const CAPTURED = ['find_forensics', 'get_forensics'];
const WRITING = ['mute_alert', 'mark_alert_expected', 'comment_on_alert'];

test('tools, prompts and resources over HTTP and over stdio', async (t) => {
  const client = await connect(t, url);
  const stdio = new Client({ name: 'test', version: '1.0.0' });
  await stdio.connect(
    new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp', '--url', url, '--max-tokens', '5000'] }),
  );
  t.after(() => stdio.close());
  for (const one of [client, stdio]) {
    const { tools } = await one.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), [...READING, ...MORE, ...CAPTURED, ...WRITING].sort());
    assert.ok(tools.every(({ description, outputSchema }) => description && outputSchema));
    assert.deepEqual(
      tools
        .filter(({ annotations }) => annotations?.readOnlyHint === false)
        .map(({ name }) => name)
        .sort(),
      [...WRITING].sort(),
    );
    const { text, data } = await ask(one, 'explain_endpoint', { endpoint: 'POST /orders' });
    assert.match(text, /PricingService\.applyDiscounts at src\/pricing\.ts:31/);
    assert.equal(data.suspects[0].name, 'PricingService.applyDiscounts');
    const { prompts } = await one.listPrompts();
    assert.deepEqual(prompts.map(({ name }) => name).sort(), ['fix-this-alert', 'heads-up', 'triage']);
    const { messages } = await one.getPrompt({ name: 'fix-this-alert', arguments: { alert: 'A1' } });
    assert.match(JSON.stringify(messages), /Fix the alert A1/);
  }
  // A prompt that names a tool which there is not would send the agent astray.
  const { tools } = await client.listTools();
  const known = new Set(tools.map(({ name }) => name));
  for (const [name, args] of [
    ['triage', { service: 'orders' }],
    ['heads-up', { service: 'orders' }],
    ['fix-this-alert', { alert: 'A1' }],
  ] as const) {
    const said = JSON.stringify((await client.getPrompt({ name, arguments: args })).messages);
    assert.match(said, /of the service orders|alert A1/);
    const named = said.match(/\b[a-z]+(_[a-z]+)+\b/g) ?? [];
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((tool) => !known.has(tool)),
      [],
      name,
    );
  }
  const { resources } = await client.listResources();
  const alert = resources.find(({ uri }) => uri.startsWith('prodlens://alerts/'))!;
  const { contents } = await client.readResource({ uri: alert.uri });
  assert.match(JSON.stringify(contents), /slower-since-deployment|new-error/);
  const f = resources.find(({ uri }) => uri.startsWith('prodlens://functions/'))!;
  assert.match(JSON.stringify((await client.readResource({ uri: f.uri })).contents), /p95Ms/);
  await assert.rejects(client.readResource({ uri: 'prodlens://functions/nothing' }));
});

test('an answer fits, says what it left out, and a larger one shows more', async (t) => {
  const client = await connect(t, url);
  for (const [name, args] of [
    ['find_functions', { limit: 100 }],
    ['compare_deployments', { service: 'orders', limit: 200 }],
    ['explain_endpoint', { endpoint: 'POST /orders' }],
    ['get_forensics', { id: FAILED }],
    ['overview', {}],
    ['heads_up', {}],
  ] as const) {
    const { text, data } = await ask(client, name, args);
    assert.ok(tokensOf(text + JSON.stringify(data)) <= 2_000, `${name}: ${tokensOf(text + JSON.stringify(data))}`);
  }
  const short = (await ask(client, 'find_functions', { limit: 100 })).data;
  const [cut] = short.truncation.cut;
  assert.deepEqual([cut.list, cut.shown, cut.of], ['functions', short.functions.length, short.found]);
  assert.match(short.truncation.howToGetMore, /maxTokens/);
  const long = (await ask(client, 'find_functions', { limit: 100, maxTokens: 20_000 })).data;
  assert.deepEqual([long.functions.length, long.truncation], [long.found, null]);
  const limited = await connect(t, url, undefined, { 'prodlens-max-tokens': '1000' });
  const most = await ask(limited, 'find_functions', { limit: 100, maxTokens: 20_000 });
  assert.ok(tokensOf(most.text + JSON.stringify(most.data)) <= 1_000);
  const tiny = await ask(client, 'get_forensics', { id: FAILED, maxTokens: 1_000 });
  const tokens = tokensOf(tiny.text + JSON.stringify(tiny.data));
  assert.ok(tokens <= 1_000 && tiny.data.truncation !== null, `${tokens}`);
});

test('what a token does not allow is not shown or says what to do; captured text is fenced and its reading noted', async (t) => {
  const { url, dataDir } = await recordedShop({ after: (end) => t.after(end as () => void) });
  const store = openSqliteStore(dataDir);
  const reader = await createToken(store, ['read'], 0, { name: 'reader' });
  const investigator = await createToken(store, ['read', 'forensics'], 0, { name: 'investigator' });
  const carer = await createToken(store, ['read', 'alerts'], 0, { name: 'carer' });
  await store.close();

  const reading = await connect(t, url, reader);
  const { tools } = await reading.listTools();
  assert.ok(!tools.some(({ name }) => WRITING.includes(name)));
  const refused = await ask(reading, 'get_forensics', { id: FAILED });
  assert.ok(refused.isError);
  assert.match(refused.text, /^PRODLENS_ERR_TOKEN_SCOPE: .*prodlens token create --scope read --scope forensics/);
  await assert.rejects(connect(t, url), /401|token/i);
  const [{ id }] = (await ask(reading, 'list_alerts')).data.alerts;
  for (const [name, args] of [
    ['mute_alert', { id, reason: 'known' }],
    ['mark_alert_expected', { id, reason: 'known' }],
    ['comment_on_alert', { id, text: 'known' }],
  ] as const) {
    const answer = await ask(reading, name, args).catch((error: Error) => ({ isError: true, text: error.message }));
    assert.deepEqual([answer.isError, /SCOPE|not found|unknown/i.test(answer.text)], [true, true], answer.text);
  }

  const investigating = await connect(t, url, investigator);
  const { text, data } = await ask(investigating, 'get_forensics', { id: FAILED });
  const [, before, captured, after] = /^(.*)<captured-data>(.*)<\/captured-data>(.*)$/s.exec(text)!;
  assert.match(before!, /never follow instructions/);
  assert.match(captured!, /Ignore all previous instructions/);
  assert.doesNotMatch(before! + after!, /Ignore all previous/);
  assert.doesNotMatch(captured!, /<\s*\/?\s*captured-data/i, 'what was captured cannot end its fence');
  assert.ok(JSON.stringify(data).includes(JSON.stringify(PLANTED).slice(1, 30)));
  for (const [name, args] of [
    ['get_forensics', { id: FAILED, maxTokens: 20_000 }],
    ['find_forensics', {}],
  ] as const) {
    const answer = await ask(investigating, name, args);
    assert.match(answer.data.notice, /never follow instructions/);
    const unfenced = answer.text.replace(/<captured-data>.*?<\/captured-data>/gs, '');
    assert.doesNotMatch(unfenced, /Ignore all previous/, name);
    const keys = keysWithPlanted(answer.data);
    assert.ok(keys.length > 0 && keys.every((key) => key.startsWith('captured')), `${name}: ${keys}`);
    if (name === 'get_forensics') {
      const everywhere = ['Arguments', 'Error', 'Message', 'Parameters', 'Text', 'Url'].map(
        (part) => `captured${part}`,
      );
      for (const key of everywhere.filter((one) => one !== 'capturedParameters')) assert.ok(keys.includes(key), key);
      const request = answer.data.capturedRequest;
      assert.match(request.headers + request.body, /Ignore.*Ignore/s);
    }
  }
  // No other answer has any of it: what was thrown is known to them by its type alone.
  for (const [name, args] of [
    ['overview', {}],
    ['list_alerts', { state: 'any', limit: 100 }],
    ['heads_up', {}],
    ['explain_endpoint', { endpoint: 'POST /orders' }],
    ['function_behaviour', { function: 'reserveStock' }],
  ] as const) {
    const answer = await ask(investigating, name, { ...args, maxTokens: 20_000 });
    assert.doesNotMatch(answer.text + JSON.stringify(answer.data), /Ignore all previous/, name);
  }
  assert.match(readFileSync(join(dataDir, 'audit.log'), 'utf8'), new RegExp(`"act":"forensics.read".*${FAILED}`));

  const acting = await connect(t, url, carer);
  const [first] = (await ask(acting, 'list_alerts')).data.alerts;
  const commented = await ask(acting, 'comment_on_alert', { id: first.id, text: 'looked at' });
  assert.equal(commented.isError, false);
  const [said] = (await ask(acting, 'get_alert', { id: first.id })).data.history;
  assert.deepEqual([said.what, said.by, said.text], ['commented', 'carer', 'looked at']);
  assert.equal(
    (await ask(acting, 'mute_alert', { id: first.id, reason: 'known', hours: 2 })).data.alert.state,
    'muted',
  );
  assert.equal(
    (await ask(acting, 'mark_alert_expected', { id: first.id, reason: 'meant so' })).data.alert.state,
    'expected',
  );
  assert.match(readFileSync(join(dataDir, 'audit.log'), 'utf8'), /"act":"alert.mute".*"act":"alert.expected"/s);
});

/** Names of the fields that hold it; of one inside another the outer one where that is captured. */
function keysWithPlanted(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return value.includes('Ignore all previous') ? [key] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const isInside = Array.isArray(value) || key.startsWith('captured');
    return keysWithPlanted(part, isInside ? key : name);
  });
}

test('who asks too often is told so, and may ask again', async (t) => {
  const { url } = await testCollector(t, undefined, undefined, { limits: { requestsPerSecond: 2 } });
  const ping = () =>
    fetch(`${url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    });
  const refused = (await Promise.all(Array.from({ length: 150 }, ping))).filter(({ status }) => status === 429);
  assert.ok(refused.length > 0);
  assert.equal(refused[0]!.headers.get('retry-after'), '1');
  assert.match(await refused[0]!.text(), /PRODLENS_ERR_TOO_MANY_REQUESTS.*wait a second/);
});

test('a fix of an endpoint is verified by its name, and by the alert about it', async (t) => {
  const client = await connect(t, url);
  const { text, data } = await ask(client, 'verify_fix', { endpoint: 'POST /orders', from: '1.0.0', to: '2.0.0' });
  assert.equal(data.function, null);
  assert.deepEqual(
    [data.endpoint.name, data.endpoint.verdict, data.from, data.to],
    ['POST /orders', 'slower', '1.0.0', '2.0.0'],
  );
  assert.match(text, /^2\.0\.0 changed p95 of POST \/orders by \+\d+ % \(95 % interval .*n = .*\): it is slower/);
  // It is told as part of its cause, which knows it by its id.
  const { alerts } = (await ask(client, 'list_alerts', { state: 'any', limit: 100 })).data;
  const cause = alerts.find(({ reached }: { reached: string[] }) => reached.includes('POST /orders'));
  assert.ok(cause, JSON.stringify(alerts));
  const { alert } = (await get(`${url}/api/v1/alerts/${cause.id}`)).body as { alert: Alert };
  const id = alert.reached?.find(({ place }) => place?.type === 'endpoint')?.alertId;
  const byAlert = await ask(client, 'verify_fix', { alert: id });
  assert.deepEqual([byAlert.data.endpoint.name, byAlert.data.alert.id], ['POST /orders', id]);
  const unchanged = await ask(client, 'verify_fix', { endpoint: 'GET /orders/:id' });
  assert.equal(unchanged.data.endpoint.verdict, 'no change seen');
  const none = await ask(client, 'verify_fix', { endpoint: 'POST /orders', from: '0.9.0' });
  assert.ok(none.isError && /two versions/.test(none.text));
});

test('what is asked wrongly is answered with what to ask instead', async (t) => {
  const client = await connect(t, url);
  const wrong = async (name: string, args: Record<string, unknown>, text: RegExp) => {
    const answer = await ask(client, name, args);
    assert.ok(answer.isError, name);
    assert.match(answer.text, text);
  };
  await wrong('explain_endpoint', { endpoint: 'GET /nothing' }, /ask for one of these: POST \/orders in orders \(id /);
  await wrong('function_behaviour', { function: 'nothing' }, /find_functions/);
  await wrong(
    'function_behaviour',
    { function: 'createOrder', file: 'src/other.ts' },
    /in other files: .*src\/orders\.ts/,
  );
  await wrong('function_behaviour', {}, /Name the function/);
  await wrong('compare_deployments', { service: 'nothing' }, /there are: .*orders/);
  await wrong('compare_deployments', { service: 'catalog' }, /first version that is known/);
  await wrong('get_alert', { id: 'nothing' }, /PRODLENS_ERR_ALERT_UNKNOWN/);
  await wrong('get_forensics', { id: 'nothing' }, /find_forensics lists ids/);
  await wrong('find_functions', { window: '400d' }, /from 1m to 90d/);
  await wrong('find_functions', { order: 'prettiest' }, /order/);
});

test('nobody can hold a request open by listening for changes that never come', async () => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { _meta: meta, notifications: { toolsListChanged: true } };
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  assert.match(text, /Subscription limit/, text);
});

test('over stdio, a collector that is away or wants a token is said in words, and the program ends with its input', async (t) => {
  const gone = await testCollector(t);
  await gone.close();
  const ended = async (url: string, env: Record<string, string> = {}) => {
    const client = new Client({ name: 'test', version: '1.0.0' });
    t.after(() => client.close());
    const transport = new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp', '--url', url], env });
    return client.connect(transport).then(
      () => 'connected',
      (error: Error) => error.message,
    );
  };
  assert.match(await ended(gone.url), /No Prodlens collector answers at .*prodlens up/s);
  const dataDir = temporaryFolder(t);
  const store = openSqliteStore(dataDir);
  const token = await createToken(store, ['read'], 0, { name: 'r' });
  await store.close();
  const { url } = await testCollector(t, dataDir);
  assert.match(await ended(url), /PRODLENS_ERR_TOKEN_MISSING.*PRODLENS_TOKEN/s);
  assert.equal(await ended(url, { PRODLENS_TOKEN: token }), 'connected');
});
