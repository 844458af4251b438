import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSettings, sectionOf } from './settings.js';

test('what is not set has its default', () => {
  assert.deepEqual(resolveSettings([null, undefined, 'x', [], {}]), {
    url: 'http://127.0.0.1:4790',
    token: '',
    environment: '',
    services: [],
    window: '1h',
    windowSeconds: 3_600,
    pathMappings: {},
    lensEnabled: true,
    lensTemplate: '{p95} · {rate} · {errors}',
    lensMinimumCalls: 0,
    diagnosticsEnabled: true,
    inlayHintsEnabled: false,
  });
});

test('each value comes from the strongest layer that has it in the right form', () => {
  const settings = resolveSettings([
    { url: '', window: 'soon', codeLens: { enabled: false, minimumCalls: 'many' }, services: ['web', 3] },
    { url: 'http://a/', window: '7d', codeLens: { enabled: true, minimumCalls: 5 }, services: ['web'] },
    { url: 'http://b', environment: 'staging', pathMappings: { '/app': 'src' } },
  ]);
  assert.equal(settings.url, 'http://a');
  assert.deepEqual([settings.window, settings.windowSeconds], ['7d', 604_800]);
  assert.equal(settings.lensEnabled, false);
  assert.equal(settings.lensMinimumCalls, 5);
  assert.deepEqual(settings.services, ['web']);
  assert.equal(settings.environment, 'staging');
  assert.deepEqual(settings.pathMappings, { '/app': 'src' });
});

test('a token goes to the address that it was given for', () => {
  const environment = { url: 'https://collector.example', token: 'mine' };
  const tokenWith = (...layers: unknown[]) => resolveSettings(layers).token;
  assert.equal(tokenWith({}, environment), 'mine');
  assert.equal(tokenWith({ url: 'https://elsewhere.example' }, environment), '');
  assert.equal(tokenWith({ url: 'https://collector.example:8443' }, environment), '');
  assert.equal(tokenWith({ url: 'https://collector.example/' }, environment), 'mine');
  assert.equal(tokenWith({ token: ' theirs ' }, environment), 'theirs');
  assert.equal(tokenWith({ url: 'https://elsewhere.example', token: 'theirs' }, environment), 'theirs');
  assert.equal(tokenWith({ token: 'mine' }), 'mine');
  assert.equal(tokenWith({ url: 'https://elsewhere.example' }, { token: 'mine' }), '');
  assert.equal(tokenWith({ url: 'http://127.0.0.1:4790' }, { token: 'mine' }), 'mine');
  assert.equal(tokenWith({ url: 'https://elsewhere.example' }, { token: 'other' }, environment), '');

  const options = { url: undefined, token: 'kept for it' };
  const paired = resolveSettings([{ url: 'https://elsewhere.example' }, options, environment], options);
  assert.equal(paired.token, 'kept for it');
  const own = { url: 'https://own.example', token: 'own' };
  assert.equal(resolveSettings([{ url: 'https://elsewhere.example' }, own], own).token, '');
});

test('the section is found nested, dotted or bare', () => {
  for (const settings of [
    { prodlens: { window: '15m', codeLens: { template: '{p50}' } } },
    { 'prodlens.window': '15m', 'prodlens.codeLens.template': '{p50}', 'other.window': '1d' },
    { window: '15m', 'codeLens.template': '{p50}' },
  ]) {
    const { window, lensTemplate } = resolveSettings([sectionOf(settings)]);
    assert.deepEqual([window, lensTemplate], ['15m', '{p50}']);
  }
  for (const settings of [null, undefined, 'prodlens', []]) assert.equal(sectionOf(settings), null);
});
