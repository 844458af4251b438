// For tests: a program under the sensor, with packages of this repository, that shows the flows it has had. What they
// were is printed by the program itself, from the flows' ends, a JSON object a line.

import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REGISTER = fileURLToPath(import.meta.resolve('@prodlens/sensor/register'));
const SENSOR = join(dirname(REGISTER), 'sensor.cjs');
/** Heavy packages, put there by scripts/installs/test-packages.mjs. */
const HEAVY = new URL('../../../.cache/test-packages/', import.meta.url);
/** Installed packages: of the sensor, of the repository, and the heavy ones. */
const PACKAGES = ['../../node_modules', '../../../node_modules', `${HEAVY}node_modules`]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .filter((path) => existsSync(path));
const DEADLINE_MS = 60_000;

/** Prints each flow at its end, without what is not the same in each run. */
const SHOW = `
const { onFlowEnd, onFlowError } = require(${JSON.stringify(SENSOR)});
const errors = new Map();
const plain = (value) => (value instanceof Error ? value.message : value);
onFlowError((flow, error) => errors.set(flow, [...(errors.get(flow) ?? []), String(plain(error))]));
onFlowEnd((flow) => {
  const { kind, method, route, status, failed, request, events } = flow;
  const what = { kind, method, route, status, failed, errors: errors.get(flow) ?? [] };
  const parsed = request && { url: request.url, params: request.params(), query: request.query(), body: request.body() };
  const shown = events.filter((e) => e.type !== 'call').map(({ startMs, durationMs, error, ...e }) =>
    ({ ...e, ended: durationMs !== null, error: error == null ? null : String(plain(error)) }));
  process.stdout.write('FLOW ' + JSON.stringify({ ...what, request: parsed, events: shown }) + '\\n');
});
`;

export interface ShownFlow {
  kind: string;
  method: string;
  route: string | null;
  status: number | null;
  failed: boolean;
  errors: string[];
  request: { url: string; params?: unknown; query?: unknown; body?: unknown } | null;
  // biome-ignore lint/suspicious/noExplicitAny: compared with literals
  events: any[];
}

export interface FlowPrograms {
  /** Where the programs are. */
  folder: string;
  /** Path of the sensor that runs in the programs. */
  sensor: string;
  write(name: string, text: string): void;
  /** Copies an installed package into the program's own packages under another name. */
  copy(installed: string, name: string): void;
  /** `node`: path of the Node that runs it; the one of the test without. */
  run(name: string, env?: Record<string, string>, node?: string): Promise<{ flows: ShownFlow[]; output: string }>;
  remove(): void;
}

/** The folder of the heavy packages and what was built there; null where they are not installed. */
export function heavyPackages(): string | null {
  return existsSync(new URL('stamp', HEAVY)) ? fileURLToPath(HEAVY) : null;
}

/** Its folder is removed with the tests that use it. */
export function flowPrograms(): FlowPrograms {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-flows-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const packages of PACKAGES) {
    const names = readdirSync(packages).filter((name) => !name.startsWith('.') && !existsSync(join(modules, name)));
    for (const name of names) symlinkSync(join(packages, name), join(modules, name));
  }
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write('package.json', '{ "name": "flows", "version": "1.0.0" }');
  write('show.cjs', SHOW);
  return {
    folder,
    sensor: SENSOR,
    write,
    copy: (installed, name) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      cpSync(realpathSync(join(modules, installed)), join(folder, name), { recursive: true });
    },
    async run(name, env = {}, node = process.execPath) {
      const output = await outputOf(folder, name, env, node);
      const lines = output.split('\n').filter((line) => line.startsWith('FLOW '));
      return { flows: lines.map((line) => JSON.parse(line.slice(5)) as ShownFlow), output };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function outputOf(folder: string, name: string, env: Record<string, string>, node: string): Promise<string> {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(PRODLENS_|OTEL_|NODE_)/.test(key));
  const child = spawn(node, ['--require', REGISTER, '--require', './show.cjs', name], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), PRODLENS_URL: 'http://127.0.0.1:9', PRODLENS_CACHE: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(late);
      if (status === 0) resolve(output);
      else reject(new Error(`the program ended with ${status}:\n${output}`));
    });
  });
}
