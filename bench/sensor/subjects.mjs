// Who is measured: the program as it is, the program under the sensor, and under each peer. A subject is the
// arguments and the environment with which Node is started; the program is the same file for all.

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CACHE, PEERS } from './install.mjs';

const SENSOR = fileURLToPath(import.meta.resolve('@prodlens/sensor/register'));
const APPMAP = join(PEERS, 'node_modules', 'appmap-node', 'dist');
/** Instrumented text that the sensor keeps; the bench empties it where it measures a cold start. */
export const SENSOR_CACHE = join(CACHE, 'instrumented');
/** Nobody listens there: the sensor counts, and keeps its windows. */
const NOWHERE = 'http://127.0.0.1:9';

const sensor = {
  args: ['--import', pathToFileURL(SENSOR).href],
  env: { PRODLENS_CACHE: SENSOR_CACHE, BENCH_SENSOR: fileURLToPath(import.meta.resolve('@prodlens/sensor')) },
};
const peer = (file, env = {}) => ({ args: ['--require', join(PEERS, file)], env });

/**
 * name: { args, env: of Node; often: gets every round, since goals are held against it; sees: each function, its calls
 * alone or its durations too }
 */
const SUBJECTS = {
  plain: { args: [], env: {}, often: true },
  prodlens: { ...sensor, often: true },
  'prodlens, all timed': { args: sensor.args, env: { ...sensor.env, PRODLENS_TIMING: 'all' } },
  'prodlens, no requests': { args: sensor.args, env: { ...sensor.env, PRODLENS_FLOWS: 'off' }, often: true },
  AsyncLocalStorage: { ...peer('async-local-storage.cjs'), often: true },
  'prodlens, cold': { args: sensor.args, env: { ...sensor.env, PRODLENS_CACHE: 'off' } },
  OpenTelemetry: { ...peer('opentelemetry.cjs'), sees: 'durations' },
  'dd-trace': { ...peer('dd-trace.cjs'), sees: 'durations' },
  'dd-trace profiler': peer('dd-profiler.cjs'),
  AppMap: {
    args: ['--require', join(APPMAP, 'register.js'), '--loader', join(APPMAP, 'loader.js'), '--no-warnings'],
    env: {},
    sees: 'durations',
  },
  Istanbul: { ...peer('istanbul.cjs'), sees: 'calls' },
  'V8 profiler': peer('v8-profiler.cjs'),
  'V8 coverage': { ...peer('v8-coverage.cjs'), sees: 'calls' },
};

/** The subjects of these names, each with its name. */
export function subjects(...names) {
  return names.map((name) => ({ name, ...SUBJECTS[name] }));
}

/** What a program's process gets: of this one's environment all but what would steer Node, the sensor or a peer. */
export function environment(subject, settings = {}) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PRODLENS_|OTEL_|NODE_|DD_|APPMAP|BENCH_)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    NODE_ENV: 'production',
    PRODLENS_URL: NOWHERE,
    ...subject.env,
    ...settings,
  };
}
