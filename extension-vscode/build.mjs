// Bundles the extension and packs it with the bundled language server into one .vsix for every platform.
// `node build.mjs` bundles; `node build.mjs FILE.vsix` bundles and packs. The server's bundle is made before, by
// language-server/build.mjs.

import { copyFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';
import { writeNotices } from '../scripts/release/third-party.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles extension, panel and server; what each carries of other people's code is listed beside it. */
export async function build() {
  const extension = await bundle({
    entryPoints: [here('src/extension.ts')],
    outfile: here('bundle/extension.cjs'),
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const panel = await bundle({
    entryPoints: [here('panel/panel.tsx'), here('panel/panel.css')],
    outdir: here('bundle'),
    bundle: true,
    metafile: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const name of ['activity.svg', 'pulse-dark.svg', 'pulse-light.svg']) {
    await copyFile(here(`media/${name}`), here(`bundle/${name}`));
  }
  for (const name of ['server.cjs', 'parser.cjs']) {
    await copyFile(here(`../language-server/bundle/${name}`), here(`bundle/${name}`));
  }
  await writeNotices(here('bundle'), [extension.metafile, panel.metafile], {
    bundles: [here('../language-server/bundle/third-party.json')],
  });
  await copyFile(here('../LICENSE'), here('LICENSE'));
}

/**
 * Packs what build() made into one file. Asks nobody and nothing outside this machine. A marketplace shows no picture of
 * the README by a path in the package, only by https: `folderUrl` (of this folder, as it is published, such as the raw
 * files of a release's tag) stands before each path then.
 */
export async function packageVsix(outFile, folderUrl = process.env.EXTENSION_FOLDER_URL) {
  const { createVSIX } = await import('@vscode/vsce');
  await createVSIX({
    cwd: here('.'),
    packagePath: outFile,
    dependencies: false,
    allowMissingRepository: true,
    ...(folderUrl ? { baseImagesUrl: folderUrl } : { rewriteRelativeLinks: false }),
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build();
  if (process.argv[2] !== undefined) await packageVsix(process.argv[2]);
}
