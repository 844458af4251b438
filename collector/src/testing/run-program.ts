// The program `prodlens` as a process of its own, as people run it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

export interface RunningProgram {
  child: ChildProcess;
  done: Promise<{ code: number | null; out: string; err: string }>;
  /** Of stdout. */
  firstLine: Promise<string>;
}

/** Ended with the test at the latest. PRODLENS_URL and PRODLENS_TOKEN of this process are not handed on. */
export function prodlens(t: TestContext, ...args: string[]): RunningProgram {
  const { PRODLENS_URL: _, PRODLENS_TOKEN: __, ...env } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const done = once(child, 'close').then(([code]) => ({ code, out, err }));
  const firstLine = once(createInterface({ input: child.stdout }), 'line').then(([line]) => line as string);
  firstLine.catch(() => {});
  return { child, done, firstLine };
}
