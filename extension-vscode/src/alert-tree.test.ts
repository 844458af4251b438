import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, AlertPlace } from '@prodlens/protocol';
import { type AlertNode, alertTree, leavesOf, renewed, stepFrom } from './alert-tree.js';

const ADD: AlertPlace = {
  type: 'function',
  functionId: 'f1',
  file: 'src/cart.ts',
  name: 'Cart.add',
  ordinal: 0,
  kind: 'method',
  line: 12,
  column: 3,
  package: null,
};
const CARTS: AlertPlace = { type: 'endpoint', endpointId: 'e1', kind: 'http', method: 'GET', route: '/carts/:id' };

function deployed(version: string, previousVersion = '1.0.0'): Alert['deployment'] {
  return { version, previousVersion, revision: '', previousRevision: '', startedUnixMs: 1, author: 'Ann', link: '' };
}

function alert(id: string, about: Partial<Alert>): Alert {
  const side = { value: 1, p95Ns: null, calls: 1, fromUnixMs: 1, toUnixMs: 2 };
  return {
    id,
    kind: 'slower-since-deployment',
    severity: 'warning',
    state: 'open',
    title: `Cart.add is ${id} % slower since 2.0.0`,
    service: 'shop',
    environment: 'production',
    place: ADD,
    cause: null,
    sinceUnixMs: 1,
    openedUnixMs: 1,
    updatedUnixMs: 1,
    closedUnixMs: null,
    deployment: deployed('2.0.0'),
    evidence: {
      detector: '',
      detail: '',
      measure: 'medianNs',
      before: side,
      after: side,
      change: null,
      extraMsPerSecond: null,
    },
    closesWhen: 'Closes when it is fast.',
    group: { id: '', title: '', size: 1, rank: 1 },
    silence: null,
    assignee: null,
    history: [],
    ...about,
  };
}

const silence = { untilUnixMs: null, reason: 'known', by: 'Bob' };
const ALERTS = [
  alert('a', { state: 'muted', silence }),
  alert('b', { severity: 'critical' }),
  alert('c', {
    ...{ title: 'GET /carts/:id is 58 % slower', service: 'mail', place: CARTS },
    ...{ deployment: null, severity: 'info' },
  }),
  alert('d', {
    ...{ title: '12 functions of shop became slower at once', deployment: deployed('2.1.0', '') },
    place: null,
  }),
  alert('e', { environment: 'staging', state: 'expected', silence }),
];

const outline = (nodes: AlertNode[], indent = ''): string[] =>
  nodes.flatMap((node) => [
    `${indent}${node.label} (${node.description}) ${node.icon?.name ?? ''} [${node.context}]`,
    ...outline(node.children, `${indent}  `),
  ]);

test('service and environment, deployment, alert, in the order of the collector with the silenced ones last', () => {
  assert.deepEqual(outline(alertTree(ALERTS)), [
    'shop (production)  []',
    '  since 2.0.0 (Ann)  []',
    '    b % slower: Cart.add (src/cart.ts:12) error [open function comparable]',
    '    a % slower: Cart.add (muted · src/cart.ts:12) bell-slash [silenced function comparable]',
    '  since 2.1.0 (Ann)  []',
    '    12 functions of shop became slower at once () warning [open service]',
    'mail (production)  []',
    '  without a deployment ()  []',
    '    58 % slower: GET /carts/:id () info [open endpoint]',
    'shop (staging)  []',
    '  since 2.0.0 (Ann)  []',
    '    e % slower: Cart.add (expected · src/cart.ts:12) pass [silenced function comparable]',
  ]);
});

test('what an alert reaches is below it, is opened by its own id, and is no open alert of its own', () => {
  const reached = [
    { alertId: 'r1', kind: 'endpoint-slower', title: 'GET /carts/:id is 58 % slower since 2.0.0', place: CARTS },
    { alertId: 'r2', kind: 'slower-since-deployment', title: 'Cart.add is 9 % slower since 2.0.0', place: ADD },
  ] as const;
  const roots = alertTree([alert('a', { reached: [...reached] })]);
  const [leaf, ...others] = leavesOf(roots);
  assert.deepEqual(others, []);
  assert.deepEqual(
    leaf?.children.map(({ label, description, opens, tooltip }) => [label, description, opens, tooltip]),
    [
      ['58 % slower: GET /carts/:id', '', 'r1', 'Also seen here: GET /carts/:id is 58 % slower since 2.0.0'],
      ['9 % slower: Cart.add', 'src/cart.ts:12', 'r2', 'Also seen here: Cart.add is 9 % slower since 2.0.0'],
    ],
  );
  assert.equal(leaf?.opens, 'a');
  assert.equal(stepFrom('a', 1, roots)?.id, 'a');

  const fewer = renewed(roots, alertTree([alert('a', { reached: [reached[1]] })]));
  assert.deepEqual(fewer.changed, [leaf]);
});

test('a row begins with what happened, whatever the collector says, and leaves the rest to the tooltip', () => {
  const labelOf = (title: string) => leavesOf(alertTree([alert('a', { title })]))[0]?.label;
  const titles = {
    'Cart.add is 41× slower since 2.0.0': '41× slower',
    '3 % of the calls of Cart.add became slow since 2.0.0; it was 0.1 %': '3 % of the calls became slow',
    'Cart.add fails in 12 % of its calls since 2.0.0; it was 1 %': 'fails in 12 % of its calls',
    'Cart.add throws TypeError since 2.0.0, in 12 % of its calls; it never did': 'throws TypeError',
    'Cart.add no longer throws TypeError since 2.0.0; it did in 5 % of its calls': 'no longer throws TypeError',
    'Cart.add is hardly called any more since 2.0.0: 3/min instead of 60/min': 'hardly called any more',
    'Cart.add takes 90 % of a processor since 2.0.0; at most 4 % before': 'takes 90 % of a processor',
    'Cart.add: p95Ms is 26 ms, above 10 ms (fast)': 'p95Ms is 26 ms',
  };
  for (const [title, what] of Object.entries(titles)) assert.equal(labelOf(title), `${what}: Cart.add`);
  assert.equal(labelOf('Something else'), 'Something else');
});

test('no two nodes have one id, each knows its parent, and who silenced an alert is said', () => {
  const roots = alertTree(ALERTS);
  const all = (nodes: AlertNode[]): AlertNode[] => nodes.flatMap((node) => [node, ...all(node.children)]);
  const ids = all(roots).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const node of all(roots)) for (const child of node.children) assert.equal(child.parent, node);
  const muted = leavesOf(roots).find(({ id }) => id === 'a');
  assert.equal(muted?.tooltip, 'Cart.add is a % slower since 2.0.0\nMuted by Bob: known\nCloses when it is fast.');
});

test('steps go over the open alerts as they stand, and around the end', () => {
  const roots = alertTree(ALERTS);
  const steps = (id: string | null) => [stepFrom(id, -1, roots)?.id, stepFrom(id, 1, roots)?.id];
  assert.deepEqual(steps(null), ['c', 'b']);
  assert.deepEqual(steps('b'), ['c', 'd']);
  assert.deepEqual(steps('d'), ['b', 'c']);
  assert.deepEqual(steps('c'), ['d', 'b']);
  assert.deepEqual(steps('gone'), ['c', 'b']);
  assert.equal(stepFrom('a', 1, alertTree([])), undefined);
});

test('a refresh keeps the nodes and draws anew only what looks different', () => {
  const first = alertTree([alert('a', {}), alert('b', {})]);
  const nodes = leavesOf(first);

  const same = renewed(first, alertTree([alert('a', { updatedUnixMs: 9 }), alert('b', {})]));
  assert.deepEqual(same.changed, []);
  assert.equal(leavesOf(same.roots)[0], nodes[0]);
  assert.equal(nodes[0]?.alert?.updatedUnixMs, 9);

  const louder = renewed(same.roots, alertTree([alert('a', { severity: 'critical' }), alert('b', {})]));
  assert.deepEqual(
    louder.changed.map((node) => node?.id),
    ['a'],
  );
  assert.equal(leavesOf(louder.roots)[0], nodes[0]);

  const fewer = renewed(louder.roots, alertTree([alert('b', {})]));
  assert.deepEqual(fewer.changed, [fewer.roots[0]?.children[0]]);
  assert.deepEqual(leavesOf(fewer.roots), [nodes[1]]);
  assert.equal(nodes[1]?.parent, fewer.roots[0]?.children[0]);

  const another = renewed(fewer.roots, alertTree([alert('b', {}), alert('c', { service: 'mail' })]));
  assert.deepEqual(another.changed, [undefined]);
  assert.equal(leavesOf(another.roots)[0], nodes[1]);
});
