// Every code of a diagnostic leads to a page that explains it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ALERT_KINDS } from '@prodlens/protocol';
import { webApp } from '../web-app.js';

test('each code has its explanation on the page that the collector serves', () => {
  for (const code of [...ALERT_KINDS, 'failing', 'hot-change']) {
    const [page = '', anchor] = webApp('http://collector').explanationUrl(code).split('#');
    const name = page.slice('http://collector/'.length);
    const html = readFileSync(new URL(`../../../../collector/web/${name}`, import.meta.url), 'utf8');
    assert.ok(html.includes(`id="${anchor}"`), code);
  }
});
