// A corpus of secrets in every place where a value can hide. Each is captured from live values as the program's thread does
// it, redacted as the reporter does it, packed as it is sent: none of them is in the bytes.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { DEFAULT_POLICY, type RedactionPolicy, redactSnapshot, type Snapshot } from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import { pack } from 'msgpackr';
import { captureError } from './capture-error.js';
import { LIMITS, valueCapture } from './capture-value.js';

const capture = (value: unknown) => valueCapture({ ...LIMITS, milliseconds: 60_000 })(value);

/** Found by its name only: nothing about the text is special. */
const PLAIN = 'correct horse battery';
const CARD = '4111111111111111';
const EMAIL = 'ada.lovelace@example.com';
const JWT = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N`;
const CLOUD = `AKIA${'IOSFODNN7EXAMPLE'}`;
const PEM = `-----BEGIN RSA ${'PRIVATE KEY'}-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3\n-----END RSA ${'PRIVATE KEY'}-----`;
const ENVIRONMENT = 'db-hunter2-password';

const empty: Partial<Snapshot> = {
  request: null,
  error: null,
  calls: [],
  queries: [],
  outbound: [],
  logs: [],
  attributes: null,
};
const request = (
  part: Partial<Record<'headers' | 'query' | 'params' | 'body', unknown>>,
  path = '/x',
): Partial<Snapshot> => ({
  request: {
    path,
    params: capture(part.params ?? null),
    query: capture(part.query ?? null),
    headers: capture(part.headers ?? null),
    body: capture(part.body ?? null),
  },
});
const attributes = (value: unknown): Partial<Snapshot> => ({ attributes: capture(value) });
const thrown = (error: unknown): Partial<Snapshot> => {
  const stack = () => null;
  const raw = captureError(error, capture, stack);
  return { error: { ...raw, stack: [], causes: raw.causes.map((cause) => ({ ...cause, stack: [] })) } };
};
const framed = (frame: { functionName: string; file: string }): Partial<Snapshot> => {
  const { error } = thrown(new Error('x'));
  return { error: { ...error!, stack: [{ ...frame, line: 1, column: 1, isAsync: false }] } };
};
const query = (
  text: string,
  parameters: unknown,
  answer: unknown,
  system = 'postgresql',
  error: string | null = null,
): Partial<Snapshot> => ({
  queries: [
    {
      system,
      text,
      parameters: capture(parameters),
      startNs: 0,
      durationNs: 1,
      rowCount: 1,
      answer: capture(answer),
      error,
    },
  ],
});
const argument = (name: string, value: unknown): Partial<Snapshot> => ({
  calls: [{ ...fakeSnapshot().calls[0]!, arguments: [{ name, value: capture(value) }] }],
});

class Account {
  password = PLAIN;
  #hidden = PLAIN;
  get secret() {
    return this.#hidden;
  }
}

const hidden = Object.defineProperty({}, 'password', { value: PLAIN, enumerable: false });
const inherited = Object.create({ password: PLAIN });

const PLACES: Record<string, [secret: string, fields: Partial<Snapshot>]> = {
  'authorization header': [PLAIN, request({ headers: { authorization: `Bearer ${PLAIN}` } })],
  'name of a header': [EMAIL, request({ headers: { [`x-${EMAIL}`]: '1' } })],
  cookie: [PLAIN, request({ headers: { cookie: `sid=${PLAIN}; theme=dark` } })],
  'set-cookie list': [PLAIN, request({ headers: { 'set-cookie': [`sid=${PLAIN}`] } })],
  'raw headers, by turns': [PLAIN, request({ headers: ['Host', 'x', 'X-Api-Key', PLAIN] })],
  'pairs of name and value': [PLAIN, request({ headers: [['x-auth-token', PLAIN]] })],
  'basic credentials in a header of another name': [
    'YWRhOmNvcnJlY3Q5',
    request({ headers: { 'x-forwarded-auth-info': 'Basic YWRhOmNvcnJlY3Q5' } }),
  ],
  'query string': [PLAIN, request({ query: { q: 1, access_token: PLAIN } })],
  'query parameters as an object': ['hunter2', request({ query: new URLSearchParams('a=1&token=hunter2') })],
  path: [EMAIL, request({}, `/users/${EMAIL}/orders`)],
  'route parameter': [PLAIN, request({ params: { resetToken: PLAIN } })],
  'body, nested': [PLAIN, request({ body: { user: { profile: { credentials: { value: [PLAIN] } } } } })],
  'body, a text of JSON': [PLAIN, request({ body: `{"user":"ada","password":"${PLAIN}"}` })],
  'body, JSON within JSON': [PLAIN, request({ body: JSON.stringify({ raw: JSON.stringify({ password: PLAIN }) }) })],
  'body, bytes': [PLAIN, request({ body: Buffer.from(`{"password":"${PLAIN}"}`) })],
  'body, a form': ['correct%20horse', request({ body: 'user=ada&password=correct%20horse' })],
  'body, parts of a form': [
    PLAIN,
    request({ body: `--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n${PLAIN}\r\n--b--` }),
  ],
  'variables of GraphQL': [
    PLAIN,
    request({
      body: { query: 'mutation($password: String!) { signUp(password: $password) }', variables: { password: PLAIN } },
    }),
  ],
  'literal of GraphQL': [PLAIN, request({ body: { query: `mutation { signUp(password: "${PLAIN}") { id } }` } })],
  'token in a path': [JWT, request({}, `/confirm/${JWT}`)],
  'name of a function': [EMAIL, attributes(Object.defineProperty(() => 1, 'name', { value: EMAIL }))],
  'name of a class': [
    EMAIL,
    attributes(Object.create({ constructor: Object.defineProperty(class {}, 'name', { value: EMAIL }) })),
  ],
  'name of an error': [EMAIL, thrown(Object.assign(new Error('x'), { name: EMAIL }))],
  'name and value as two fields': [PLAIN, request({ body: { fields: [{ name: 'password', value: PLAIN }] } })],
  'command line': [PLAIN, attributes(['node', 'app.js', '--password', PLAIN])],
  'key of an object': [EMAIL, attributes({ [EMAIL]: 1 })],
  'key of a Map': [EMAIL, attributes(new Map([[EMAIL, 1]]))],
  'object as a key of a Map': [PLAIN, attributes(new Map([[{ password: PLAIN }, 1]]))],
  'value of a Map': [PLAIN, attributes(new Map([['password', PLAIN]]))],
  Set: [CARD, attributes(new Set([CARD]))],
  'class field': [PLAIN, attributes(new Account())],
  'property that is not enumerable': [PLAIN, attributes(hidden)],
  'property of a prototype': [PLAIN, attributes(inherited)],
  'symbol as a key': [PLAIN, attributes({ [Symbol('password')]: PLAIN })],
  "symbol's description": [EMAIL, attributes(Symbol(EMAIL))],
  getter: [
    PLAIN,
    attributes({
      get note() {
        return PLAIN;
      },
    }),
  ],
  "proxy's target": [PLAIN, attributes(new Proxy({ note: PLAIN }, {}))],
  toJSON: [PLAIN, attributes({ toJSON: () => PLAIN })],
  'private field': [PLAIN, attributes(new Account().constructor)],
  'boxed string': [CARD, attributes(Object(CARD))],
  number: [CARD, attributes({ note: Number(CARD) })],
  bigint: [CARD, attributes({ note: BigInt(CARD) })],
  'digits in groups': ['1111 1111', attributes({ note: '4111 1111 1111 1111' })],
  'regular expression': [EMAIL, attributes(new RegExp(EMAIL))],
  URL: ['hunter2', attributes(new URL('https://ada:hunter2@example.com/?api_key=hunter2'))],
  stream: [PLAIN, attributes(Object.assign(Readable.from([PLAIN]), { password: PLAIN }))],
  'bytes that are no text': [PLAIN, attributes(Buffer.concat([Buffer.from([0, 1]), Buffer.from(PLAIN)]))],
  'web token in a text': [JWT, attributes({ note: `got ${JWT} from them` })],
  'cloud key in a text': [CLOUD, attributes({ note: `id=${CLOUD}` })],
  'private key in a text': ['MIIEpAIBAAKCAQEA', attributes({ note: PEM })],
  'private key that is cut': ['MIIEpAIBAAKCAQEA', attributes({ note: 'x'.repeat(2_030) + PEM + 'y'.repeat(9_000) })],
  'password that is cut': [
    'hunter2hunter2',
    attributes({ note: `${'x '.repeat(1_020)}password="${'hunter2'.repeat(900)}"` }),
  ],
  'number under a secret name': ['8472', attributes({ pin: 8472 })],
  'error message': [EMAIL, thrown(new Error(`no user ${EMAIL}`))],
  "error's cause": ['hunter2', thrown(new Error('x', { cause: new Error('postgres://app:hunter2@db/x') }))],
  "error's property": [PLAIN, thrown(Object.assign(new Error('x'), { config: { headers: { Authorization: PLAIN } } }))],
  'errors of an error': [CARD, thrown(new AggregateError([new Error(CARD)], 'several'))],
  'thrown text': [CARD, thrown(`bad card ${CARD}`)],
  'name of a function in a stack': [EMAIL, framed({ functionName: EMAIL, file: 'src/a.js' })],
  'key as the name of a function in a stack': [CLOUD, framed({ functionName: CLOUD, file: 'src/a.js' })],
  'key in the path of a file in a stack': [CLOUD, framed({ functionName: 'f', file: `dist/${CLOUD}.js` })],
  'file in a stack': ['hunter2', framed({ functionName: 'f', file: 'https://app:hunter2@example.com/a.js' })],
  'statement in an error': [
    PLAIN,
    thrown(Object.assign(new Error('failed'), { sql: `INSERT INTO t VALUES ('${PLAIN}')` })),
  ],
  'argument by its name': [PLAIN, argument('password', PLAIN)],
  'argument, an object': [PLAIN, argument('options', { auth: { user: 'ada', pass: PLAIN } })],
  'literal of a statement': [PLAIN, query(`SELECT * FROM t WHERE note = '${PLAIN}'`, [], [])],
  'literal in double quotes': [PLAIN, query(`SELECT * FROM t WHERE note = "${PLAIN}"`, [], [], 'mysql')],
  'comment of a statement': [PLAIN, query(`SELECT 1 FROM t /* ${PLAIN} */ -- ${PLAIN}`, [], [])],
  'parameter of a secret column': [PLAIN, query('UPDATE users SET password = $1 WHERE id = $2', [PLAIN, 7], null)],
  'named parameter': [PLAIN, query('UPDATE t SET a = :password', { password: PLAIN }, null)],
  'answer, by column': [PLAIN, query('SELECT * FROM users', [], [{ id: 1, password_hash: PLAIN }])],
  'answer, by alias': [PLAIN, query('SELECT lower(password) AS p FROM users', [], [{ p: PLAIN }])],
  'answer, rows without names': [PLAIN, query('SELECT id, password FROM users', [], [[1, PLAIN]])],
  'error of a query': [EMAIL, query('SELECT 1 FROM t', [], null, 'postgresql', `Key (email)=(${EMAIL}) exists`)],
  'address of a call': [
    'hunter2',
    { outbound: [{ ...fakeSnapshot().outbound[0]!, url: 'https://u:hunter2@x/?key=1&token=hunter2' }] },
  ],
  'log line': [CARD, { logs: [{ level: 'info', timeNs: 0, message: capture(['paid with', CARD]) }] }],
  'log line, an object': [
    PLAIN,
    { logs: [{ level: 'info', timeNs: 0, message: capture({ msg: 'x', password: PLAIN }) }] },
  ],
  environment: [ENVIRONMENT, { logs: [{ level: 'info', timeNs: 0, message: `cannot reach db as ${ENVIRONMENT}` }] }],
  'the same secret without its name': [
    PLAIN,
    {
      ...request({ body: { password: PLAIN } }),
      ...thrown(new Error(`wrong: ${PLAIN}`)),
      ...argument('value', [PLAIN]),
    },
  ],
};

function sent(
  fields: Partial<Snapshot>,
  policy: RedactionPolicy = DEFAULT_POLICY,
  mode: Snapshot['mode'] = 'redacted',
): string {
  const before = fakeSnapshot({ ...empty, mode, ...fields });
  return Buffer.from(pack({ type: 'snapshot', snapshot: redactSnapshot(before, policy, [ENVIRONMENT]) })).toString(
    'latin1',
  );
}

for (const [place, [secret, fields]] of Object.entries(PLACES)) {
  test(`${place}: the secret does not leave`, () => {
    assert.ok(!sent(fields).includes(secret), 'redacted');
    assert.ok(!sent(fields, DEFAULT_POLICY, 'shape').includes(secret), 'shape');
  });
}

test('without redaction the corpus would leave: most of it is there to be found', () => {
  const there = Object.values(PLACES).filter(([secret, fields]) =>
    Buffer.from(pack(fakeSnapshot({ ...empty, ...fields })))
      .toString('latin1')
      .includes(secret),
  );
  assert.ok(there.length > Object.keys(PLACES).length * 0.7, `${there.length}`);
});

test('what is no secret leaves, and redactions are marked and counted', () => {
  const snapshot = redactSnapshot(
    fakeSnapshot({
      ...empty,
      ...request({ body: { sku: 'kettle', quantity: 2, password: PLAIN, note: `for ${EMAIL}` } }),
    }),
    DEFAULT_POLICY,
  );
  assert.deepEqual(snapshot.request?.body, {
    type: 'Object',
    entries: [
      ['sku', 'kettle'],
      ['quantity', 2],
      ['password', { type: 'string', redacted: 'name' }],
      ['note', 'for [redacted e-mail address]'],
    ],
  });
  assert.equal(snapshot.redactions, 2);
});

test('IP addresses leave, unless the policy says so', () => {
  const fields = {
    ...request({ headers: { 'x-forwarded-for': '203.0.113.7' } }),
    ...thrown(new Error('2001:db8::ff00:42:8329')),
  };
  const asked = { ...DEFAULT_POLICY, ipAddresses: true };
  for (const address of ['203.0.113.7', '2001:db8::ff00:42:8329']) {
    assert.ok(sent(fields).includes(address), address);
    assert.ok(!sent(fields, asked).includes(address), address);
  }
});

test('fields that the policy denies or allows, by name or path', () => {
  const policy: RedactionPolicy = {
    ...DEFAULT_POLICY,
    deny: ['notes', 'request.body.*.iban'],
    allow: ['body.csrfToken'],
  };
  const { request: shown } = redactSnapshot(
    fakeSnapshot({
      ...empty,
      ...request({ body: { notes: 'n', customer: { iban: 'DE00' }, iban: 'kept', csrfToken: 'open' } }),
    }),
    policy,
  );
  const denied = { type: 'string', redacted: 'denied' };
  assert.deepEqual((shown!.body as { entries: unknown }).entries, [
    ['notes', denied],
    ['customer', { type: 'Object', entries: [['iban', denied]] }],
    ['iban', { type: 'string', redacted: 'name' }],
    ['csrfToken', 'open'],
  ]);
});

test('shape: types and sizes alone', () => {
  const { request: shown, error } = redactSnapshot(
    fakeSnapshot({
      mode: 'shape',
      ...request({ body: { sku: 'kettle', lines: [1, 2] } }),
      ...thrown(new Error('abc')),
    }),
    DEFAULT_POLICY,
  );
  assert.deepEqual(shown?.body, {
    type: 'Object',
    entries: [
      ['sku', { type: 'string', size: 6, redacted: 'shape' }],
      [
        'lines',
        {
          type: 'Array',
          items: [
            { type: 'number', redacted: 'shape' },
            { type: 'number', redacted: 'shape' },
          ],
        },
      ],
    ],
  });
  assert.deepEqual(error?.message, { type: 'string', size: 3, redacted: 'shape' });
});
