// Programs for tests: small files in a folder of their own, run by Node with and without the sensor. A program may
// call measured(f, …) and untouched(f, …), which do nothing without the sensor; with it they print a complaint, and
// so spoil the comparison, where a function is not instrumented, or is.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** For --import. */
export const REGISTER = import.meta.resolve('@prodlens/sensor/register');
/** For --require. */
export const REGISTER_PATH = fileURLToPath(REGISTER);

const DEADLINE_MS = 90_000;

/** Another realm's toString shows what V8 has compiled. */
const PROBE = `'use strict';
const textOf = require('node:vm').runInNewContext('(f) => Function.prototype.toString.call(f)');
const check = (wanted, word) => (...functions) => {
  if (!process.env.TEST_WITH_SENSOR) return;
  for (const f of functions)
    if (textOf(f).includes('$pl') !== wanted) process._rawDebug('Error: ' + word + ': ' + f.name);
};
const define = (name, value) => Object.defineProperty(globalThis, name, { value });
define('measured', check(true, 'not measured'));
define('untouched', check(false, 'measured'));
define('idOf', (f) => (process.env.TEST_WITH_SENSOR ? /\\$plC\\[(\\w+)\\]/.exec(textOf(f))?.[1] : '1'));
`;

export interface Outcome {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string[];
}

export interface Programs {
  folder: string;
  /** Writes files, by path below the folder. */
  write(files: Record<string, string>): void;
  /** Runs Node in the folder, the collector away. `how`: the flags that bring the sensor; none for without. */
  run(args: string[], how: string[], env?: Record<string, string>): Promise<Outcome>;
  remove(): void;
}

export function programs(files: Record<string, string>): Programs {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-programs-'));
  const write = (more: Record<string, string>) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  write({ 'package.json': '{ "name": "program", "version": "1.0.0" }', 'probe.cjs': PROBE, ...files });
  const run: Programs['run'] = (args, how, env = {}) => {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PRODLENS_|OTEL_|NODE_)/.test(name));
    return end([...how, ...args], folder, {
      ...Object.fromEntries(inherited),
      PRODLENS_URL: 'http://127.0.0.1:9',
      ...(how.length > 0 && { TEST_WITH_SENSOR: '1' }),
      ...env,
      NODE_OPTIONS: `--require ${join(folder, 'probe.cjs')} ${env.NODE_OPTIONS ?? ''}`,
    });
  };
  return { folder, write, run, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function end(args: string[], cwd: string, env: Record<string, string>): Promise<Outcome> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(late);
      resolve({ status, signal, stdout: output.stdout, stderr: asLines(output.stderr) });
    });
  });
}

/** Errors and warnings with lines, but without columns, quoted source, or frames of Node and of module loading. */
function asLines(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /^\w*Error|^ {4}at |^\S+:\d+$|Warning/.test(line) && !/(^|[ (])node:|sensor\.cjs/.test(line))
    .map((line) => line.replace(/:(\d+):\d+\)?$/, ':$1').replace(/\(node:\d+\)/, ''));
}
