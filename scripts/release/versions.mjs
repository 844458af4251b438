// One version for all that ships. Where it stands in text is listed here, and a test holds the places equal.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const JETBRAINS = 'extension-jetbrains-bridge';
/** Other packages in the same files may have the same version. */
const OWN_PARENT = '<artifactId>prodlens-jetbrains</artifactId>';

/** Files, and how the version stands in each; {} stands for it. In the package.json of workspaces it stands as well. */
const PLACES = {
  'sensor/src/version.ts': ["VERSION = '{}'"],
  'language-server/src/version.ts': ["VERSION = '{}'"],
  [`${JETBRAINS}/pom.xml`]: [`${OWN_PARENT}\n  <version>{}</version>`],
  [`${JETBRAINS}/build.gradle.kts`]: ['version = "{}"'],
  'README.md': ['sensor', 'collector', 'language-server']
    .map((name) => `prodlens-${name}-{}.tgz`)
    .concat('prodlens-{}.vsix'),
  'docs/getting-started.md': ['prodlens-NAME-{}.tgz', 'prodlens-{}.vsix'],
  'docs/troubleshooting.md': ['@prodlens/sensor {} is installed'],
  'extension-vscode/README.md': ['prodlens-sensor-{}.tgz'],
  [`${JETBRAINS}/README.md`]: ['prodlens-jetbrains-{}.zip', 'prodlens-jetbrains-{}.tgz'],
  [`${JETBRAINS}/lsp4ij-template/README.md`]: ['prodlens-language-server-{}.tgz'],
};
for (const module of ['client-test', 'core', 'plugin', 'plugin-check', 'signatures']) {
  PLACES[`${JETBRAINS}/${module}/pom.xml`] = [`${OWN_PARENT}\n    <version>{}</version>`];
}

/** Of the package.json at the root. */
export async function currentVersion(root) {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;
}

/** Where another version stands than `version`, or none: "file: what was looked for". */
export async function differences(root, version) {
  const missing = [];
  for (const [file, patterns] of Object.entries(PLACES)) {
    const text = await readFile(join(root, file), 'utf8');
    for (const pattern of patterns) {
      const sought = pattern.replace('{}', version);
      if (!text.includes(sought)) missing.push(`${file}: ${sought}`);
    }
  }
  for (const { file, manifest } of await manifests(root)) {
    const said = [manifest.version, ...ownRanges(manifest).map(([, range]) => range)];
    if (said.some((one) => one !== version)) missing.push(`${file}: ${version}`);
  }
  return missing;
}

/** Writes `to` wherever `from` stood. */
export async function setVersion(root, from, to) {
  for (const [file, patterns] of Object.entries(PLACES)) {
    let text = await readFile(join(root, file), 'utf8');
    for (const pattern of patterns) text = text.replaceAll(pattern.replace('{}', from), pattern.replace('{}', to));
    await writeFile(join(root, file), text);
  }
  for (const { file, manifest } of await manifests(root)) {
    manifest.version = to;
    for (const [dependencies, name] of ownRanges(manifest).map(([place]) => place)) dependencies[name] = to;
    await writeFile(join(root, file), `${JSON.stringify(manifest, null, 2)}\n`);
  }
}

async function manifests(root) {
  const { workspaces } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const files = ['package.json', ...workspaces.map((folder) => `${folder}/package.json`)];
  const all = await Promise.all(
    files.map(async (file) => ({ file, manifest: JSON.parse(await readFile(join(root, file), 'utf8')) })),
  );
  // The example has the versions of its own story.
  return all.filter(({ file }) => !file.startsWith('examples/'));
}

/** [[the object that has it, the name], the range] of each dependency on a package of this repository. */
function ownRanges({ dependencies = {}, devDependencies = {} }) {
  return [dependencies, devDependencies].flatMap((group) =>
    Object.entries(group)
      .filter(([name]) => name.startsWith('@prodlens/'))
      .map(([name, range]) => [[group, name], range]),
  );
}
