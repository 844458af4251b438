// A program in a process of its own: started by Node, known by the address that it prints, ended as an operator would.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const START_DEADLINE_MS = 60_000;
const RUN_DEADLINE_MS = 120_000;
export const REPOSITORY = new URL('../../', import.meta.url);
/** For `node --import`. */
export const SENSOR = import.meta.resolve('@prodlens/sensor/register');

export interface Program {
  url: string;
  pid: number;
  /** Ends it by SIGTERM, or the signal given, and waits until it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts Node with the arguments, and of the environment all but what would steer a sensor, plus `settings`; resolves
 * when it prints its address, the first group of `address`. It runs in the folder `cwd`, by this Node unless
 * another is given.
 */
export async function startProgram(
  args: string[],
  settings: Record<string, string>,
  address: RegExp,
  cwd = process.cwd(),
  node = process.execPath,
): Promise<Program> {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  const child = spawn(node, args, { cwd, env: environment(settings), stdio });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await closed;
    clearTimeout(kill);
    process.off('exit', killAtExit);
  };
  try {
    return { url: await printedAddress(child, args, address), pid: child.pid!, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a Node with the arguments to its end, in the same environment; lines of both streams, without process ids. */
export async function runProgram(node: string, args: string[], settings: Record<string, string>, cwd: string) {
  const child = spawn(node, args, { cwd, env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), RUN_DEADLINE_MS);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(late);
  // The streams come in one after the other or mixed.
  return {
    code,
    lines: output
      .replaceAll(/\(node:\d+\)/g, '')
      .split('\n')
      .sort(),
  };
}

/** That of this process without what would steer a sensor, plus `settings`. */
export function environment(settings: Record<string, string>): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PRODLENS_|OTEL_|NODE_)/.test(name));
  return { ...Object.fromEntries(inherited), ...settings };
}

/** Starts a collector on a data folder; port 0 takes a free one. */
export function startCollector(data: string, port = 0): Promise<Program> {
  const cli = fileURLToPath(new URL('collector/dist/cli.js', REPOSITORY));
  return startProgram([cli, 'up', '--port', String(port), '--data', data, '--json'], {}, /"url":\s*"(http:[^"]+)"/);
}

async function printedAddress(child: ChildProcess, args: string[], address: RegExp): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`${args.join(' ')} ${what}:\n${output}`));
    const late = setTimeout(() => fail('did not start'), START_DEADLINE_MS);
    const read = (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
      const url = address.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      fail(`ended with ${code}`);
    });
  });
}
