// Finds a JDK (17 or newer, with its compiler) and Maven for the JetBrains client test, or installs Debian's.
// It uses what is on the PATH and nothing else; it installs only when asked to, as root, where there is apt.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OLDEST_JAVA = 17;

/**
 * Absolute paths of `java` and `mvn`, or null after `log` was told the reason.
 * @param {{ install: boolean, log: (line: string) => void }} options install: may use apt where something is missing
 * @returns {Promise<{ java: string, mvn: string } | null>}
 */
export async function findJava({ install, log }) {
  let reason = await whatIsMissing();
  if (reason !== null && install && canUseApt()) {
    log(`${reason}; installing default-jdk-headless and maven`);
    if (await apt(['update'], log)) {
      await apt(['install', '--yes', '--no-install-recommends', 'default-jdk-headless', 'maven'], log);
    }
    reason = await whatIsMissing();
  }
  if (reason !== null) {
    log(`No Java for the JetBrains client test: ${reason}`);
    return null;
  }
  return { java: onPath('java'), mvn: onPath('mvn') };
}

/** What keeps the client test from running, in words; null when nothing does. */
async function whatIsMissing() {
  if (process.platform === 'win32') return 'the client test runs on Linux and macOS';
  for (const program of ['java', 'javac', 'mvn']) {
    if (onPath(program) === null) return `${program} is not on the PATH`;
  }
  // "javac 17.0.15", on stdout; 8 and older say it on stderr.
  const { stdout } = await run(onPath('javac'), ['-version']).catch(() => ({ stdout: '' }));
  const version = Number(/javac (\d+)/.exec(stdout)?.[1] ?? 0);
  return version >= OLDEST_JAVA ? null : `the JDK is older than ${OLDEST_JAVA}: ${stdout.trim() || 'no version'}`;
}

function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

function canUseApt() {
  return process.getuid?.() === 0 && onPath('apt-get') !== null;
}

/** Runs apt-get, each of its lines to `log`. True when it succeeded. */
function apt(args, log) {
  return new Promise((resolve) => {
    const child = spawn('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => log(text.trimEnd()));
    }
    child.on('error', (error) => {
      log(`apt-get: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
}
