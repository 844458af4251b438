// Records what the order service of examples/ does under the real sensor, a real collector and load that varies: for each
// window of ten seconds and each function the calls, errors, processor time and histogram. It runs as 1.0.0, then the
// same code is deployed again, cold, then 2.0.0, which is slower in one place and fails in another. The collector's clock
// runs six times as fast, so that a window is a minute of its store.
//
//   node bench/detection/record.mjs [MINUTES]      36 by default; writes bench/detection/recorded/order-service.json.br

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { startCollector } from '../../collector/dist/start-collector.js';
import { openSqliteStore } from '../../collector/dist/store/sqlite/sqlite-store.js';
import { deploy } from '../../examples/order-service/deploy.mjs';
import { traffic } from '../../examples/order-service/traffic.mjs';
import { startNode } from '../../scripts/programs.mjs';
import { RECORDED } from './recording.mjs';

/** So many of the functions are kept. */
const FUNCTIONS = 120;
const WINDOW_SECONDS = 10;
const FASTER = 60 / WINDOW_SECONDS;
/** What runs, for which share of the time. */
const PHASES = [
  { version: '1.0.0', code: '1.0.0', share: 0.62 },
  { version: '1.0.1', code: '1.0.0', share: 0.22 },
  { version: '2.0.0', code: '2.0.0', share: 0.16 },
];
const SLICE_SECONDS = 20;
/** Requests a second, of a day that lasts twelve minutes. */
const MEAN_RATE = 12;
const DAY_SECONDS = 720;

const seconds = 60 * Number(process.argv[2] ?? 36);
const begun = Date.now();
const now = () => begun + FASTER * (Date.now() - begun);
const folder = mkdtempSync(join(tmpdir(), 'prodlens-record-'));
const programs = [];
try {
  const dataDir = join(folder, 'data');
  const collector = await startCollector({ dataDir, port: 0, now, alerts: { everyMs: 0 } });
  await serve(collector.url);
  await collector.close();
  const recording = await read(dataDir);
  writeFileSync(RECORDED, brotliCompressSync(JSON.stringify(recording)));
  for (const { version, minutes } of recording.deployments) console.log(version, minutes.length, 'windows');
} finally {
  await Promise.all(programs.map((program) => program.stop()));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function serve(url) {
  const listening = (line) => line.match(/listening on (http:\S+)/)?.[1];
  const start = async (name, args, env) => {
    const { PRODLENS_TOKEN: _, ...rest } = process.env;
    const options = { env: { ...rest, PORT: '0', ...env }, ready: listening, onStart: (p) => programs.push(p) };
    return startNode(name, args, options);
  };
  const codes = [...new Set(PHASES.map(({ code }) => code))];
  const entries = new Map();
  for (const code of codes) entries.set(code, await deploy(code, join(folder, code)));
  const rates = await start('rates', [join(folder, '1.0.0/dist/rates-server.js')], {});
  const register = import.meta.resolve('@prodlens/sensor/register');
  for (const { version, code, share } of PHASES) {
    const service = await start(version, ['--import', register, entries.get(code)], {
      DATA_DIR: join(folder, 'orders'),
      RATES_URL: rates.ready,
      PRODLENS_URL: url,
      PRODLENS_VERSION: version,
      PRODLENS_ENVIRONMENT: 'production',
    });
    const end = Date.now() + 1000 * share * seconds;
    while (Date.now() < end) await visit(service.ready);
    await service.stop();
  }
}

/** A day's rise and fall, and each slice its own rate. */
async function visit(url) {
  const phase = Math.sin((2 * Math.PI * (Date.now() - begun)) / 1000 / DAY_SECONDS);
  const ratePerSecond = MEAN_RATE * (1 + 0.7 * phase) * (0.5 + Math.random());
  const stop = new AbortController();
  const done = traffic({ url, signal: stop.signal, ratePerSecond });
  await delay(1000 * SLICE_SECONDS);
  stop.abort();
  await done;
}

/** { functions: [file, name][], deployments: [{ version, minutes: [index, calls, errors, cpuNs, bucket, count …][][] }] } */
async function read(dataDir) {
  const store = openSqliteStore(dataDir);
  try {
    const deployments = (await store.deployments()).filter(({ service }) => service === 'order-service');
    const indices = new Map();
    const indexOf = (functionId) => {
      if (!indices.has(functionId)) indices.set(functionId, indices.size);
      return indices.get(functionId);
    };
    const recorded = [];
    for (const { id, version, firstSeenUnixMs } of deployments) {
      const minutes = [];
      for (let minute = Math.floor(firstSeenUnixMs / 60_000); minute <= now() / 60_000; minute++) {
        const rows = await store.totals({ fromMinute: minute, toMinute: minute }, [id]);
        minutes.push(
          rows.map(({ functionId, totals: { calls, errors, cpuNs, buckets } }) => [
            ...[indexOf(functionId), calls, errors, Math.round(cpuNs)],
            ...buckets,
          ]),
        );
      }
      const lived = minutes.findLastIndex((rows) => rows.length > 0);
      recorded.push({ version, minutes: minutes.slice(0, lived + 1) });
    }
    const functionIds = [...indices.keys()];
    const ids = deployments.map(({ id }) => id);
    const known = new Map((await store.knownFunctions(ids, { functionIds })).map((k) => [k.functionId, k]));
    return most(
      functionIds.map((id) => known.get(id)),
      recorded,
    );
  } finally {
    await store.close();
  }
}

/** Of all functions the service's own, then those of packages that were called in most windows, so that the file stays small. */
function most(known, deployments) {
  const windows = new Float64Array(known.length);
  for (const { minutes } of deployments) for (const [index] of minutes.flat()) windows[index]++;
  const rank = (i) => windows[i] + (known[i].package === null ? 1e6 : 0);
  const kept = [...known.keys()].sort((a, b) => rank(b) - rank(a)).slice(0, FUNCTIONS);
  const place = new Map(kept.map((index, i) => [index, i]));
  const only = (rows) => rows.flatMap(([i, ...rest]) => (place.has(i) ? [[place.get(i), ...rest]] : []));
  return {
    functions: kept.map((i) => [known[i].file, known[i].name]),
    deployments: deployments.map(({ version, minutes }) => ({ version, minutes: minutes.map(only) })),
  };
}
