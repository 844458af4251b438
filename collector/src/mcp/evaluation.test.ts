// Thirty questions that a developer asks, over a shop of which the truth is known (testing/recorded-shop.ts). A scripted
// agent answers each by at most two calls: the first is what the tools' descriptions lead to, the second may use what the
// first said. What counts is that the truth stands in the short text or in the data, and that the answer is small.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { FAILED, RELEASED, recordedShop } from '../testing/recorded-shop.js';
import { DEFAULT_TOKENS, tokensOf } from './fit.js';

const ends: Array<() => unknown> = [];
let client: Client;
before(async () => {
  const { url } = await recordedShop({ after: (end) => ends.push(end) });
  client = new Client({ name: 'evaluation', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url)));
});
after(async () => {
  await client?.close();
  for (const end of ends.reverse()) await end();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of many tools
type Data = any;
type Call = [tool: string, input: Record<string, unknown>];
interface Question {
  asks: string;
  first: Call;
  /** Made of the first one's answer. */
  second?: (data: Data) => Call;
  /** What the last answer must say. */
  text?: RegExp[];
  holds?: (data: Data) => boolean;
}

const DIFF = [
  '--- a/services/orders/src/pricing.ts',
  '+++ b/services/orders/src/pricing.ts',
  '@@ -33,3 +33,4 @@ applyDiscounts',
  ' let sum = 0;',
  '+for (const line of lines) await rate(line);',
  ' return sum;',
].join('\n');
const between = (value: number, low: number, high: number) => value >= low && value <= high;

const QUESTIONS: Question[] = [
  {
    asks: 'What services are there, and which version runs?',
    first: ['overview', {}],
    text: [/orders 2\.0\.0 in production/, /catalog 5\.1\.0/],
  },
  { asks: 'Is anything wrong?', first: ['list_alerts', {}], text: [/PricingService\.applyDiscounts is \d+ % slower/] },
  {
    asks: 'Why is POST /orders slow?',
    first: ['explain_endpoint', { endpoint: 'POST /orders' }],
    holds: ({ suspects: [s] }) =>
      s.name === 'PricingService.applyDiscounts' && s.file === 'src/pricing.ts' && s.line === 31,
  },
  {
    asks: 'Which commit made POST /orders slow?',
    first: ['explain_endpoint', { endpoint: 'POST /orders' }],
    holds: ({ suspects: [s] }) => s.revision === RELEASED && s.version === '2.0.0',
  },
  {
    asks: 'How much of POST /orders is the database?',
    first: ['explain_endpoint', { endpoint: 'POST /orders' }],
    holds: ({ breakdown }) => between(breakdown.database, 0.5, 0.7),
  },
  {
    asks: 'By how much did POST /orders get slower?',
    first: ['explain_endpoint', { endpoint: 'POST /orders' }],
    holds: ({ change }) => between(change.p95AfterMs / change.p95BeforeMs, 1.15, 1.4) && between(change.addedMs, 6, 8),
  },
  {
    asks: 'Did GET /orders/42 change too?',
    first: ['explain_endpoint', { endpoint: '/orders/42' }],
    holds: ({ endpoint, change }) => endpoint.endpoint === 'GET /orders/:id' && between(change.p95Ratio, 0.95, 1.05),
  },
  {
    asks: 'What does the confirmations job spend its time on?',
    first: ['explain_endpoint', { endpoint: 'confirmations' }],
    text: [/sendConfirmation at src\/mailer\.ts:9/],
  },
  {
    asks: 'What is the p95 of applyDiscounts?',
    first: ['function_behaviour', { function: 'applyDiscounts' }],
    holds: ({ versions: [v] }) => v.version === '2.0.0' && between(v.p95Ms, 15, 24),
  },
  {
    asks: 'Was applyDiscounts always that slow?',
    first: ['function_behaviour', { function: 'applyDiscounts' }],
    holds: ({ versions: [now, old] }) =>
      between(now.p50Ms, 11, 13) && old.version === '1.0.0' && between(old.p50Ms, 4.5, 5.5),
  },
  {
    asks: 'Who calls applyDiscounts?',
    first: ['callers_and_callees', { function: 'applyDiscounts', direction: 'callers' }],
    text: [/createOrder at src\/orders\.ts:12/],
  },
  {
    asks: 'Where does the time of createOrder go?',
    first: ['callers_and_callees', { function: 'createOrder' }],
    holds: ({ edges: [e] }) => e.name === 'saveOrder' && e.share > 0.4,
  },
  {
    asks: 'What did 2.0.0 change?',
    first: ['compare_deployments', { service: 'orders' }],
    holds: ({ from, to, functions: [f] }) =>
      from === '1.0.0' && to === '2.0.0' && f.name === 'PricingService.applyDiscounts' && f.verdict === 'slower',
  },
  {
    asks: 'What fails more since 2.0.0?',
    first: ['compare_deployments', { service: 'orders', order: 'errors' }],
    holds: ({ functions: [f] }) => f.name === 'reserveStock' && f.errorsBefore === 0 && f.errorsAfter > 100,
  },
  { asks: 'Who deployed 2.0.0?', first: ['compare_deployments', { service: 'orders' }], text: [/by ada/] },
  {
    asks: 'Which function fails most?',
    first: ['find_functions', { order: 'most failing', limit: 1 }],
    holds: ({ functions: [f] }) => f.name === 'reserveStock',
  },
  {
    asks: 'Which function of ours is slowest?',
    first: ['find_functions', { order: 'slowest', service: 'orders', limit: 3 }],
    holds: ({ functions: [f] }) => f.name === 'createOrder',
  },
  {
    asks: 'What changed most?',
    first: ['find_functions', { order: 'most changed' }],
    holds: ({ functions: [f] }) => f.name === 'PricingService.applyDiscounts' && /since 2\.0\.0/.test(f.change),
  },
  {
    asks: 'What functions of src/orders.ts run in production?',
    first: ['find_functions', { file: 'services/orders/src/orders.ts' }],
    holds: ({ functions }) =>
      functions
        .map((f: Data) => f.name)
        .sort()
        .join() === 'createOrder,readOrder',
  },
  {
    asks: 'Is legacyReport still used?',
    first: ['function_behaviour', { function: 'legacyReport', window: '1h' }],
    holds: ({ functions: [f], uncalledHours }) => f.calls === 0 && uncalledHours >= 2,
  },
  {
    asks: 'What functions does GET /orders/:id run?',
    first: ['find_functions', { endpoint: 'GET /orders/:id' }],
    holds: ({ functions }) => functions.length === 1 && functions[0].name === 'readOrder',
  },
  {
    asks: 'Show me a failed order.',
    first: ['find_forensics', { endpoint: 'POST /orders' }],
    second: ({ snapshots: [s] }) => ['get_forensics', { id: s.id }],
    holds: ({ summary, error }) => summary.id === FAILED && error.type === 'OutOfStockError',
  },
  {
    asks: 'Which line threw?',
    first: ['find_forensics', { errorType: 'OutOfStockError' }],
    text: [/reserveStock at src\/inventory\.ts:20/],
  },
  {
    asks: 'What did the database answer when the order failed?',
    first: ['find_forensics', { function: 'reserveStock' }],
    second: ({ snapshots: [s] }) => ['get_forensics', { id: s.id }],
    holds: ({ queries: [q] }) => q.capturedParameters.includes('gift-25') && q.rows === 0,
  },
  {
    asks: 'What is the evidence for the slow function?',
    first: ['list_alerts', { kind: 'slower-since-deployment' }],
    second: ({ alerts: [a] }) => ['get_alert', { id: a.id }],
    text: [/n = [\d,]+\), 1[12] ms since|n = [\d,]+\), \d\d ms since/, /at 95 %/, /Closes when/],
  },
  {
    asks: 'Was my fix any good?',
    first: ['verify_fix', { function: 'applyDiscounts', file: 'src/pricing.ts' }],
    text: [/changed p95 of PricingService\.applyDiscounts by \+1\d\d %/, /it is slower/],
  },
  {
    asks: 'Did readOrder change with the release?',
    first: ['verify_fix', { function: 'readOrder' }],
    text: [/no change can be told from chance/],
  },
  {
    asks: 'What does my diff put at risk?',
    first: ['production_facts_for_diff', { diff: DIFF }],
    holds: ({ functions: [f, ...others] }) =>
      others.length === 0 &&
      f.name === 'PricingService.applyDiscounts' &&
      f.endpoints[0] === 'POST /orders' &&
      f.callsPerMinute > 25,
  },
  {
    asks: 'What should I look at today?',
    first: ['heads_up', {}],
    text: [/are open/, /PricingService\.applyDiscounts/, /Fails most:\n- reserveStock/],
  },
  {
    asks: 'Is the product search all right?',
    first: ['function_behaviour', { function: 'searchProducts' }],
    holds: ({ functions: [f], alerts }) =>
      f.service === 'catalog' && f.change === null && alerts.length === 0 && between(f.p50Ms, 23, 27),
  },
];

test('there are thirty', () => assert.equal(QUESTIONS.length, 30));

for (const { asks, first, second, text = [], holds } of QUESTIONS) {
  test(asks, async () => {
    let answer = await ask(first);
    if (second !== undefined) answer = await ask(second(answer.data));
    for (const expected of text) assert.match(answer.text, expected);
    assert.ok(holds?.(answer.data) ?? true, JSON.stringify(answer.data).slice(0, 1_500));
    assert.ok(tokensOf(answer.text + JSON.stringify(answer.data)) <= DEFAULT_TOKENS);
    for (const field of ['service', 'environment', 'version', 'revision', 'window', 'n', 'confidence']) {
      assert.ok(field in answer.data.about, field);
    }
  });
}

async function ask([name, input]: Call): Promise<{ text: string; data: Data }> {
  const result = (await client.callTool({ name, arguments: input })) as CallToolResult;
  const [content] = result.content;
  assert.ok(content?.type === 'text' && !result.isError, JSON.stringify(content));
  return { text: content.text, data: result.structuredContent };
}
