// Builds the plugin for JetBrains IDEs into one zip in the Marketplace's layout, with a JDK and Maven alone:
// prodlens/lib/*.jar, prodlens/server/ with the bundled language server, prodlens/LICENSE. The language server's bundle
// is made before, by language-server/build.mjs. For people who reach JetBrains' repository there is build.gradle.kts.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { zipFolder } from '../scripts/release/zip.mjs';

export const BRIDGE = dirname(fileURLToPath(import.meta.url));
const SERVER = join(BRIDGE, '..', 'language-server', 'bundle');
const { version: VERSION } = JSON.parse(readFileSync(join(BRIDGE, '..', 'package.json'), 'utf8'));
const JARS = ['core', 'plugin'];

/**
 * @param {{ mvn: string, outFile: string, log: (line: string) => void }} options mvn: path of Maven
 */
export async function packagePlugin({ mvn, outFile, log }) {
  const { code, output } = await maven(mvn, ['-pl', 'core,signatures,plugin', '-DskipTests', 'package'], log);
  if (code !== 0) throw new Error(`Maven could not build the plugin:\n${output.slice(-4000)}`);
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-plugin-'));
  try {
    await mkdir(join(folder, 'lib'));
    await mkdir(join(folder, 'server'));
    for (const name of JARS) {
      const jar = `prodlens-jetbrains-${name}-${VERSION}.jar`;
      await copyFile(join(BRIDGE, name, 'target', jar), join(folder, 'lib', jar));
    }
    for (const name of ['server.cjs', 'parser.cjs', 'THIRD-PARTY-NOTICES.txt']) {
      await copyFile(join(SERVER, name), join(folder, 'server', name));
    }
    await copyFile(join(BRIDGE, '..', 'LICENSE'), join(folder, 'LICENSE'));
    await zipFolder(folder, 'prodlens', outFile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs Maven over all modules; what it prints goes to `log` by line and is in the result. Rejects where it does not start. */
export function maven(mvn, args, log) {
  return new Promise((resolve, reject) => {
    const child = spawn(mvn, ['-q', '-B', '-f', join(BRIDGE, 'pom.xml'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (colored) => {
        const text = stripVTControlCharacters(colored);
        output += text;
        for (const line of text.split('\n')) if (line.trim() !== '') log(line.trimEnd());
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
