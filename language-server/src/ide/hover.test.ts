import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionCall, FunctionStats } from '@prodlens/protocol';
import { expectText, parseFixture } from '../testing/fixture.js';
import { type HoverOptions, hover } from './hover.js';
import { lastErrorsByFunction } from './last-errors.js';

const MARK = '$0';

const OPTIONS: HoverOptions = {
  windowSeconds: 3_600,
  alertsOf: () => [],
  isOff: () => false,
  functionUrl: (id) => `http://collector/#/functions/${id}`,
  alertUrl: (id) => `http://collector/#/alerts/${id}`,
  lastErrorsOf: () => [],
  snapshotUrl: (id) => `http://collector/#/forensics/${id}`,
  nowUnixMs: 1_000_000_000,
  asOfUnixMs: 1_000_000_000,
  images: false,
  note: null,
};

/** The hover where "$0" stands in the fixture's source, after the text that it is on. */
function hoverAt(
  fixture: string,
  options: Partial<HoverOptions> = {},
  about: Partial<FunctionStats> = {},
): string | null {
  const { text, functions } = parseFixture(fixture.replace(MARK, ''));
  for (const { stats } of functions.flatMap(({ readings }) => readings)) Object.assign(stats, about);
  const marked = fixture.trim().split('\n').slice(1).join('\n');
  const found = hover(text, functions, marked.indexOf(MARK), { ...OPTIONS, ...options });
  return found && `on «${text.slice(found.start, found.end)}»\n${found.markdown}`;
}

const METRICS = 'calls=1200 rate=20 p50=6.2ms p95=42ms p99=90ms max=1.2s total=9.1s errors=48';

test('everything about one function', () => {
  expectText(
    hoverAt(`
//- /src/cart.ts
export class Cart { pr$0ice() {} }
//- metrics
Cart.price: ${METRICS} slower=4.6 since=2.0.0 before=1.1ms/312 after=6.2ms/287
`) ?? '',
    `
on «price»
**Prodlens** \`Cart.price\`

**▲ 460 % slower since 2.0.0** Median 1.1 ms before (n = 312), 6.2 ms since (n = 287).

| p50 | p95 | p99 | max | total | calls | rate | errors |
|---:|---:|---:|---:|---:|---:|---:|---:|
| 6.2 ms | 42 ms | 90 ms | 1.2 s | 9.1 s | 1,200 | 20/min | 48 (4.0 %) |

shop · production · last hour, all versions (running 2.0.0) · deployed at \`src/cart.ts:1:1\` · [Open in the web app](http://collector/#/functions/shop/src/cart.ts/Cart.price/0)
`,
  );
});

test('where its time goes: self time, processor time, callees and callers', () => {
  const call = (name: string, about: Partial<FunctionCall> = {}) => ({
    ...{ id: name, file: 'src/db.ts', name, line: 3, calls: 90, callsPerMinute: 1.5, totalNs: 4e9, share: 0.44 },
    ...about,
  });
  const fixture = `
//- /src/cart.ts
function pr$0ice() {}
//- metrics
price: ${METRICS}
`;
  const times = { selfNs: 0.91e9, cpuNs: 0.4e9 };
  const callees = [call('load`Row'), call('round', { share: null, totalNs: null })];
  const callers = [call("app.get'/cart'#1", { share: 1 }), call('again', { share: null, callsPerMinute: null })];
  expectText(
    hoverAt(fixture, {}, { ...times, callers, callees }) ?? '',
    `
on «price»
**Prodlens** \`price\`

| p50 | p95 | p99 | max | total | calls | rate | errors |
|---:|---:|---:|---:|---:|---:|---:|---:|
| 6.2 ms | 42 ms | 90 ms | 1.2 s | 9.1 s | 1,200 | 20/min | 48 (4.0 %) |

Self time 910 ms (10 %), processor time 400 ms.

Calls \`\`load\`Row\`\` (44 %, 1.5/min, 44 ms each), \`round\` (1.5/min).

Called by \`app.get'/cart'#1\` (100 %, 1.5/min, 44 ms each), \`again\` (90 calls, 44 ms each).

shop · production · last hour, all versions (running 2.0.0) · deployed at \`src/cart.ts:1:1\` · [Open in the web app](http://collector/#/functions/shop/src/cart.ts/price/0)
`,
  );
  assert.match(
    hoverAt(fixture, {}, { cpuNs: 2e6, callers: [], callees: [] }) ?? '',
    /\n\nProcessor time 2\.0 ms\.\n\nshop/,
  );
});

test('a row for each service, busiest first', () => {
  const markdown = hoverAt(`
//- /src/round.ts
function ro$0und() {}
//- metrics
round: service=checkout calls=60 rate=1
round: service=web|shop calls=600 rate=10 untimed
`);
  const rows = (markdown ?? '').split('\n').filter((line) => line.startsWith('|'));
  assert.match(rows[0] ?? '', /^\| service \| p50 \| p95 \|/);
  assert.match(rows[2] ?? '', /^\| web\\\|shop \| not timed \| not timed \|.*\| 10\/min \|/);
  assert.match(rows[3] ?? '', /^\| checkout \| .* \| 42 ms \|.*\| 1\.0\/min \|/);
  assert.match(
    markdown ?? '',
    /\nweb\\\|shop · production · last hour, all versions \(running 2\.0\.0\) · deployed at/,
  );
});

test('what has no numbers says why', () => {
  const fixture = `
//- /src/cart.ts
function counted() {} function idle() {} function silent() {} function added() {}
//- metrics
counted: calls=60 rate=1 untimed
idle: calls=0 rate=0
silent: calls=0 silent
`;
  const on = (name: string) => hoverAt(fixture.replace(`${name}(`, `${name}${MARK}(`)) ?? '';
  assert.match(
    on('counted'),
    /\n\nNot timed: this function is too small to be slow by itself; its time shows in its callers\.\n/,
  );
  assert.match(on('idle'), /\n\nNot called in the last hour\.\n/);
  assert.match(on('idle'), /\n\| no data \| no data \| no data \| no data \| no data \| 0 \|/);
  assert.match(on('silent'), /\n\nNo data: shop sent nothing in the last hour\.\n/);
  assert.equal(on('added'), 'on «added»\n**Prodlens** `added`\n\nNo data: not in the running version 2.0.0.');
});

test('a note on the numbers stands under them', () => {
  const fixture = '//- /src/cart.ts\nfunction ad$0d() {}\n//- metrics\nadd: calls=60';
  assert.match(
    hoverAt(fixture, { note: 'The collector went away.' }) ?? '',
    /\n\nThe collector went away\.\n\nshop · production/,
  );
});

test('a function without a name is hovered on its first words, and the innermost answers', () => {
  const fixture = `
//- /src/app.ts
app.get('/cart', async (request) => { return rows.map(function (row) { return row; }); });
other(1);
//- metrics
app.get'/cart'#1: calls=60
app.get'/cart'#1.rows.map#0: calls=60
`;
  const on = (mark: string) => hoverAt(fixture.replace(mark, `${mark}${MARK}`))?.split('\n')[0] ?? null;
  assert.equal(on('async (req'), 'on «async (request) =>»');
  assert.equal(on('func'), 'on «function»');
  assert.equal(on('app.g'), null);
  assert.equal(on('return rows'), null);
  assert.equal(on('other('), null);
});

test('names cannot break out of the Markdown', () => {
  const fixture = "//- /src/a.ts\nconst o = { '`|<b>*'$0() {} };\n//- metrics\no.`|<b>*: calls=60 service=<i>x</i>";
  const markdown = hoverAt(fixture) ?? '';
  assert.match(markdown, /\*\*Prodlens\*\* ``o\.`\|<b>\*``/);
  assert.match(markdown, /\n\\<i\\>x\\<\/i\\> · /);
});

test('the endpoints that reach it, and the last errors with where they were captured', () => {
  const endpoint = (route: string, share: number) => ({
    ...{ id: route, kind: 'http' as const, method: 'GET', route, calls: 1_200, totalNs: 1, selfNs: 1, share },
  });
  const error = (type: string, secondsAgo: number, where: string | null) => ({
    ...{ snapshotId: type, service: 'shop', environment: 'production', functionId: 'shop/src/cart.ts/price/0', type },
    ...{ takenUnixMs: 1_000_000_000 - secondsAgo * 1_000, endpoint: where },
  });
  const found = hoverAt(
    `
//- /src/cart.ts
function pr$0ice() {}
//- metrics
price: ${METRICS}
`,
    {
      lastErrorsOf: lastErrorsByFunction([
        error('TypeError', 300, 'GET /orders/:id'),
        error('RangeError', 7_300, null),
      ]),
    },
    { endpoints: [endpoint('/orders/:id', 0.62), endpoint('/cart', 0.1)], endpointCount: 12 },
  );
  const endpoints =
    'Reached from 12 endpoints: `GET /orders/:id` (62 %, 1,200 calls), `GET /cart` (10 %, 1,200 calls), ….';
  const errors =
    'Last errors: `TypeError` in `GET /orders/:id` 5 minutes ago ([captured](http://collector/#/forensics/TypeError)), ' +
    '`RangeError` 2 hours ago ([captured](http://collector/#/forensics/RangeError)).';
  assert.deepEqual(found?.split('\n\n').slice(2, 4), [endpoints, errors]);
});

test('the trend is a picture where the client shows one, else a line of characters', () => {
  const trend = { partSeconds: 180, calls: [9, 18, 9], errors: [0, 1, 0], p95Ns: [1e6, 4e6, null] };
  const fixture = `
//- /src/cart.ts
function pr$0ice() {}
//- metrics
price: ${METRICS}
`;
  const drawn = hoverAt(fixture, { images: true }, { trend }) ?? '';
  const [, data = ''] = /!\[\]\(data:image\/svg\+xml;base64,([^)]+)\) 1\.0 ms to 4\.0 ms/.exec(drawn) ?? [];
  assert.equal(atob(data).match(/<rect /g)?.length, 3);
  assert.match(
    hoverAt(fixture, {}, { trend }) ?? '',
    /p95 `[^`]{3}` 1\.0 ms to 4\.0 ms · rate `[^`]{3}` at most 6\.0\/min/,
  );
  // A part without a call has begun since it was told: what was in the first one is over.
  const slid = { ...trend, p95Ns: [1e6, 4e6, 2e6], startUnixMs: 1_000_000_000 - 3 * 180_000 };
  assert.match(hoverAt(fixture, {}, { trend: slid }) ?? '', /p95 `[^`·]{2}·` 2\.0 ms to 4\.0 ms/);
});
