// Whose code a bundle carries: for each bundle made by esbuild, the packages that came into it, with the text of their
// licences, as those ask for. Two files beside the bundle: one for people, one for the bill of materials.

import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const FOREIGN = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
/** Of those whose code a package carries itself. */
const NOTICE_FILE = /^(notice|thirdpartynotice)/i;
const LICENCE_FILE = /^(licen[cs]e|copying)(\.|-|$)/i;

/**
 * Writes THIRD-PARTY-NOTICES.txt and third-party.json into `folder`. `metafiles` are esbuild's; `others` the folders of
 * packages of which files are copied, and paths of third-party.json of bundles that are copied.
 */
export async function writeNotices(folder, metafiles, { others = [], bundles = [] } = {}) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set([...inputs.flatMap((path) => FOREIGN.exec(resolve(path))?.[1] ?? []), ...others]);
  const packages = new Map();
  for (const path of folders) {
    const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    if (!name.startsWith('@prodlens/')) {
      packages.set(`${name}@${version}`, { name, version, license, text: await licenceText(path, name) });
    }
  }
  for (const path of bundles) {
    for (const one of JSON.parse(await readFile(path, 'utf8'))) packages.set(`${one.name}@${one.version}`, one);
  }
  const all = [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  await writeFile(join(folder, 'third-party.json'), `${JSON.stringify(all, null, 1)}\n`);
  const notices = all.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`);
  const head = 'Prodlens carries code of these packages.\n';
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), [head, ...notices].join(`\n${'-'.repeat(80)}\n\n`));
}

async function licenceText(folder, name) {
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file) || NOTICE_FILE.test(file));
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), 'utf8')));
  if (files.some((file) => LICENCE_FILE.test(file))) return texts.map((text) => text.trim()).join('\n\n');
  const readme = join(folder, 'README.md');
  const said = existsSync(readme) ? /\n#+ licen[cs]e[^\n]*\n([\s\S]+)$/i.exec(await readFile(readme, 'utf8')) : null;
  if (said === null) throw new Error(`${name} has no licence file in ${dirname(readme)}`);
  return said[1].trim();
}
