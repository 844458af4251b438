import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretName } from './secret-names.js';
import { redactText, secretIn, secretInName, secretInPath } from './secret-texts.js';
import { redactEmbeddedSql, secretColumns, withoutLiterals } from './sql-text.js';

const RULES = { emailAddresses: true, ipAddresses: true };
const redact = (text: string) => redactText(text, RULES).text;

/** Text, and the part of it that must not stay. Made up here, so that nobody's scanner takes them for real. */
const SECRETS: [text: string, secret: string][] = [
  ['card 4111 1111 1111 1111 declined', '4111'],
  ['card=5500-0000-0000-0004;', '5500'],
  ['pan 4111%201111%201111%201111', '1111'],
  ['4111111111111111', '4111'],
  ['mail ada@example.com now', 'ada@example.com'],
  ['/users/ada%40example.com/orders', 'ada'],
  [`token eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiIxIn0.c2lnbmF0dXJl`, 'eyJ'],
  [`eyJ${'hbGciOiJIUzI1NiJ9'}`, 'eyJ'],
  [`id ${'AKIA'}IOSFODNN7EXAMPLE here`, 'IOSFODNN7EXAMPLE'],
  [`gh${'p_'}abcdefghijklmnopqrstuvwxyz0123456789`, 'abcdefghijkl'],
  [`x sk${'_live_'}4eC39HqLyjWDarjtT1zdp7dc`, '4eC39'],
  [`-----BEGIN RSA ${'PRIVATE KEY'}-----\nMIIEow\n-----END RSA ${'PRIVATE KEY'}----- after`, 'MIIEow'],
  [`-----BEGIN ${'PRIVATE KEY'}-----\nMIIEowAAAA`, 'MIIEow'],
  ['Authorization: Bearer abc.def-123456', 'abc.def'],
  ['sent Basic YWRhOmh1bnRlcjI=', 'YWRh'],
  ['postgres://app:hunter2@db/orders', 'hunter2'],
  ['https://hunter2token@host/x', 'hunter2'],
  ['/login?user=ada&password=hunter2&next=/', 'hunter2'],
  ['/cb?access_token=hunter2', 'hunter2'],
  ['/cb?a%3D1&api_key%3Dhunter2', 'hunter2'],
  ['{"user":"ada","password":"hunter2 with spaces","x":1}', 'hunter2'],
  ['{\\"password\\":\\"hunter2\\"}', 'hunter2'],
  ["{ password: 'hunter2' }", 'hunter2'],
  ['{"password":"hunter2 is cut he', 'hunter2'],
  ['db.password: hunter2, retrying', 'hunter2'],
  ['user[password]=hunter2', 'hunter2'],
  ['user.password => hunter2', 'hunter2'],
  ['--api-key=hunter2', 'hunter2'],
  ['cookie: sid=hunter2; other=hunter2', 'hunter2'],
  ['key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1', 'wJalr'],
  ['from 203.0.113.9 port 1', '203.0.113.9'],
  ['from 2001:db8::8a2e:370:7334', '8a2e'],
];

for (const [text, secret] of SECRETS) {
  test(`hides ${secret} in ${text.slice(0, 40)}`, () => {
    const redacted = redact(text);
    assert.ok(!redacted.includes(secret), redacted);
    assert.match(redacted, /\[redacted [\w -]+\]/);
    assert.equal(redact(redacted), redacted, 'nothing is found in what was redacted');
  });
}

test('what is no secret stays', () => {
  const texts = [
    'Product kettle is out of stock.',
    'order 3f2504e0-4f89-11d3-9a0c-0305e82c3301 of 1700000000000',
    'GET /orders/12?page=2&sort=price took 12.5 ms',
    'tokens: 512, tokenType: bearer, passwordLength: 8',
    'commit cf0f6bd1a2b3c4d5e6f708192a3b4c5d6e7f8091',
    'Token expired; basic settings',
    '4111111111111112',
    'node_modules/express/lib/router/layer.js at Layer.handle [as handle_request]',
    '12:30:45 and a::b of std',
  ];
  for (const text of texts) assert.equal(redact(text), text);
});

test('a receiver finds keys, and leaves addresses to the sender', () => {
  assert.equal(secretIn('ada@example.com 10.0.0.1'), null);
  assert.equal(secretIn('password=hunter2'), 'name');
  assert.equal(secretIn('4111111111111111'), 'card number');
});

test('names and paths may look random, but for what providers mark and what is no identifier', () => {
  const long = 'convertUtf8ToUtf16OfLegacyBufferX2';
  assert.equal(secretIn(long), 'token');
  for (const name of [long, `async Codec.${long}`]) assert.equal(secretInName(name), null);
  assert.equal(secretInPath(`dist/${long}.js`), null);
  assert.equal(secretInName(`f for ${long}!`), 'token');
  assert.equal(secretInName(`gh${'p_'}abcdefghijklmnopqrstuvwxyz0123456789`), 'token');
  assert.equal(secretInPath(`dist/gh${'p_'}abcdefghijklmnopqrstuvwxyz0123456789.js`), 'token');
});

test('names', () => {
  const secret =
    'password Passwd user_password x-api-key apiKey clientSecret access_token Set-Cookie authorization sessionId sid ' +
    'cardNumber cvv pin userPin private_key AWS_SECRET_ACCESS_KEY accessKeyId csrfToken db_pass auth connectionString';
  for (const name of secret.split(' ')) assert.ok(isSecretName(name), name);
  const open =
    'author authority user name keyboard monkey key_count maxTokens tokenType passwordResetAt shipping pinned company ' +
    'spinner session_count primaryKey sku customer assassin passenger';
  for (const name of open.split(' ')) assert.ok(!isSecretName(name), name);
});

test('SQL keeps its shape and loses its literals and comments', () => {
  const sql = `SELECT "a", b1 /* hunter2 */ FROM t WHERE x = 'it''s hunter2' AND n = 42.5 AND y = $1 -- hunter2
    OR z = :name OR d = $tag$hunter2$tag$ OR c = 'cut hunter2`;
  const { text, literals } = withoutLiterals(sql, 'names');
  assert.equal(
    text.replace(/\s+/g, ' '),
    'SELECT "a", b1 FROM t WHERE x = ? AND n = ? AND y = $1 OR z = :name OR d = ? OR c = ?',
  );
  assert.equal(literals, 4);
  assert.equal(withoutLiterals('INSERT INTO t VALUES ("hunter2")').text, 'INSERT INTO t VALUES (?)');
  assert.equal(
    redactEmbeddedSql("failed: insert into u values ('x', 'hunter2')")?.text,
    'failed: insert into u values (?, ?)',
  );
  assert.equal(redactEmbeddedSql("it's from 'here'"), null);
});

test('secret columns and their aliases', () => {
  assert.deepEqual(secretColumns('SELECT id, lower(password) AS p, name AS n FROM u'), {
    namesSecret: true,
    aliases: new Set(['p']),
  });
  assert.equal(secretColumns('SELECT id FROM orders').namesSecret, false);
});

test('a long text takes time in proportion', () => {
  for (const unit of ['a', '1', 'a.', '1 ', '"', 'password', ':', 'eyJ', '-', "'", '/*', 'a@', '1:']) {
    const text = unit.repeat(Math.ceil(16_384 / unit.length));
    const start = performance.now();
    redact(text);
    redactEmbeddedSql(`select ${text}`);
    // Backtracking would take minutes.
    assert.ok(performance.now() - start < 5_000, unit);
  }
});
