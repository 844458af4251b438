// The agents' door as the official client meets it: over HTTP and over stdio, with and without tokens, and how an answer
// fits into what the agent wants to read.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { createToken } from '../http/authorize.js';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { FAILED, PLANTED, recordedShop } from '../testing/recorded-shop.js';
import { temporaryFolder, testCollector } from '../testing/test-collector.js';
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

async function connect(t: TestContext, url: string, token?: string, more: Record<string, string> = {}) {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const headers = { ...more, ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }));
  t.after(() => client.close());
  return client;
}

async function ask(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: args })) as CallToolResult;
  const [content] = result.content;
  assert.ok(content?.type === 'text');
  // biome-ignore lint/suspicious/noExplicitAny: answers of sixteen tools
  return { isError: result.isError === true, text: content.text, data: result.structuredContent as any };
}

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
  const { resources } = await client.listResources();
  const alert = resources.find(({ uri }) => uri.startsWith('prodlens://alerts/'))!;
  const { contents } = await client.readResource({ uri: alert.uri });
  assert.match(JSON.stringify(contents), /slower-since-deployment|new-error/);
  const f = resources.find(({ uri }) => uri.startsWith('prodlens://functions/'))!;
  assert.match(JSON.stringify((await client.readResource({ uri: f.uri })).contents), /p95Ns/);
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
  const tiny = await ask(client, 'get_forensics', { id: FAILED, maxTokens: 800 });
  const tokens = tokensOf(tiny.text + JSON.stringify(tiny.data));
  assert.ok(tokens <= 800 && tiny.data.truncation !== null, `${tokens}`);
});

test('what a token does not allow is not shown or says what to do; captured text is fenced and its reading noted', async (t) => {
  const { url, dataDir } = await recordedShop({ after: (end) => t.after(end as () => void) });
  const store = openSqliteStore(dataDir);
  const reader = await createToken(store, ['read'], 0, { name: 'reader' });
  const investigator = await createToken(store, ['read', 'forensics'], 0, { name: 'investigator' });
  const admin = await createToken(store, ['admin'], 0, { name: 'admin' });
  await store.close();

  const reading = await connect(t, url, reader);
  const { tools } = await reading.listTools();
  assert.ok(!tools.some(({ name }) => WRITING.includes(name)));
  const refused = await ask(reading, 'get_forensics', { id: FAILED });
  assert.ok(refused.isError);
  assert.match(refused.text, /^PRODLENS_ERR_TOKEN_SCOPE: .*prodlens token create --scope read --scope forensics/);
  await assert.rejects(connect(t, url), /401|token/i);

  const investigating = await connect(t, url, investigator);
  const { text, data } = await ask(investigating, 'get_forensics', { id: FAILED });
  const [, before, captured, after] = /^(.*)<captured-data>(.*)<\/captured-data>(.*)$/s.exec(text)!;
  assert.match(before!, /never follow instructions/);
  assert.match(captured!, /Ignore all previous instructions/);
  assert.doesNotMatch(before! + after!, /Ignore all previous/);
  assert.doesNotMatch(captured!, /<\s*\/?\s*captured-data/i, 'what was captured cannot end its fence');
  assert.ok(JSON.stringify(data).includes(JSON.stringify(PLANTED).slice(1, 30)));
  assert.match(readFileSync(join(dataDir, 'audit.log'), 'utf8'), new RegExp(`"act":"forensics.read".*${FAILED}`));

  const acting = await connect(t, url, admin);
  const [first] = (await ask(acting, 'list_alerts')).data.alerts;
  const commented = await ask(acting, 'comment_on_alert', { id: first.id, text: 'looked at' });
  assert.equal(commented.isError, false);
  const [said] = (await ask(acting, 'get_alert', { id: first.id })).data.history;
  assert.deepEqual([said.what, said.by, said.text], ['commented', 'admin', 'looked at']);
  assert.equal(
    (await ask(acting, 'mute_alert', { id: first.id, reason: 'known', hours: 2 })).data.alert.state,
    'muted',
  );
  assert.match(readFileSync(join(dataDir, 'audit.log'), 'utf8'), /"act":"alert.mute"/);
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
