import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Status, statusText, stoppedText } from './status.js';

const status: Status = {
  state: 'connected',
  message: 'Connected to the collector at http://127.0.0.1:4790.',
  url: 'http://127.0.0.1:4790',
  environment: 'production',
  window: '1h',
  services: 1,
};

test('connected: environment and window', () => {
  assert.equal(statusText(status).text, '$(pulse) Prodlens: production · 1h');
  assert.equal(statusText({ ...status, environment: '' }).text, '$(pulse) Prodlens: 1h');
});

test('each other state says so, and its tooltip gives the reason and what a click does', () => {
  const shown = (state: Status['state']) => statusText({ ...status, state, message: 'The reason.' });
  assert.deepEqual(shown('connecting'), { text: '$(sync) Prodlens: connecting', tooltip: 'The reason.' });
  assert.deepEqual(shown('unauthorised'), {
    text: '$(debug-disconnect) Prodlens: not connected',
    tooltip: 'The reason.\nClick to enter a token.',
  });
  assert.deepEqual(shown('unreachable'), {
    text: '$(debug-disconnect) Prodlens: not connected',
    tooltip: 'The reason.\nClick to connect to a collector.',
  });
});

test('a stopped server: where to read why', () => {
  assert.deepEqual(stoppedText('It stopped.'), {
    text: '$(warning) Prodlens: stopped',
    tooltip: 'It stopped.\nWhat it said is in the output channel Prodlens.',
  });
});
