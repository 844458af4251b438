// What the sensor is told, and what it finds out by itself where it is told nothing. Order: PRODLENS_…, then
// OpenTelemetry's variables, then what the platform, the git checkout and package.json say.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { resourceAttributes, serviceNameOf } from '@prodlens/protocol';
import { packageRoot } from './package-root.js';
import { isLauncher, isService } from './tools.js';

export interface Settings {
  enabled: boolean;
  /** Address of the collector, http or https. */
  url: string;
  token: string;
  service: string;
  environment: string;
  version: string;
  revision: string;
  /** Own files (relative to the root) or package names to measure or to leave out; "*" stands for any text. */
  include: string[];
  exclude: string[];
  sourceMaps: boolean;
  /** Folder for the cache of instrumented code; '' for the default, off for none. */
  cache: string;
  /** What captures hold: '' for what the policy file says, else redacted. */
  capture: 'off' | 'shape' | 'redacted' | '';
  /**
   * Whether what was captured goes with what is sent, as it was before redaction: for prodlens redaction try --live, which
   * takes it on this machine. False wherever the collector is elsewhere.
   */
  showUnredacted: boolean;
  /** Which functions are timed, not only counted: auto, or all. */
  timing: 'auto' | 'all';
  /** Whether V8's sampling profiler runs: auto leaves it off where starting it would be felt. */
  cpuProfile: 'on' | 'auto' | 'off';
  /** Whether requests, jobs and timers are followed. */
  flows: boolean;
  /** Whether a flow keeps the log lines that are written in it. */
  logs: boolean;
  /** Names of the packages in the service's package.json. */
  dependencies: string[];
  /** Absolute root folder of the service: that of the nearest package.json above the program's entry. */
  root: string;
  packageName: string;
}

/** Options of init(), by the same names as the variables. */
export type SensorOptions = Partial<
  Pick<
    Settings,
    | 'enabled'
    | 'url'
    | 'token'
    | 'service'
    | 'environment'
    | 'version'
    | 'revision'
    | 'include'
    | 'exclude'
    | 'sourceMaps'
    | 'cache'
    | 'capture'
    | 'timing'
    | 'cpuProfile'
    | 'flows'
    | 'logs'
  >
>;

type Environment = Record<string, string | undefined>;

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\/?$/;
const DEFAULT_URL = 'http://127.0.0.1:4790';

/** Variables by which platforms tell the deployed commit. */
const REVISION_VARIABLES = [
  'VERCEL_GIT_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'HEROKU_SLUG_COMMIT',
  'HEROKU_BUILD_COMMIT',
  'SOURCE_VERSION',
  'GIT_COMMIT',
];

const OF_MAIN_THREAD = 'prodlens.settings';

/** Settings of this thread. What a worker thread runs belongs to the service of the thread that started it. */
export function threadSettings(options: SensorOptions): Settings {
  const inherited = isMainThread ? undefined : (getEnvironmentData(OF_MAIN_THREAD) as Settings | undefined);
  const settings = inherited ?? readSettings(options, process.env, process.argv[1] ?? '', process.cwd());
  setEnvironmentData(OF_MAIN_THREAD, settings as never);
  return settings;
}

/**
 * Settings of a process, from its environment, its entry file ('' where it has none), its folder, and the flags of
 * Node on its own command line.
 */
export function readSettings(
  options: SensorOptions,
  env: Environment,
  entry: string,
  folder: string,
  flags: string[] = process.execArgv,
): Settings {
  const path = entry && real(entry);
  const root = packageRoot(path && !isLauncher(path) ? dirname(path) : folder) ?? folder;
  const manifest = readManifest(root);
  const otel = resourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES ?? '');
  const name = manifest.name ?? '';
  const url = options.url ?? (env.PRODLENS_URL || DEFAULT_URL);
  return {
    enabled: options.enabled ?? (isOn(env.PRODLENS_ENABLED, true) && isService(path, flags)),
    url,
    token: options.token ?? env.PRODLENS_TOKEN ?? '',
    service: options.service || serviceNameOf(env, name, basename(root)),
    environment:
      options.environment ||
      env.PRODLENS_ENVIRONMENT ||
      otel['deployment.environment.name'] ||
      env.NODE_ENV ||
      'development',
    version: options.version || env.PRODLENS_VERSION || otel['service.version'] || manifest.version || '0.0.0',
    revision:
      options.revision ||
      env.PRODLENS_REVISION ||
      otel['vcs.ref.head.revision'] ||
      platformRevision(env) ||
      gitRevision(root),
    include: options.include ?? list(env.PRODLENS_INCLUDE),
    exclude: options.exclude ?? list(env.PRODLENS_EXCLUDE),
    cache: options.cache ?? env.PRODLENS_CACHE ?? '',
    capture: options.capture ?? captureOf(env.PRODLENS_CAPTURE),
    showUnredacted: isOn(env.PRODLENS_SHOW_UNREDACTED, false) && LOOPBACK.test(url),
    timing: options.timing ?? (env.PRODLENS_TIMING === 'all' ? 'all' : 'auto'),
    cpuProfile: options.cpuProfile ?? cpuProfileOf(env.PRODLENS_CPU_PROFILE),
    flows: options.flows ?? isOn(env.PRODLENS_FLOWS, true),
    logs: options.logs ?? isOn(env.PRODLENS_LOGS, false),
    dependencies: manifest.dependencies,
    sourceMaps: options.sourceMaps ?? isOn(env.PRODLENS_SOURCE_MAPS, true),
    root,
    packageName: name,
  };
}

function isOn(value: string | undefined, otherwise: boolean): boolean {
  if (value === undefined || value === '') return otherwise;
  return !/^(0|false|no|off)$/i.test(value);
}

function cpuProfileOf(value: string | undefined): Settings['cpuProfile'] {
  if (value === undefined || value === '' || value === 'auto') return 'auto';
  return isOn(value, true) ? 'on' : 'off';
}

/** What is not one of the modes captures nothing: a misspelt word must not let more out than was meant. */
function captureOf(value: string | undefined): Settings['capture'] {
  if (value === undefined || value === '') return '';
  return value === 'redacted' || value === 'shape' ? value : 'off';
}

function list(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

interface Manifest {
  name?: string;
  version?: string;
  dependencies: string[];
}

function readManifest(root: string): Manifest {
  try {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    const name = text(manifest.name);
    const version = text(manifest.version);
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    return { ...(name && { name }), ...(version && { version }), dependencies };
  } catch {
    return { dependencies: [] };
  }
}

function platformRevision(env: Environment): string {
  return REVISION_VARIABLES.map((variable) => env[variable]).find(Boolean) ?? '';
}

/** The commit that a checkout above the root stands on, read without git; '' where there is none. */
function gitRevision(root: string): string {
  try {
    for (let folder = root; ; folder = dirname(folder)) {
      const git = join(folder, '.git');
      if (existsSync(join(git, 'HEAD'))) return readHead(git);
      if (folder === dirname(folder)) return '';
    }
  } catch {
    return '';
  }
}

function readHead(git: string): string {
  const head = readFileSync(join(git, 'HEAD'), 'utf8').trim();
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (!ref) return head;
  if (existsSync(join(git, ref))) return readFileSync(join(git, ref), 'utf8').trim();
  const packed = readFileSync(join(git, 'packed-refs'), 'utf8');
  return new RegExp(`^([0-9a-f]{40,64}) ${ref.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'm').exec(packed)?.[1] ?? '';
}
