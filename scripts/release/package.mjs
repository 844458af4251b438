// Makes every artefact that people install, in dist/ at the root: the npm packages as tarballs, the VS Code extension,
// the LSP4IJ template and the JetBrains plugin; with checksums and a bill of materials. What cannot be made here is said, not faked.
//
//   npm run package                       not 0 where something could not be made
//   npm run package -- --allow-missing    without a JDK and Maven: all but the JetBrains plugin

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePlugin } from '../../extension-jetbrains-bridge/package-plugin.mjs';
import { build } from '../build.mjs';
import { findJava } from '../installs/java.mjs';
import { Failure, runScript, say, step } from '../progress.mjs';
import { ROOT, setup } from '../setup.mjs';
import { writeBillOfMaterials } from './bill-of-materials.mjs';
import { packTarball } from './npm-tarball.mjs';
import { zipFolder } from './zip.mjs';

const DIST = join(ROOT, 'dist');
const JETBRAINS = 'extension-jetbrains-bridge';
const NPM_PACKAGES = ['sensor', 'collector', 'language-server', `${JETBRAINS}/bridge`];
const ALLOW_MISSING = '--allow-missing';

await runScript(async () => {
  const options = process.argv.slice(2);
  if (options.some((option) => option !== ALLOW_MISSING)) {
    throw new Failure(`Usage: npm run package [-- ${ALLOW_MISSING}]`);
  }
  await setup();
  await build();
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST);
  const { version } = await manifest('.');
  for (const folder of NPM_PACKAGES) {
    const { name } = await manifest(folder);
    await step(`Packing ${name}`, () => packTarball(folder, DIST));
  }
  // Which imports what has been installed by now.
  const { packageVsix } = await import('../../extension-vscode/build.mjs');
  await step('Packing the VS Code extension', () => packageVsix(join(DIST, `prodlens-${version}.vsix`)));
  const template = `prodlens-lsp4ij-template-${version}`;
  await step('Packing the LSP4IJ template', () =>
    zipFolder(join(ROOT, JETBRAINS, 'lsp4ij-template'), template, join(DIST, `${template}.zip`)),
  );
  const plugin = `prodlens-jetbrains-${version}.zip`;
  const java = await findJava({ install: false, log: say });
  if (java !== null) {
    const outFile = join(DIST, plugin);
    await step('Packing the JetBrains plugin', () => packagePlugin({ mvn: java.mvn, outFile, log: () => {} }));
  }
  await step('Listing what is in them', () =>
    writeBillOfMaterials(join(DIST, `prodlens-${version}.cdx.json`), version),
  );
  await writeChecksums();
  say('\nMade in dist/:');
  for (const file of (await readdir(DIST)).sort()) {
    const { size } = await stat(join(DIST, file));
    say(`  ${file.padEnd(48)} ${(size / 1024).toFixed(0).padStart(7)} KB`);
  }
  if (java !== null) return;
  const missing = `Not made: ${plugin}, which needs a JDK and Maven.`;
  if (!options.includes(ALLOW_MISSING)) throw new Failure(`${missing} With ${ALLOW_MISSING} that is no failure.`);
  say(missing);
});

/** As `sha256sum --check SHA256SUMS` reads them. */
async function writeChecksums() {
  const lines = [];
  for (const file of (await readdir(DIST)).sort()) {
    lines.push(
      `${createHash('sha256')
        .update(await readFile(join(DIST, file)))
        .digest('hex')}  ${file}\n`,
    );
  }
  await writeFile(join(DIST, 'SHA256SUMS'), lines.join(''));
}

async function manifest(folder) {
  return JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
}
