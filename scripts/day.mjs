// A whole day of Prodlens in minutes: the example service under the real sensor for a while, then a simulated day of
// instances that behave as it did, with deployments and faults, through a real collector, two editors and an agent. Ends
// with a table of what was to be seen and what was; not 0 where a goal was missed. ARCHITECTURE.md says where the parts
// are; e2e/day/plan.mjs is what happens and what must be found.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { Failure, runScript, say, step } from './progress.mjs';
import { ROOT, setup } from './setup.mjs';

const HELP = `npm run day [-- --hours N] [--record SECONDS]
  --hours N         the day's first N hours (24); baselines take three of them
  --record SECONDS  real time for which the example runs under the sensor (120)
  Takes about ten minutes on two quiet cores. Ctrl-C ends it all.`;

await runScript(async () => {
  const { hours, record: seconds, help } = settings();
  if (help) return say(HELP);
  await setup();
  await build();
  const { record } = await import('../e2e/day/record.mjs');
  const { runDay } = await import('../e2e/day/day.mjs');
  const { cutTo, DAY } = await import('../e2e/day/plan.mjs');
  const { judge, judgeRecording, table } = await import('../e2e/day/judge.mjs');

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort());
  const { signal } = stop;
  await mkdir(join(ROOT, '.cache', 'day'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache', 'day', 'run-'));
  const running = [];
  const interrupted = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Failure('Interrupted.')), { once: true });
  });
  async function day() {
    const { recordings, report } = await step(`The order service in real time, for ${seconds} s`, (note) =>
      record({ folder, seconds, signal, running, note }),
    );
    const plan = cutTo(DAY, hours);
    const seen = await step(`Simulated hours: ${plan.minutes / 60}`, (note) =>
      runDay({ plan, recordings, folder, signal, running, note, say: (line) => say(`  ${line}`) }),
    );
    const rows = [...judgeRecording(recordings, report), ...judge(seen)];
    say(`\n${table(rows)}`);
    const missed = rows.filter(({ met }) => !met).length;
    if (missed > 0) throw new Failure(`${missed} of ${rows.length} goals were missed.`);
  }
  try {
    const work = day();
    work.catch(() => {});
    await Promise.race([work, interrupted]);
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

function settings() {
  const options = {
    hours: { type: 'string', default: '24' },
    record: { type: 'string', default: '120' },
    help: { type: 'boolean', short: 'h', default: false },
  };
  try {
    const { values } = parseArgs({ options });
    const [hours, record] = [Number(values.hours), Number(values.record)];
    if (!(hours >= 1 && hours <= 24 && record >= 30)) throw new Error('--hours is from 1 to 24, --record 30 and more.');
    return { hours, record, help: values.help };
  } catch (error) {
    throw new Failure(`${error.message}\n\n${HELP}`);
  }
}
