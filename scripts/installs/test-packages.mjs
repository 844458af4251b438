// Packages that only some tests need, of the sensor and of the ways in which services are started, and that are too heavy
// for everybody who installs the project: npm puts them, once, into .cache/test-packages (850 MB).
// Prisma's client is generated there, and the Next.js application that the tests run is built.

import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode, runNpm } from '../programs.mjs';

const VERSIONS = {
  '@nestjs/cli': '12.0.8',
  '@nestjs/common': '12.5.1',
  '@nestjs/core': '12.5.1',
  '@nestjs/platform-express': '12.5.1',
  '@prisma/adapter-pg': '7.10.1',
  '@prisma/client': '7.10.0',
  'better-sqlite3': '13.2.0',
  fastify: '5.12.8',
  'fastify-cli': '8.0.2',
  next: '16.4.6',
  pm2: '7.0.4',
  prisma: '7.10.1',
  react: '19.3.1',
  'react-dom': '19.3.1',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
  typeorm: '1.1.1',
};
const FOLDER = fileURLToPath(new URL('../../.cache/test-packages', import.meta.url));
const SOURCES = fileURLToPath(new URL('test-packages', import.meta.url));

/** True when they are there, or could be put there; else the reason has been logged. */
export async function installTestPackages({ log = () => {} } = {}) {
  const stamp = await fingerprint();
  if ((await readFile(join(FOLDER, 'stamp'), 'utf8').catch(() => '')) === stamp) return true;
  log(`Installing ${Object.keys(VERSIONS).join(', ')}`);
  await mkdir(FOLDER, { recursive: true });
  await cp(SOURCES, FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS }));
  const program = (name) => join(FOLDER, 'node_modules', name);
  // Generating runs no engine; without one that is named, Prisma would look for one on its own server.
  const forPrisma = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  const forNext = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  const steps = [
    () => runNpm(['install', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER }),
    () => runNode([program('prisma/build/index.js'), 'generate'], { cwd: FOLDER, env: forPrisma }),
    bundlePrismaClient,
    () => runNode([program('next/dist/bin/next'), 'build', 'next'], { cwd: FOLDER, env: forNext }),
  ];
  for (const run of steps) {
    const { code, output } = await run();
    if (code === 0) continue;
    log(`Packages for tests could not be installed: ${output.slice(-2_000)}`);
    return false;
  }
  await writeFile(join(FOLDER, 'stamp'), stamp);
  return true;
}

/** Prisma generates TypeScript. */
async function bundlePrismaClient() {
  const { build } = await import('esbuild');
  const how = { bundle: true, platform: 'node', packages: 'external', format: 'cjs', logLevel: 'silent' };
  const [entry, outfile] = ['client.ts', 'client.cjs'].map((name) => join(FOLDER, 'generated', name));
  return build({ ...how, entryPoints: [entry], outfile }).then(
    () => ({ code: 0, output: '' }),
    (error) => ({ code: 1, output: error.message }),
  );
}

/** Of what is installed and built there. */
async function fingerprint() {
  const hash = createHash('sha1').update(JSON.stringify(VERSIONS));
  for (const file of (await readdir(SOURCES, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()))
    hash.update(await readFile(join(file.parentPath, file.name)));
  return hash.digest('hex');
}
