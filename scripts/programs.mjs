// Programs that a script starts, waits for, reads and ends. Each is ended through its own handle, never by name.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Failure } from './progress.mjs';

const LOG_LINES = 200;
const GRACE_MS = 8_000;

/** Runs `node` with `args` to its end. Resolves with { code, output }; `onLine` gets every line of both outputs. */
export function runNode(args, options) {
  return runProgram(process.execPath, args, options);
}

/** Runs npm to its end, as runNode() does. */
export function runNpm(args, options) {
  const windows = process.platform === 'win32';
  return runProgram(windows ? 'npm.cmd' : 'npm', args, { ...options, shell: windows });
}

/** Runs a program to its end, as runNode() does. */
export async function runProgram(command, args, { cwd, env = process.env, shell = false, onLine = () => {} } = {}) {
  const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  readLines(child, (line) => {
    output.push(line);
    onLine(line);
  });
  const [code] = await once(child, 'close');
  return { code, output: output.join('\n') };
}

/**
 * Starts `node` with `args` and resolves when it printed a line that `ready` makes something of, with
 * { name, pid, ready: what `ready` made, log: its last lines, exited: a promise of its end, stop() }.
 * Rejects when it ends before that.
 */
export async function startNode(name, args, { env, ready, onStart = () => {} }) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  const exited = once(child, 'exit').then(([code, signal]) => `${name} ended with ${signal ?? code}`);
  const program = { name, pid: child.pid, log, exited, stop: () => stop(child, exited) };
  onStart(program);
  const isReady = new Promise((resolve) => {
    readLines(child, (line, stream) => {
      log.push(line);
      if (log.length > LOG_LINES) log.shift();
      const made = stream === child.stdout && ready(line);
      if (made) resolve(made);
    });
  });
  program.ready = await Promise.race([
    isReady,
    exited.then((how) => {
      throw new Failure(`${how} before it was ready.`);
    }),
  ]);
  return program;
}

async function stop(child, exited) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(timer);
}

function readLines(child, onLine) {
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => onLine(line, stream));
  }
}

/** The environment without what would point programs of ours to another collector or name them otherwise. */
export function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PRODLENS|OTEL)_/.test(name)));
}
