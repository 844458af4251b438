// Names and captured values that try to be more than text, in every place where a sensor, a pipeline or a request can put
// them: every page shows them as text, and nothing of them becomes an element, a link or code.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type {
  Alert,
  CapturedValue,
  EndpointStats,
  FunctionAlertPlace,
  FunctionStats,
  Snapshot,
} from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { openAlertBook } from '../../alerts/life/alert-book.js';
import { alertAt } from '../../testing/fake-alert.js';
import { fakeFunction, fakeRow, fakeWindow, report, startSensor } from '../../testing/fake-sensor.js';
import { get, temporaryFolder, testCollector } from '../../testing/test-collector.js';
import { screenshot, shown, WITH_BROWSER, webBrowser } from '../../testing/web-browser.js';

// biome-ignore lint/suspicious/noExplicitAny: the page's own; this package is not compiled for browsers
declare const document: any, window: any;

const MS = 1_000_000;
const open = webBrowser();

/** Each place says where it is, so that what does not show can be named. */
const hostile = (place: string) =>
  `${place}"'><script>window.ran=1</script><img src=x onerror=window.ran=2><svg onload=window.ran=3>`;
const RUNS = 'javascript:window.ran=4';

function hostileSnapshot(): Snapshot {
  const value = (place: string): CapturedValue => ({
    type: hostile(`${place}-type`),
    entries: [
      [hostile(`${place}-key`), hostile(`${place}-text`)],
      [
        'list',
        { type: 'Array', items: [hostile(`${place}-item`), { type: 'RegExp', text: hostile(`${place}-other`) }] },
      ],
    ],
  });
  const place = { ...fakeFunction(1), name: hostile('call'), file: hostile('call-file') };
  const frame = (of: string) => ({
    ...{ functionName: hostile(of), file: hostile(`${of}-file`), line: 3, column: 1, isAsync: true },
  });
  return fakeSnapshot({
    flow: { kind: 'http', method: 'POST', route: hostile('flow'), status: 500, durationNs: 9 * MS },
    request: {
      path: hostile('path'),
      ...{ params: value('params'), query: value('query'), headers: value('headers'), body: value('body') },
    },
    attributes: value('attributes'),
    function: place,
    error: {
      type: hostile('error'),
      message: hostile('message'),
      stack: [frame('frame')],
      properties: value('properties'),
      causes: [{ type: hostile('cause'), message: value('cause-message'), stack: [frame('cause-frame')] }],
    },
    calls: [
      {
        ...{ function: place, durationNs: MS, endNs: 8 * MS, threw: true },
        arguments: [{ name: hostile('argument'), value: value('argument') }],
      },
    ],
    queries: [
      {
        ...{
          system: hostile('system'),
          text: hostile('sql'),
          parameters: value('parameters'),
          answer: value('answer'),
        },
        ...{ startNs: MS, durationNs: MS, rowCount: 1, error: hostile('sql-error') },
      },
    ],
    outbound: [
      { method: 'GET', url: RUNS, startNs: MS, durationNs: MS, status: null, error: hostile('outbound-error') },
    ],
    logs: [{ level: 'error', timeNs: MS, message: value('log') }],
  });
}

function keepHostileAlert(dataDir: string, service: string, environment: string): void {
  const now = Date.now();
  const of = { functionId: RUNS, name: hostile('carrier'), file: hostile('carrier-file'), line: 1 };
  const plain = alertAt(now, 'hostile');
  const place = { ...plain.place, name: hostile('alert-name'), file: hostile('alert-file') } as FunctionAlertPlace;
  const alert: Alert = {
    ...plain,
    ...{ title: hostile('title'), service, environment, place, closesWhen: hostile('closes') },
    carriers: [{ ...of, version: '', addedNs: MS, share: 1, isNew: true }],
    error: { type: hostile('thrown'), fingerprint: '', file: hostile('thrown-file'), line: 1, snapshotId: RUNS },
    suspects: [
      {
        ...{ revision: 'abc', author: hostile('suspect'), subject: hostile('subject'), link: RUNS, file: 'f.ts' },
        function: hostile('touched'),
      },
    ],
    deployment: {
      ...{ version: hostile('deployed'), revision: '', previousVersion: hostile('before'), previousRevision: '' },
      ...{ startedUnixMs: now, author: hostile('by'), link: RUNS },
    },
    evidence: { ...plain.evidence, detector: hostile('detector'), detail: hostile('detail') },
    group: { ...plain.group, title: hostile('group') },
    silence: { untilUnixMs: null, reason: hostile('reason'), by: '' },
    assignee: hostile('assignee'),
    history: [{ atUnixMs: now, type: 'commented', by: hostile('event-by'), text: hostile('event') }],
  };
  const book = openAlertBook(dataDir);
  const kept = { subject: 'latency' as const, watched: null, deploymentId: null, toldUnixMs: now, judgedUnixMs: now };
  book.put([{ alert, ...kept }]);
  book.close();
}

/** Whether the page says it anywhere, also within charts; quotes may be escaped. */
function says(words: string): boolean {
  const texts: string[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: nodes of the page
  const walk = (node: any) => {
    if (node.nodeType === 3) texts.push(node.data);
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.childNodes) walk(child);
  };
  walk(document.body);
  return texts.join('\n').replaceAll('\\"', '"').includes(words);
}

/** What text has become that should have stayed text. */
function becameMore(): string[] {
  const found: string[] = window.ran === undefined ? [] : [`ran ${window.ran}`];
  const look = (root: { querySelectorAll(selector: string): Iterable<never> }) => {
    for (const element of root.querySelectorAll('*') as Iterable<{
      shadowRoot: never;
      outerHTML: string;
      getAttributeNames(): string[];
      getAttribute(name: string): string;
      matches(selector: string): boolean;
    }>) {
      const isCode = element.matches('#app script, img, iframe, object, embed, base, meta[http-equiv]');
      const handles = element.getAttributeNames().filter((name) => name.startsWith('on'));
      const leads = element.matches('[href]') && /^\s*(javascript|data|vbscript):/i.test(element.getAttribute('href'));
      if (isCode || handles.length > 0 || leads) found.push(element.outerHTML.slice(0, 200));
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document);
  return found;
}

test('hostile text is text on every page', WITH_BROWSER, async (t) => {
  const dataDir = temporaryFolder(t);
  const [service, environment] = [hostile('service'), hostile('environment')];
  const [file, name] = [hostile('file'), hostile('function')];
  const rule = { name: hostile('rule'), service, file, function: name, measure: 'p50Ms', above: 1, minutes: 1 };
  const channel = { type: 'email', smtp: 'smtp://127.0.0.1:1', from: 'a@example.com', to: [hostile('receiver')] };
  const channels = [{ ...channel, name: hostile('channel'), services: [hostile('of-service')], environments: [RUNS] }];
  writeFileSync(join(dataDir, 'alerts.json'), JSON.stringify({ rules: [rule], channels }));
  keepHostileAlert(dataDir, service, environment);
  const { url } = await testCollector(t, dataDir);
  for (const version of ['1.0.0', hostile('version')]) {
    const hello = { service, environment, version, instance: version, host: hostile('host') };
    const sensor = await startSensor(url, { ...hello, revision: hostile('revision'), runtime: hostile('runtime') }, [
      fakeFunction(1, { name, file }),
      fakeFunction(2, { name: hostile('package-function'), file: 'node_modules/x/a.js', package: hostile('package') }),
    ]);
    sensor.say({ type: 'endpoints', endpoints: [{ id: 1, kind: 'http', method: 'GET', route: hostile('route') }] });
    const { calls, errors, sumNs, maxNs, buckets } = fakeRow(1, Array(40).fill(30 * MS), 4);
    const endpoints = [{ id: 1, calls, errors, sumNs, maxNs, buckets, databaseNs: MS, outboundNs: MS }];
    const within = { endpoint: 1, calls: 40, sumNs: 90 * MS, selfNs: 60 * MS, busyNs: 50 * MS };
    const rows = [1, 2].map((id) => ({ ...fakeRow(id, Array(40).fill(30 * MS), 4), selfNs: 5 * MS, cpuNs: 5 * MS }));
    await report(
      sensor,
      fakeWindow(1, rows, {
        ...{ durationMs: 60_000, endpoints, edges: [{ caller: 1, callee: 2, calls: 40, sumNs: 90 * MS }] },
        endpointFunctions: [1, 2].map((id) => ({ ...within, function: id })),
      }),
    );
    if (version === '1.0.0') continue;
    sensor.say({ type: 'snapshot', ageMs: 0, snapshot: hostileSnapshot() });
    const answer = await sensor.next();
    assert.equal(answer.type, 'snapshotAck', JSON.stringify(answer));
  }
  const note = { service, environment, version: '1.0.0', author: hostile('author'), link: RUNS };
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}/api/v1/deployments`, { method: 'POST', headers, body: JSON.stringify(note) });

  const { functions } = (await get(`${url}/api/v1/functions`)).body as { functions: FunctionStats[] };
  const { endpoints } = (await get(`${url}/api/v1/endpoints`)).body as { endpoints: EndpointStats[] };
  const of = functions.find((f) => f.name === name)!;
  const instance = encodeURIComponent(hostile('version'));
  const scope = `service=${encodeURIComponent(service)}`;
  const pages: Record<string, string[]> = {
    '': ['service', 'environment', 'version', 'author', 'title'],
    endpoints: ['route', 'service', 'environment'],
    [`endpoints/${endpoints[0]!.id}`]: ['route', 'function', 'package-function', 'package', 'file'],
    functions: ['function', 'package-function', 'file', 'package', 'service'],
    [`functions/${of.id}`]: ['function', 'file', 'package-function', 'route', 'version'],
    errors: ['function', 'error', 'message', 'service'],
    cpu: ['function', 'package', 'host'],
    forensics: ['error', 'message', 'flow', 'version'],
    'forensics/0b5f2f6e-0000-4000-8000-000000000001': [
      ...['flow', 'path', 'error', 'message', 'frame', 'frame-file', 'cause', 'cause-frame', 'call', 'call-file'],
      ...['argument', 'system', 'sql', 'sql-error', 'outbound-error', 'version', 'host'],
      ...[
        'params',
        'query',
        'headers',
        'body',
        'attributes',
        'properties',
        'cause-message',
        'parameters',
        'answer',
        'log',
      ].flatMap((place) => ['type', 'key', 'text', 'item', 'other'].map((part) => `${place}-${part}`)),
    ],
    deployments: ['service', 'environment', 'version', 'author'],
    [`compare?${scope}&from=1.0.0&to=${instance}`]: ['function', 'file', 'version', 'service'],
    'heads-up': ['function', 'file', 'service', 'title', 'alert-file'],
    sensors: ['host', 'service', 'environment', 'version'],
    [`sensors/${instance}`]: ['host', 'runtime', 'version'],
    settings: ['service', 'environment', 'rule', 'function', 'file', 'channel', 'receiver', 'of-service'],
    alerts: ['title', 'group', 'alert-file', 'service'],
    'alerts/hostile': [
      ...['title', 'group', 'alert-name', 'alert-file', 'deployed', 'before', 'by', 'detector', 'detail', 'closes'],
      ...['carrier', 'carrier-file', 'thrown', 'thrown-file', 'suspect', 'subject', 'touched', 'event-by', 'event'],
      ...['reason', 'assignee'],
    ],
  };
  const page = await open(t, `${url}/`);
  for (const [address, places] of Object.entries(pages)) {
    await shown(page, address);
    for (const place of places) {
      // A text that is long is cut, by the page or by who keeps it: that it began is enough.
      await page.waitForFunction(says, `${place}"'><`).catch(() => assert.fail(`${place} does not show on ${address}`));
    }
    assert.deepEqual(await page.evaluate(becameMore), [], address);
  }
  await screenshot(page, 'hostile');
});
