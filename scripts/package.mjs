// Makes every artefact that people install, in dist/ at the root: the npm packages as tarballs, the VS Code extension,
// the LSP4IJ template and the JetBrains plugin. What cannot be made here is said, not faked.
//
//   npm run package

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { findJava } from './java.mjs';
import { runNpm } from './programs.mjs';
import { Failure, runScript, say, step } from './progress.mjs';
import { ROOT, setup } from './setup.mjs';
import { zipFolder } from './zip.mjs';

const DIST = join(ROOT, 'dist');
const JETBRAINS = 'extension-jetbrains-bridge';
const NPM_PACKAGES = ['protocol', 'syntax', 'sensor', 'collector', 'language-server', `${JETBRAINS}/bridge`];
const VSCODE = 'extension-vscode';
const TEMPLATE = `${JETBRAINS}/lsp4ij-template`;

await runScript(async () => {
  await setup();
  await build();
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST);
  const { version } = await manifest('.');
  const missing = [];

  for (const folder of NPM_PACKAGES) {
    const { files = [], name } = await manifest(folder);
    const absent = files.filter((path) => !path.startsWith('!') && !existsSync(join(ROOT, folder, path)));
    if (absent.length > 0) missing.push(`${name}, which lacks ${absent.join(', ')}`);
    else await step(`Packing ${folder}`, () => npmPack(folder));
  }

  if (existsSync(join(ROOT, VSCODE, 'build.mjs'))) {
    const { packageVsix } = await import(pathToFileURL(join(ROOT, VSCODE, 'build.mjs')).href);
    const file = join(DIST, `prodlens-${(await manifest(VSCODE)).version}.vsix`);
    await step('Packing the VS Code extension', () => packageVsix(file));
  } else missing.push(`prodlens-${version}.vsix`);

  if (existsSync(join(ROOT, TEMPLATE, 'template.json'))) {
    const name = `prodlens-lsp4ij-template-${version}`;
    await step('Packing the LSP4IJ template', () => zipFolder(join(ROOT, TEMPLATE), name, join(DIST, `${name}.zip`)));
  } else missing.push(`prodlens-lsp4ij-template-${version}.zip`);
  const plugin = `prodlens-jetbrains-${version}.zip`;
  const java = await findJava({ install: false, log: say });
  if (java === null) missing.push(`${plugin}, which needs a JDK and Maven`);
  else {
    const { packagePlugin } = await import(pathToFileURL(join(ROOT, JETBRAINS, 'package-plugin.mjs')).href);
    const outFile = join(DIST, plugin);
    await step('Packing the JetBrains plugin', () => packagePlugin({ mvn: java.mvn, outFile, log: () => {} }));
  }

  say('\nMade in dist/:');
  for (const file of (await readdir(DIST)).sort()) {
    const { size } = await stat(join(DIST, file));
    say(`  ${file.padEnd(48)} ${(size / 1024).toFixed(0).padStart(7)} KB`);
  }
  if (missing.length > 0) say(`Not made:\n  ${missing.join('\n  ')}`);
});

async function manifest(folder) {
  return JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
}

async function npmPack(folder) {
  const { code, output } = await runNpm(['pack', '--loglevel=error', '--pack-destination', DIST], {
    cwd: join(ROOT, folder),
  });
  if (code !== 0) throw new Failure(`${output}\n\nnpm pack failed in ${folder}.`);
}
