import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import type { Alert, FunctionStats } from '@prodlens/protocol';
import { pino } from 'pino';
import { alertAt } from '../../testing/fake-alert.js';
import { mailServer, messageReceiver, type Received } from '../../testing/message-receiver.js';
import { temporaryFolder } from '../../testing/test-collector.js';
import type { AlertSettings, ChannelSettings } from '../alert-settings.js';
import { openAlertBook } from '../life/alert-book.js';
import { ATTEMPTS, createChannels } from './channels.js';
import type { HeadsUpMessage } from './messages.js';
import { createTelling, UPDATE_MS } from './telling.js';

const START = 1_800_000_000_000;

type Day = Omit<HeadsUpMessage, 'type' | 'sentUnixMs' | 'web'>;

function fixture(
  t: TestContext,
  settings: ChannelSettings[],
  day: Day = { opened: 2, closed: 1, open: [fakeAlert('a')], gone: [], slowest: [], failing: [] },
  headsUp: AlertSettings['headsUp'] = { hourUtc: 0 },
) {
  const book = openAlertBook(temporaryFolder(t));
  t.after(() => book.close());
  let nowMs = START;
  const now = () => nowMs;
  const channels = createChannels(settings, book, pino({ level: 'silent' }), now);
  const telling = createTelling({
    settings: { channels: settings, ...(headsUp && { headsUp }) },
    book,
    channels,
    links: { webAppUrl: 'https://prodlens.example/' },
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

test('one cause is one message; what follows is one update, after a while; a webhook is signed', async (t) => {
  const { url, received } = await messageReceiver(t);
  const { telling, found, turn } = fixture(t, [{ name: 'ops', type: 'webhook', url, secret: 's3cret' }]);
  found('a');
  found('b');
  await telling.tick();
  assert.equal(received.length, 1);
  const [{ headers, body }] = received as [Received];
  const message = JSON.parse(body);
  assert.deepEqual(message.events.map((e: { alert: Alert }) => e.alert.id).sort(), ['a', 'b']);
  assert.deepEqual(message.events[0].links, {
    vscode: `vscode://prodlens.prodlens/open?alert=${message.events[0].alert.id}`,
    jetbrains: 'jetbrains://idea/navigate/reference?project=orders&path=src%2Fpricing.ts%3A11',
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
  const { url, received } = await messageReceiver(t, [500, 500]);
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
  const { text } = JSON.parse(received[2]!.body).blocks[1].text;
  const links = [
    '<vscode://prodlens.prodlens/open?alert=a|VS Code>',
    '<jetbrains://idea/navigate/reference?project=orders&amp;path=src%2Fpricing.ts%3A11|JetBrains>',
    '<https://prodlens.example/#/alerts/a|web app>',
  ].join(' · ');
  assert.equal(text.split('\n').at(-1), `Open in ${links}`);
  assert.match(text, /pricing\.ts:12/);
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

test('a webhook that was down gets the same delivery, signed anew, after twice as long each time', async (t) => {
  const { url, received } = await messageReceiver(t, [503, 503, 503]);
  const { telling, found, turn, now } = fixture(t, [{ name: 'ops', type: 'webhook', url, secret: 's3cret' }]);
  found('a');
  await telling.tick();
  for (const waitMs of [30_000, 60_000, 120_000]) {
    const attempts = received.length;
    turn(waitMs - 1);
    await telling.tick();
    assert.equal(received.length, attempts, `${waitMs} ms are not over`);
    turn(1);
    await telling.tick();
    const { headers, body } = received.at(-1)!;
    const seconds = Math.floor(now() / 1_000);
    const hex = createHmac('sha256', 's3cret').update(`${seconds}.${body}`).digest('hex');
    assert.deepEqual([received.length, headers['prodlens-signature']], [attempts + 1, `t=${seconds},v1=${hex}`]);
  }
  assert.equal(new Set(received.map(({ headers }) => headers['prodlens-delivery'])).size, 1);
  assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  turn(3_600_000);
  await telling.tick();
  assert.equal(received.length, 4);
});

test('the report of the day waits for its hour, and goes to the channels that it names', async (t) => {
  const [team, ops] = [await messageReceiver(t), await messageReceiver(t)];
  const channels: ChannelSettings[] = [
    { name: 'team', type: 'slack', url: team.url },
    { name: 'ops', type: 'webhook', url: ops.url, secret: 'x' },
  ];
  const { book, telling, now, turn } = fixture(t, channels, undefined, { hourUtc: 7, channels: ['ops'] });
  turn(Date.parse(`${new Date(now() + 86_400_000).toISOString().slice(0, 10)}T06:59:00Z`) - now());
  book.setFact('headsUpDay', '2000-01-01');
  await telling.tick();
  assert.equal(ops.received.length, 0);
  turn(60_000);
  await telling.tick();
  turn(3_600_000);
  await telling.tick();
  assert.deepEqual([team.received.length, ops.received.length], [0, 1]);
  assert.equal(JSON.parse(ops.received[0]!.body).type, 'heads-up');
  turn(86_400_000);
  await telling.tick();
  assert.equal(ops.received.length, 2);
});

test('mail arrives at a real server; the report of the day once a day', async (t) => {
  const { url: smtp, mails } = await mailServer(t);
  const { book, telling, found } = fixture(t, [
    { name: 'mail', type: 'email', smtp, from: 'prodlens@example.com', to: ['team@example.com'], severity: 'critical' },
  ]);
  found('a');
  await telling.tick();
  assert.equal(mails.length, 0);
  found('b', { severity: 'critical' });
  await telling.tick();
  assert.equal(mails.length, 1);
  assert.match(mails[0]!, /^Subject: f is 38 % slower since 2\.0\.0$/m);
  // Lines are folded and "=" is escaped in mail.
  const text = mails[0]!.replace(/=\r?\n/g, '').replace(/=3D/g, '=');
  for (const link of [
    'vscode://prodlens.prodlens/open?alert=b',
    'jetbrains://idea/navigate/reference?project=orders&path=src%2Fpricing.ts%3A11',
    'https://prodlens.example/#/alerts/b',
  ])
    assert.ok(text.includes(link), `${link} is not in\n${text}`);
  book.setFact('headsUpDay', '2000-01-01');
  await telling.tick();
  await telling.tick();
  assert.equal(mails.length, 2);
  assert.match(mails[1]!, /^Subject: Prodlens, the last day: 1 alert is open$/m);
  assert.match(mails[1]!, /2 alerts opened and 1 closed/);
});

test('the report of the day reads as it should, in Slack over real HTTP', async (t) => {
  const { url, received } = await messageReceiver(t);
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
  const { url, received } = await messageReceiver(t);
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
  ])
    assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
  assert.ok(text.includes('path=src%2Fpricing.ts%3A60|JetBrains>'), text);
});

test('good news and what was opened and closed before anybody heard is told to nobody', async (t) => {
  const { url, received } = await messageReceiver(t);
  const { telling, found } = fixture(t, [{ name: 'team', type: 'slack', url }]);
  found('a', { severity: 'info', kind: 'error-gone' });
  found('b');
  telling.add([{ alert: fakeAlert('b', { state: 'closed' }), what: 'closed' }]);
  await telling.tick();
  assert.deepEqual(received, []);
});

/** At the time at which the clock of these tests begins. */
function fakeAlert(id: string, fields: Partial<Alert> = {}): Alert {
  return alertAt(START, id, fields);
}

test('hostile text is text: it notifies nobody in Slack and adds no line to a mail', async (t) => {
  const title = 'f <!channel> <https://evil.example|click> & more\r\nBcc: all@evil.example';
  const { url, received } = await messageReceiver(t);
  const slack = fixture(t, [{ name: 'team', type: 'slack', url }]);
  slack.found('a', { title, group: { id: 'g', title, size: 1, rank: 1 } });
  await slack.telling.tick();
  const { text, blocks } = JSON.parse(received[0]!.body);
  for (const said of [text, blocks[1].text.text]) {
    assert.match(said, /f &lt;!channel&gt; &lt;https:\/\/evil\.example\|click&gt; &amp; more/);
    assert.doesNotMatch(said.replace(/^Open in <vscode:.*\|web app>$/m, ''), /[<>]/);
  }
  assert.equal(blocks[0].text.type, 'plain_text');

  const mail = await mailServer(t);
  const email = { name: 'mail', type: 'email' as const, from: 'prodlens@example.com', to: ['team@example.com'] };
  const { telling, found } = fixture(t, [{ ...email, smtp: mail.url }]);
  found('a', { title });
  await telling.tick();
  const [head] = mail.mails[0]!.split('\r\n\r\n');
  assert.match(head!, /^Subject: f <!channel>/m);
  assert.doesNotMatch(head!, /^Bcc:/m);
  assert.match(head!, /^Content-Type: text\/plain/m);
  assert.deepEqual(mail.receivers, [['team@example.com']]);
});

test('numbers of a service and of a rule are said as what they are; what is too long for Slack ends with a line', async (t) => {
  const { url, received } = await messageReceiver(t);
  const { telling, found } = fixture(t, [{ name: 'team', type: 'slack', url }]);
  const { evidence } = fakeAlert('a');
  const { before, after } = evidence;
  const shift = {
    ...evidence,
    measure: 'timesAsSlow' as const,
    before: { ...before, value: 1 },
    after: { ...after, value: 1.62 },
    change: null,
  };
  found('a', { kind: 'environment-shift', place: null, evidence: shift });
  const rule = { ...evidence, detail: 'over the last 5 min', before: { ...before, value: 3e8 }, change: null };
  found('b', { kind: 'rule', evidence: { ...rule, after: { ...after, value: 4.12e8 } } });
  await telling.tick();
  const textOf = (i: number) => JSON.parse(received[i]!.body).blocks[1].text.text as string;
  for (const line of [
    '1.00× before (n = 400), 1.62× since (n = 400).',
    '412 ms (n = 400), the threshold is 300 ms; over the last 5 min.',
  ])
    assert.ok(textOf(0).split('\n').includes(line), `${line} is not in\n${textOf(0)}`);

  const group = { id: 'long', title: 'orders', size: 8, rank: 1 };
  for (let i = 0; i < 8; i++) found(`c${i}`, { group, title: `work${i} ${'x'.repeat(300)}` });
  await telling.tick();
  const long = textOf(1);
  assert.ok(long.length <= 3_000 && long.endsWith('\n…'), `${long.length}`);
  assert.equal(long.match(/</g)?.length, long.match(/>/g)?.length);
});
