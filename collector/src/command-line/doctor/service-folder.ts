// What the folder says of the service: its name, and whether the sensor is installed and switched on. Nothing of it is
// run. Where the service runs elsewhere, what its sensor has told the collector counts more.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { serviceNameOf } from '@prodlens/protocol';
import { broken, type Finding, good, unsure } from './finding.js';

const OLDEST_NODE = [20, 19];
/** The package is not in a registry yet. */
const INSTALL =
  'npm install /path/to/prodlens/dist/prodlens-sensor-*.tgz (npm run package in a checkout of Prodlens makes it)';
const START = 'node --import @prodlens/sensor/register app.js';

type Environment = Record<string, string | undefined>;

/** The nearest folder with a package.json, from `folder` up; `folder` itself where there is none. */
export function packageFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) return folder;
  }
}

/** By the same words as the sensor: the environment's, else the package's name, else the folder's. */
export function serviceName(folder: string, env: Environment): string {
  return serviceNameOf(env, manifestOf(folder).name ?? '', basename(folder));
}

/** `version` as process.versions.node gives it. */
export function nodeFinding(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_NODE;
  const isNew = major > oldMajor || (major === oldMajor && minor >= oldMinor);
  if (isNew) return good('Node.js', `Node.js ${version} runs this.`);
  const remedy = `Install Node.js ${OLDEST_NODE.join('.')} or newer, for the service too.`;
  return broken('Node.js', `Node.js ${version} is too old.`, remedy);
}

/**
 * `reports`: whether a sensor of this service has told the collector something, so that it is there, wherever that is;
 * null where the collector cannot be asked.
 */
export function sensorFinding(folder: string, env: Environment, reports: boolean | null): Finding {
  const link = 'Sensor';
  if (/^(false|0|off|no)$/i.test(env.PRODLENS_ENABLED ?? '')) {
    return broken(link, `PRODLENS_ENABLED is ${env.PRODLENS_ENABLED} here: the sensor does nothing.`, 'Unset it.');
  }
  const installed = installedSensor(folder);
  if (installed === null) {
    const text = `@prodlens/sensor is not installed in ${folder}.`;
    const remedy = `There: ${INSTALL}, and start the service with: ${START}`;
    if (reports) return unsure(link, `${text} The service that reports has it elsewhere.`, '');
    return reports === null
      ? unsure(link, `${text} The service may run elsewhere.`, remedy)
      : broken(link, text, remedy);
  }
  const text = `@prodlens/sensor ${installed} is installed in ${folder}`;
  const start = startsWithSensor(folder, env);
  if (start !== null) return good(link, `${text}, and ${start} loads it.`);
  if (reports) return good(link, `${text}.`);
  return unsure(
    link,
    `${text}, but neither a script of package.json nor NODE_OPTIONS loads it.`,
    `Start with: ${START}`,
  );
}

function installedSensor(folder: string): string | null {
  try {
    const main = createRequire(join(folder, 'package.json')).resolve('@prodlens/sensor');
    return manifestOf(packageFolder(dirname(main))).version ?? null;
  } catch {
    return null;
  }
}

function startsWithSensor(folder: string, env: Environment): string | null {
  if (env.NODE_OPTIONS?.includes('@prodlens/sensor')) return 'NODE_OPTIONS';
  const scripts = Object.entries(manifestOf(folder).scripts ?? {});
  const found = scripts.find(([, command]) => String(command).includes('@prodlens/sensor'));
  return found ? `the script "${found[0]}"` : null;
}

function manifestOf(folder: string): { name?: string; version?: string; scripts?: Record<string, unknown> } {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) ?? {};
  } catch {
    return {};
  }
}
