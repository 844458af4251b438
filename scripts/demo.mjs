// The whole of Prodlens on one machine, on a real service: a collector, the order service of examples/ under the
// sensor, and traffic. The service runs as 1.0.0 first and is then deployed as 2.0.0, which is slower in one place and
// fails in another; that is what the editor then shows. Needs nothing that setup.mjs does not bring.
//
//   npm run demo               goes on until Ctrl-C
//   npm run demo -- --port N   with the collector there
//   npm run demo -- --once     prints the service's source with its lenses and ends; not 0 when they do not come

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { cleanEnvironment, runNode, startNode } from './programs.mjs';
import { Failure, runScript, say, step } from './progress.mjs';
import { ROOT, setup } from './setup.mjs';

const COLLECTOR_PORT = 4790;
/** How long 1.0.0 is measured: the sensor's first window is sent after 2 s, the second 10 s later. */
const BASELINE_MS = 14_000;
const ONCE_LIMIT_MS = 120_000;
const POLL_MS = 500;
const LOG_TAIL = 25;
const EXAMPLE = 'examples/order-service';
const SHOWN = ['pricing', 'inventory', 'orders', 'app'].map((name) => `${EXAMPLE}/src/${name}.ts`);
const SLOWED = 'applyDiscounts';

await runScript(async () => {
  const { once, port } = options();
  await setup();
  await build();

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort());
  const limit = once ? AbortSignal.timeout(ONCE_LIMIT_MS) : undefined;
  const programs = [];
  await mkdir(join(ROOT, '.cache', 'demo'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache', 'demo', 'run-'));
  try {
    await untilAborted(run({ once, port, folder, programs, stop: stop.signal }), stop.signal, limit);
  } catch (error) {
    if (!stop.signal.aborted) {
      for (const { name, log } of programs) say(`\n--- last lines of ${name}\n${log.slice(-LOG_TAIL).join('\n')}`);
      throw error;
    }
    if (once) throw new Failure('Interrupted.');
  } finally {
    stop.abort();
    await step('Ending everything', () => Promise.all(programs.map((program) => program.stop())));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** `port`: undefined where none is asked for. */
function options() {
  try {
    const known = { once: { type: 'boolean', default: false }, port: { type: 'string' } };
    return parseArgs({ options: known }).values;
  } catch (error) {
    throw new Failure(`${error.message}\nusage: npm run demo [-- --once | --port PORT]`);
  }
}

/** As `work`; rejects at the first abort of a signal, so that the caller can end what `work` waits for. */
async function untilAborted(work, stop, limit) {
  work.catch(() => {});
  const aborted = new Promise((_, reject) => {
    stop.addEventListener('abort', () => reject(new Failure('Interrupted.')), { once: true });
    limit?.addEventListener('abort', () => reject(new Failure(`Not done after ${ONCE_LIMIT_MS / 1000} s.`)));
  });
  return Promise.race([work, aborted]);
}

async function run({ once, port: wantedPort, folder, programs, stop }) {
  const start = (name, args, env, ready) =>
    startNode(name, args, { env: { ...cleanEnvironment(), ...env }, ready, onStart: (it) => programs.push(it) });
  const started = performance.now();

  const port = wantedPort ?? (await collectorPort(once));
  const collector = await step('Starting the collector', () =>
    start(
      'collector',
      [join(ROOT, 'collector/dist/cli.js'), 'up', '--port', `${port}`, '--data', join(folder, 'data'), '--json'],
      {},
      (line) => line.startsWith('{') && JSON.parse(line).url && JSON.parse(line),
    ),
  );
  const { url } = collector.ready;
  say(`  Web app: ${url}/`);

  const { deploy } = await import('../examples/order-service/deploy.mjs');
  const { traffic } = await import('../examples/order-service/traffic.mjs');
  const entries = await step('Deploying the order service, 1.0.0 and 2.0.0', () =>
    Promise.all(['1.0.0', '2.0.0'].map((version) => deploy(version, join(folder, version)))),
  );
  const listening = (line) => line.match(/listening on (http:\S+)/)?.[1];
  const rates = await start('rates-server', [join(folder, '1.0.0/dist/rates-server.js')], { PORT: '0' }, listening);
  const register = import.meta.resolve('@prodlens/sensor/register');
  const startService = (version, entry) =>
    start(
      `order-service ${version}`,
      ['--import', register, entry],
      {
        PORT: '0',
        DATA_DIR: join(folder, 'orders'),
        RATES_URL: rates.ready,
        PRODLENS_URL: url,
        PRODLENS_ENVIRONMENT: 'production',
      },
      listening,
    );
  const visit = (service) => {
    const leave = new AbortController();
    const counts = traffic({ url: service.ready, signal: AbortSignal.any([leave.signal, stop]) });
    return () => {
      leave.abort();
      return counts;
    };
  };

  const old = await step('Starting order-service 1.0.0 under the sensor', () => startService('1.0.0', entries[0]));
  const leaveOld = visit(old);
  await step(`Traffic on 1.0.0, for ${BASELINE_MS / 1000} s`, () =>
    Promise.race([delay(BASELINE_MS, undefined, { signal: stop }), stillRunning([collector, rates, old])]),
  );
  const current = await step('Deploying order-service 2.0.0', () => startService('2.0.0', entries[1]));
  const leaveCurrent = visit(current);
  say(`  1.0.0 answered ${inWords(await leaveOld())}`);
  await old.stop();

  const healthy = stillRunning([collector, rates, current]);
  if (!once) explain(url);
  await Promise.race([seesRegression(url, stop), healthy]);
  if (once) {
    await annotate(url);
    say(`  2.0.0 answered ${inWords(await leaveCurrent())}`);
    say(`  ${((performance.now() - started) / 1000).toFixed(0)} s since the collector's start.`);
  } else {
    await healthy;
  }
}

/** The usual port, so that editors find the collector without a setting; another where that is taken. */
async function collectorPort(once) {
  if (once) return 0;
  const free = await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(COLLECTOR_PORT, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
  if (!free) say(`  Port ${COLLECTOR_PORT} is taken, so the collector gets another one.`);
  return free ? COLLECTOR_PORT : 0;
}

/** Never resolves; rejects when one of the programs ends, which none does by itself. */
function stillRunning(programs) {
  const ends = programs.map(async (program) => {
    throw new Failure(`${await program.exited}, which it should not have.`);
  });
  const ended = Promise.all(ends);
  ended.catch(() => {});
  return ended;
}

/** Waits until the collector has numbers of 2.0.0 and says which function it made slower. */
async function seesRegression(url, stop) {
  await step('Waiting for the numbers of 2.0.0', async (note) => {
    for (;;) {
      const functions = await currentFunctions(url, stop);
      const slowed = functions.find((f) => f.name.endsWith(SLOWED));
      const failing = functions.find((f) => f.errors > 0 && f.name === 'reserveStock');
      if (slowed?.regression && failing) return;
      note(`${functions.length} functions reported`);
      await delay(POLL_MS, undefined, { signal: stop });
    }
  });
  const functions = await currentFunctions(url, stop);
  const { name, regression: r } = functions.find((f) => f.name.endsWith(SLOWED));
  say(`  ${name}: p50 ${ms(r.beforeP50Ns)} in ${r.previousVersion}, ${ms(r.afterP50Ns)} in ${r.version}`);
}

/** Functions of 2.0.0 that were called. */
async function currentFunctions(url, stop) {
  const question = new URL('/api/v1/functions?service=order-service&window=1h&limit=1000', url);
  const response = await fetch(question, { signal: AbortSignal.any([stop, AbortSignal.timeout(10_000)]) });
  if (!response.ok) throw new Failure(`The collector answered ${response.status}: ${await response.text()}`);
  const { functions } = await response.json();
  return functions.filter((f) => f.version === '2.0.0' && f.calls > 0);
}

/** Prints the example's source with the lenses that the language server gives it, and checks that they are real. */
async function annotate(url) {
  const cli = join(ROOT, 'language-server/dist/cli.js');
  const { code, output } = await step('Asking the language server for lenses', () =>
    runNode([cli, 'annotate', '--url', url, ...SHOWN], {
      cwd: ROOT,
      env: { ...cleanEnvironment(), PRODLENS_URL: url },
    }),
  );
  say(`\n${output}\n`);
  if (code !== 0) throw new Failure(`prodlens-language-server annotate ended with ${code}.`);
  const expected = [
    ['a p95', /p95 \d/],
    ['the function that became slower', /slower since 2\.0\.0/],
    ['the function that fails', /[1-9]\d*(\.\d+)? % errors/],
  ];
  for (const [what, pattern] of expected) {
    if (!pattern.test(output)) throw new Failure(`The lenses above do not show ${what}.`);
  }
}

function explain(url) {
  say(`
  Web app        ${url}/
  VS Code        install the extension (npm run package makes dist/prodlens-VERSION.vsix), open this folder,
                 then ${SHOWN[0]}${url.endsWith(`:${COLLECTOR_PORT}`) ? '' : `; set prodlens.url to ${url}`}
  Any terminal   node collector/dist/cli.js lens --url ${url} ${SHOWN[0]}

  ${SLOWED} in pricing.ts became slower with 2.0.0, reserveStock in inventory.ts fails at times.
  Traffic goes on. Ctrl-C ends it all.
`);
}

function inWords(counts) {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const byStatus = Object.entries(counts).map(([status, n]) => `${n} with ${status}`);
  return `${total} requests (${byStatus.join(', ')})`;
}

function ms(ns) {
  return `${(ns / 1e6).toPrecision(2)} ms`;
}
