// Bundles the web app into bundle/web, where the collector serves it from, and makes the compiled program executable.
// Runs after tsc, which checks the types and compiles all but the bundle.

import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { writeNotices } from '../scripts/release/third-party.mjs';

const WEB = fileURLToPath(new URL('web/', import.meta.url));
const CLI = fileURLToPath(new URL('dist/cli.js', import.meta.url));
const OUT = fileURLToPath(new URL('bundle/web/', import.meta.url));
/** The type of the pages, served from here: nothing comes from foreign hosts. */
const FONT = '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2';

export async function build() {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const { metafile } = await esbuild.build({
    entryPoints: [`${WEB}app.tsx`, `${WEB}app.css`],
    outdir: OUT,
    external: ['inter.woff2'],
    bundle: true,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'alerts-explained.html', 'icon.svg']) await cp(WEB + name, OUT + name);
  const font = fileURLToPath(import.meta.resolve(FONT));
  await cp(font, `${OUT}inter.woff2`);
  await writeNotices(OUT, [metafile], { others: [dirname(dirname(font))] });
  if (existsSync(CLI)) await chmod(CLI, 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
