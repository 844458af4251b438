import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkTo, linkWith, parseAddress } from './address.js';

test('an address is a page, an id and a query, however they are written', () => {
  const parsed = (hash: string) => {
    const { page, id, query } = parseAddress(hash);
    return [page, id, query.toString()];
  };
  assert.deepEqual(parsed(''), ['', '', '']);
  assert.deepEqual(parsed('#/functions/0af3?window=24h'), ['functions', '0af3', 'window=24h']);
  assert.deepEqual(parsed('#/alerts/a%2Fb%3Fc'), ['alerts', 'a/b?c', '']);
  assert.deepEqual(parsed('#/alerts/a/b'), ['alerts', 'a/b', '']);
  assert.deepEqual(parsed('#/alerts/%zz'), ['alerts', '%zz', '']);
});

test('the scope goes along to other pages, the rest stays behind; what is changed to nothing goes', () => {
  const from = parseAddress('#/functions?service=a%26b&window=24h&sort=name&q=x');
  assert.equal(linkTo(from, 'alerts'), '#/alerts?service=a%26b&window=24h');
  assert.equal(linkTo(from, 'functions', 'a/b', { window: null }), '#/functions/a%2Fb?service=a%26b');
  assert.equal(linkWith(from, { sort: 'errors', q: '' }), '#/functions?service=a%26b&window=24h&sort=errors');
  assert.equal(linkTo(parseAddress(''), ''), '#/');
});
