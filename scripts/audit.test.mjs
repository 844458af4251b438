import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from './audit.mjs';

const metadata = (total) => ({ metadata: { vulnerabilities: { high: total, total }, dependencies: { prod: 212 } } });

test('an audit says that nothing is known, or which packages have a hole', () => {
  const clean = verdict(`npm warn something\n${JSON.stringify({ vulnerabilities: {}, ...metadata(0) })}`);
  assert.deepEqual(clean, { isClean: true, text: 'No known hole in the 212 packages that are shipped.' });
  const hole = { vulnerabilities: { ws: { name: 'ws', range: '<8.17.1', severity: 'high' } }, ...metadata(1) };
  assert.deepEqual(verdict(JSON.stringify(hole)), {
    isClean: false,
    text: '1 packages with known holes:\n  ws <8.17.1: high',
  });
});

test('what a registry that answers no audit says is no verdict, and is passed on', () => {
  const refused = JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405, error: { summary: '' } });
  assert.deepEqual(verdict(`npm warn audit 405\n${refused}\nnpm error A complete log is elsewhere`), {
    isClean: null,
    text: 'Dependencies were not audited: 405 Method Not Allowed',
  });
  assert.equal(verdict('').isClean, null);
  assert.match(verdict('npm error network').text, /npm error network$/);
});
