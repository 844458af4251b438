import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Alert, FunctionStats } from '@prodlens/protocol';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import { temporaryFolder } from '../testing/test-collector.js';
import { openAlertBook } from './alert-book.js';
import type { ChannelSettings } from './alert-settings.js';
import { ATTEMPTS, createChannels } from './channels.js';
import type { HeadsUpMessage } from './messages.js';
import { createTelling, UPDATE_MS } from './telling.js';

const START = 1_800_000_000_000;

type Day = Omit<HeadsUpMessage, 'type' | 'sentUnixMs' | 'web'>;

function fixture(
  t: TestContext,
  settings: ChannelSettings[],
  day: Day = { opened: 2, closed: 1, open: [fakeAlert('a')], gone: [], slowest: [], failing: [] },
) {
  const book = openAlertBook(temporaryFolder(t));
  t.after(() => book.close());
  let nowMs = START;
  const now = () => nowMs;
  const channels = createChannels(settings, book, pino({ level: 'silent' }), now);
  const telling = createTelling({
    settings: { channels: settings, headsUp: { hourUtc: 0 } },
    book,
    channels,
    links: { webAppUrl: 'https://prodlens.example/', projectOf: () => 'order-service' },
    now,
    headsUp: async () => day,
  });
  book.setFact('headsUpDay', '9999-01-01');
  const found = (id: string, fields: Partial<Alert> = {}) => {
    const alert = fakeAlert(id, fields);
    book.put([
      {
        alert,
        subject: 'latency',
        watched: null,
        deploymentId: 1,
        judgedUnixMs: nowMs,
        toldUnixMs: book.get(id)?.toldUnixMs ?? 0,
      },
    ]);
    telling.add([{ alert, what: 'opened' }]);
  };
  const turn = (ms: number) => {
    nowMs += ms;
  };
  return { book, telling, found, turn, now };
}

/** Answers with the next of the statuses, 200 behind them, and keeps what it was sent. */
async function receiver(t: TestContext, statuses: number[] = []) {
  const received: Array<{ headers: IncomingHttpHeaders; body: string }> = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

test('one cause is one message; what follows is one update, after a while; a webhook is signed', async (t) => {
  const { url, received } = await receiver(t);
  const { telling, found, turn } = fixture(t, [{ name: 'ops', type: 'webhook', url, secret: 's3cret' }]);
  found('a');
  found('b');
  await telling.tick();
  assert.equal(received.length, 1);
  const [{ headers, body }] = received as [(typeof received)[0]];
  const message = JSON.parse(body);
  assert.deepEqual(message.events.map((e: { alert: Alert }) => e.alert.id).sort(), ['a', 'b']);
  assert.deepEqual(message.events[0].links, {
    vscode: `vscode://prodlens.prodlens/open?alert=${message.events[0].alert.id}`,
    jetbrains: 'jetbrains://idea/navigate/reference?project=order-service&path=src%2Fpricing.ts%3A12',
    web: `https://prodlens.example/#/alerts/${message.events[0].alert.id}`,
  });
  const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['prodlens-signature']))!;
  assert.equal(hex, createHmac('sha256', 's3cret').update(`${seconds}.${body}`).digest('hex'));

  found('c');
  turn(UPDATE_MS - 1);
  await telling.tick();
  assert.equal(received.length, 1);
  found('d');
  turn(2);
  await telling.tick();
  const update = JSON.parse(received[1]!.body);
  assert.deepEqual([update.isUpdate, update.events.length, received.length], [true, 2, 2]);
});

test('what cannot be sent is tried again, later each time, and ends as a dead letter', async (t) => {
  const { url, received } = await receiver(t, [500, 500]);
  const { book, telling, found, turn } = fixture(t, [{ name: 'team', type: 'slack', url }]);
  found('a');
  await telling.tick();
  await telling.tick();
  assert.equal(received.length, 1);
  turn(30_000);
  await telling.tick();
  turn(30_000);
  await telling.tick();
  assert.equal(received.length, 2);
  turn(30_000);
  await telling.tick();
  assert.equal(received.length, 3);
  assert.match(JSON.parse(received[2]!.body).blocks[1].text.text, /pricing\.ts:12/);
  assert.deepEqual([book.due(Number.MAX_SAFE_INTEGER), book.dead()], [[], []]);

  const away = fixture(t, [{ name: 'gone', type: 'webhook', url: 'http://127.0.0.1:1/', secret: 'x' }]);
  away.found('a');
  for (let i = 0; i < ATTEMPTS; i++) {
    await away.telling.tick();
    away.turn(3_600_000);
  }
  assert.deepEqual(
    away.book.dead().map(({ channel, attempts }) => [channel, attempts]),
    [['gone', ATTEMPTS]],
  );
  assert.deepEqual(away.book.due(Number.MAX_SAFE_INTEGER), []);
});

test('mail arrives at a real server; the report of the day once a day', async (t) => {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = '';
      stream.on('data', (chunk) => {
        text += chunk;
      });
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  t.after(() => server.close());
  const smtp = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const { book, telling, found } = fixture(t, [
    { name: 'mail', type: 'email', smtp, from: 'prodlens@example.com', to: ['team@example.com'], severity: 'critical' },
  ]);
  found('a');
  await telling.tick();
  assert.deepEqual(mails, []);
  found('b', { severity: 'critical' });
  await telling.tick();
  assert.equal(mails.length, 1);
  assert.match(mails[0]!, /^Subject: f is 38 % slower since 2\.0\.0$/m);
  assert.match(mails[0]!, /vscode:\/\/prodlens\.prodlens\/open\?alert=3Db|open\?alert=b/);
  book.setFact('headsUpDay', '2000-01-01');
  await telling.tick();
  await telling.tick();
  assert.equal(mails.length, 2);
  assert.match(mails[1]!, /^Subject: Prodlens, the last day: 1 alert is open$/m);
  assert.match(mails[1]!, /2 alerts opened and 1 closed/);
});

test('the report of the day reads as it should, in Slack over real HTTP', async (t) => {
  const { url, received } = await receiver(t);
  const stats = (fields: Partial<FunctionStats>) =>
    ({
      name: 'f',
      file: 'src/a.ts',
      line: 3,
      service: 'orders',
      environment: 'production',
      ...fields,
    }) as FunctionStats;
  const { book, telling } = fixture(t, [{ name: 'team', type: 'slack', url }], {
    opened: 1,
    closed: 0,
    open: [fakeAlert('a')],
    gone: [fakeAlert('b', { title: 'g no longer fails since 2.0.0; it did in 5 % of its calls' })],
    slowest: [stats({ name: 'burn', selfNs: 4.2e10, totalNs: 9e10, calls: 1_200 })],
    failing: [stats({ name: 'pay', errorRate: 0.125, calls: 80 })],
  });
  book.setFact('headsUpDay', '2000-01-01');
  await telling.tick();
  const { blocks, text } = JSON.parse(received[0]!.body);
  assert.deepEqual([text, blocks[0].text.text], Array(2).fill('Prodlens, the last day: 1 alert is open'));
  assert.equal(
    blocks[1].text.text,
    `In the last 24 hours 1 alert opened and 0 closed; 1 alert is open.

Open, what costs most first:
- f is 38 % slower since 2.0.0 (src/pricing.ts:12, orders in production)

No longer failing:
- g no longer fails since 2.0.0; it did in 5 % of its calls (orders in production)

Most time is spent in these functions themselves:
- burn (src/a.ts:3, orders in production): 42 s in 1,200 calls

These fail most often:
- pay (src/a.ts:3, orders in production): 13 % of 80 calls

https://prodlens.example/`,
  );
});

test('a message says what explains the alert: carriers, the error, the commit', async (t) => {
  const { url, received } = await receiver(t);
  const { telling, found } = fixture(t, [{ name: 'team', type: 'slack', url }]);
  const at = { file: 'src/pricing.ts', name: 'isFavourite', line: 61 };
  found('a', {
    title: 'POST /orders is twice as slow since 2.0.0',
    place: { type: 'endpoint', endpointId: 'e', kind: 'http', method: 'POST', route: '/orders' },
    cause: { type: 'own-time', functionId: 'f', ...at, share: 0.9 },
    carriers: [{ functionId: 'f', ...at, version: '2.0.0', addedNs: 8e6, share: 0.9, isNew: true }],
    suspects: [
      {
        revision: '0a1b2c3d4e5f',
        author: 'ada',
        subject: 'Ask for favourites',
        link: 'https://git/c',
        file: at.file,
        function: at.name,
      },
    ],
    error: { type: 'RangeError', fingerprint: 'f', file: at.file, line: 70, snapshotId: 's' },
  });
  await telling.tick();
  const text = JSON.parse(received[0]!.body).blocks[1].text.text;
  for (const line of [
    'The added time is spent in isFavourite, src/pricing.ts:61 (8.0 ms more in each request, 90 % of it, not called before)',
    'Throws RangeError',
    'Commit 0a1b2c3d4e by ada “Ask for favourites” touched isFavourite: https://git/c',
    'jetbrains://idea/navigate/reference?project=order-service&amp;path=src%2Fpricing.ts%3A61',
  ])
    assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
});

test('good news and what was opened and closed before anybody heard is told to nobody', async (t) => {
  const { url, received } = await receiver(t);
  const { telling, found } = fixture(t, [{ name: 'team', type: 'slack', url }]);
  found('a', { severity: 'info', kind: 'error-gone' });
  found('b');
  telling.add([{ alert: fakeAlert('b', { state: 'closed' }), what: 'closed' }]);
  await telling.tick();
  assert.deepEqual(received, []);
});

function fakeAlert(id: string, fields: Partial<Alert> = {}): Alert {
  const side = { value: 5e6, p95Ns: 9e6, calls: 400, fromUnixMs: START - 1e7, toUnixMs: START };
  return {
    id,
    kind: 'slower-since-deployment',
    severity: 'warning',
    state: 'open',
    title: 'f is 38 % slower since 2.0.0',
    service: 'orders',
    environment: 'production',
    place: {
      type: 'function',
      functionId: 'f',
      file: 'src/pricing.ts',
      name: 'f',
      ordinal: 0,
      kind: 'function',
      line: 12,
      column: 1,
      package: null,
    },
    cause: null,
    sinceUnixMs: START,
    openedUnixMs: START,
    updatedUnixMs: START,
    closedUnixMs: null,
    deployment: null,
    evidence: {
      detector: 'd',
      detail: '',
      measure: 'medianNs',
      before: side,
      after: { ...side, value: 6.9e6 },
      change: { ratio: 1.38, low: 1.3, high: 1.5, confidence: 0.95 },
      extraMsPerSecond: 3,
    },
    closesWhen: 'Closes when it is over.',
    group: { id: 'g', title: 'orders in production since 2.0.0', size: 1, rank: 1 },
    silence: null,
    assignee: null,
    history: [],
    ...fields,
  };
}
