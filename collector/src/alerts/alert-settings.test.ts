import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCollector } from '../start-collector.js';
import { fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { get, temporaryFolder } from '../testing/test-collector.js';
import { readAlertSettings } from './alert-settings.js';

const slack = { name: 'team', type: 'slack', url: 'https://hooks.example/x' };

test('says what is wrong with the settings, and where', (t) => {
  const dir = temporaryFolder(t);
  const read = (settings: unknown) => {
    writeFileSync(join(dir, 'alerts.json'), JSON.stringify(settings));
    return readAlertSettings(dir, {});
  };
  assert.deepEqual(readAlertSettings(dir, {}).channels, []);
  assert.equal(readAlertSettings(dir, { PRODLENS_SLACK_WEBHOOK: slack.url }).channels?.[0]?.name, 'slack');
  assert.equal(read({ channels: [slack] }).channels?.length, 1);
  for (const [settings, said] of [
    [{ chanels: [] }, /chanels is not a known setting/],
    [{ channels: [slack, slack] }, /same name/],
    [{ channels: [{ ...slack, url: 'file:///x' }] }, /address of the channel team/],
    [{ headsUp: { hourUtc: 7, channels: ['ops'] } }, /ops, which is none/],
    [{ rules: [{ name: 'r', service: 's', file: 'f', function: 'g', measure: 'p95Ms' }] }, /one of above and below/],
    [{ rules: [{ name: 'r', service: 's', file: 'f', function: 'g', measure: 'p42Ms', above: 1 }] }, /measure/],
  ] as const) {
    assert.throws(
      () => read(settings),
      (error: { code: string; message: string }) => {
        assert.equal(error.code, 'PRODLENS_ERR_ALERT_SETTINGS');
        assert.match(error.message, said);
        return true;
      },
    );
  }
});

test('a threshold of somebody is an alert while it is broken', async (t) => {
  const dataDir = temporaryFolder(t);
  const rule = { name: 'fast', service: 'orders', file: 'src/cart.ts', function: 'f1', measure: 'p95Ms', above: 10 };
  writeFileSync(join(dataDir, 'alerts.json'), JSON.stringify({ rules: [{ ...rule, minutes: 1 }] }));
  let nowMs = 29_000_000 * 60_000;
  const collector = await startCollector({ dataDir, port: 0, now: () => nowMs, alerts: { everyMs: 0 } });
  t.after(() => collector.close());
  const sensor = await startSensor(collector.url);
  const alert = async () => (await get(`${collector.url}/api/v1/alerts`)).body.alerts[0];
  for (const [i, [ms, state]] of (
    [
      [5, undefined],
      [30, 'open'],
      [5, 'closed'],
    ] as const
  ).entries()) {
    nowMs += 180_000;
    await report(sensor, fakeWindow(i + 1, [fakeRow(1, Array(50).fill(ms * 1e6))]));
    await collector.runAlerts();
    assert.equal((await alert())?.state, state);
  }
  assert.match((await alert()).title, /^f1: p95Ms is (2\d|30) ms, above 10 ms \(fast\)$/);
});
