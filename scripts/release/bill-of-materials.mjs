// What is in the artefacts, for those who must know: one CycloneDX document. What npm installs with our packages is as
// package-lock.json has it, with which everything was tested; what lies in our bundles is as esbuild saw it. npm's own
// `npm sbom --workspace` leaves out what another workspace needs too.

import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../setup.mjs';

/** Packages with dependencies that npm installs. */
const INSTALLED = ['collector', 'extension-jetbrains-bridge/bridge'];
const BUNDLES = ['sensor/bundle', 'collector/bundle/web', 'language-server/bundle', 'extension-vscode/bundle'];

/** Writes the document for `version` to `file`. Everything is built before. */
export async function writeBillOfMaterials(file, version) {
  const components = new Map();
  for (const one of [...(await installed()), ...(await bundled())]) components.set(one.purl, one);
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date().toISOString(),
      component: { ...component('prodlens', version, 'Apache-2.0'), type: 'application' },
    },
    components: [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
  };
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
}

function component(name, version, license, integrity) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  // An expression such as "(MIT OR Apache-2.0)" is no identifier.
  const licenses =
    license === undefined ? [] : [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }];
  const [algorithm, digest] = integrity?.split('-') ?? [];
  const hashes = digest === undefined ? [] : [{ alg: algorithm.replace('sha', 'SHA-'), content: hex(digest) }];
  return { 'bom-ref': purl, type: 'library', name, version, purl, licenses, hashes };
}

function hex(base64) {
  return Buffer.from(base64, 'base64').toString('hex');
}

async function installed() {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'));
  const found = new Map();
  const visit = (path) => {
    const { dependencies = {}, optionalDependencies = {} } = packages[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = resolved(packages, path, name);
      if (at === null || found.has(at)) continue;
      const { version, license, integrity, link } = packages[at];
      found.set(at, link ? null : component(name, version, license, integrity));
      visit(link ? packages[at].resolved : at);
    }
  };
  for (const folder of INSTALLED) visit(folder);
  return [...found.values()].filter((one) => one !== null);
}

/** Where Node finds `name` from the package at `path`; null where it is optional and not there. */
function resolved(packages, path, name) {
  for (let folder = path; ; folder = dirname(folder)) {
    const at = join(folder === '.' ? '' : folder, 'node_modules', name);
    if (at in packages) return at;
    if (folder === '.' || folder === '') return null;
  }
}

async function bundled() {
  const lists = await Promise.all(BUNDLES.map((folder) => readFile(join(ROOT, folder, 'third-party.json'), 'utf8')));
  return lists
    .flatMap((list) => JSON.parse(list))
    .map(({ name, version, license }) => component(name, version, license));
}
