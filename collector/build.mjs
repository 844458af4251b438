// Bundles the web app into bundle/web, where the collector serves it from, and makes the compiled program executable.
// Runs after tsc, which checks the types and compiles all but the bundle.

import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const WEB = fileURLToPath(new URL('web/', import.meta.url));
const CLI = fileURLToPath(new URL('dist/cli.js', import.meta.url));
const OUT = fileURLToPath(new URL('bundle/web/', import.meta.url));
/** The type of the pages, served from here: nothing comes from foreign hosts. Its licence goes with it. */
const FONT = { 'inter.woff2': 'files/inter-latin-wght-normal.woff2', 'inter-licence.txt': 'LICENSE' };

export async function build() {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await esbuild.build({
    entryPoints: [`${WEB}app.tsx`],
    outfile: `${OUT}app.js`,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'alerts-explained.html', 'app.css', 'icon.svg']) await cp(WEB + name, OUT + name);
  for (const [name, from] of Object.entries(FONT)) {
    await cp(fileURLToPath(import.meta.resolve(`@fontsource-variable/inter/${from}`)), OUT + name);
  }
  if (existsSync(CLI)) await chmod(CLI, 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
