// The collector as it is, in a process of its own, but for its clock, which stands until the parent turns it: so that a
// day of numbers, analysed minute by minute, takes minutes. Speaks with its parent by messages:
// { nowMs } sets the clock, { run: true } looks after alerts, { close: true } ends it; each is answered, with its size.
//
//   node clocked-collector.mjs DATA_FOLDER NOW_MS

import { startCollector } from '../../collector/dist/start-collector.js';

const [dataDir, startMs] = process.argv.slice(2);
let nowMs = Number(startMs);

const collector = await startCollector({ dataDir, port: 0, now: () => nowMs, alerts: { everyMs: 0 } });
process.on('message', async (message) => {
  if (message.nowMs !== undefined) nowMs = message.nowMs;
  if (message.run) await collector.runAlerts();
  if (message.close) await collector.close();
  process.send({ id: message.id, residentBytes: process.memoryUsage.rss() });
  if (message.close) process.disconnect();
});
process.on('disconnect', () => collector.close().then(() => process.exit(0)));
process.send({ url: collector.url });
