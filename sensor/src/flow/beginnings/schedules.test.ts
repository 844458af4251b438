// Runs of schedules, each a flow of its own, as node-cron and croner make them.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { flowPrograms } from '../../testing/flow-programs.js';

const programs = flowPrograms();
after(programs.remove);

test('node-cron: runs by the clock and by hand, those that fail too, named by name or pattern', async () => {
  programs.write(
    'node-cron.cjs',
    `const cron = require('node-cron');
    const { currentFlow } = require(process.env.SENSOR);
    const seen = [];
    const runs = { clock: 0 };
    const byClock = cron.schedule('* * * * * *', () => {
      seen.push(currentFlow().route);
      if (++runs.clock === 1) { byClock.stop(); byHand(); }
    });
    async function byHand() {
      const quiet = { name: 'clean up' };
      const good = cron.createTask('0 0 1 1 *', async () => { await null; seen.push(currentFlow().route); }, quiet);
      const bad = cron.createTask('0 0 2 1 *', async () => { throw new Error('broken'); });
      await good.execute();
      await good.execute();
      await bad.execute().catch(() => {});
      console.log('SEEN ' + seen + ' AFTER ' + currentFlow());
      setImmediate(() => process.exit());
    }`,
  );
  const { flows, output } = await programs.run('node-cron.cjs', { SENSOR: programs.sensor });
  assert.match(output, /SEEN \* \* \* \* \* \*,clean up,clean up/);
  assert.deepEqual(
    flows.map(({ kind, method, route, failed, errors }) => ({ kind, method, route, failed, errors })),
    [
      { kind: 'timer', method: 'cron', route: '* * * * * *', failed: false, errors: [] },
      { kind: 'timer', method: 'cron', route: 'clean up', failed: false, errors: [] },
      { kind: 'timer', method: 'cron', route: 'clean up', failed: false, errors: [] },
      { kind: 'timer', method: 'cron', route: '0 0 2 1 *', failed: true, errors: ['broken'] },
    ],
  );
});

for (const name of ['croner.cjs', 'croner.mjs']) {
  test(`croner, ${name}: runs, those that fail too, named by name or pattern`, async () => {
    const isModule = name.endsWith('mjs');
    programs.write(
      name,
      `${isModule ? "import { Cron } from 'croner';" : "const { Cron } = require('croner');"}
      const good = new Cron('0 0 1 1 *', { name: 'report', paused: true }, async () => { await null; });
      const bad = new Cron('0 0 2 1 *', { paused: true, catch: true }, () => { throw new Error('broken'); });
      const byClock = new Cron('* * * * * *', { maxRuns: 1 }, async () => {
        await good.trigger();
        await bad.trigger();
        good.stop(), bad.stop();
      });`,
    );
    const { flows } = await programs.run(name);
    assert.deepEqual(
      flows.map(({ method, route, failed, errors }) => [method, route, failed, ...errors]),
      [
        ['cron', 'report', false],
        ['cron', '0 0 2 1 *', true, 'broken'],
        ['cron', '* * * * * *', false],
      ],
    );
  });
}
