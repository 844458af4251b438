// `prodlens sourcemaps upload`: sends the source maps of a build, without the text of the sources, which stays here.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { ProdlensError, quoted } from '../errors.js';
import { withoutTexts } from '../ingest/source-map.js';
import { UPLOAD_LIMITS } from '../upload-limits.js';
import { askCollector, type CollectorAddress, tokenOption, urlOption } from './collector-request.js';

interface UploadOptions extends CollectorAddress {
  service: string;
  version: string;
  root: string;
}

const MAP_FILE = /\.[cm]?js\.map$/;
/** Bytes of maps after which a request is sent; a single larger map has one to itself. */
const REQUEST_BYTES = 8 * 1024 * 1024;

export function sourceMapsCommand(): Command {
  const command = new Command('sourcemaps').description(
    'Hand the collector source maps, for compiled services that run without them.',
  );
  command
    .command('upload')
    .usage('--service <name> --version <version> [options] <folder...>')
    .description(
      'Upload the source maps (*.js.map, *.cjs.map, *.mjs.map) of one version of a service, before it starts. The text ' +
        'of the sources is not sent.',
    )
    .argument('<folder...>', 'folders with the compiled files and their source maps, or single source maps')
    .requiredOption('--service <name>', 'the service, as its sensors name it')
    .requiredOption('--version <version>', 'its version, as its sensors name it')
    .option('--root <folder>', "the service's root, where its package.json is", '.')
    .addOption(urlOption())
    .addOption(tokenOption('ingest or admin'))
    .action(upload);
  return command;
}

async function upload(folders: string[], { service, version, root, ...address }: UploadOptions): Promise<void> {
  const files = folders.flatMap(mapFiles);
  if (files.length === 0) {
    throw failure(`No source map (*.js.map, *.cjs.map, *.mjs.map) in ${folders.map((f) => quoted(f)).join(', ')}`);
  }
  const dropped = new Set<string>();
  for (const maps of requests(files, resolve(root))) {
    const body = `{"service":${JSON.stringify(service)},"version":${JSON.stringify(version)},"maps":[${maps.join()}]}`;
    const answer = await askCollector<{ droppedVersions: string[] }>(address, 'POST', '/api/v1/sourcemaps', body);
    for (const old of answer.droppedVersions) dropped.add(old);
  }
  console.log(`Uploaded ${files.length} source map${files.length === 1 ? '' : 's'} of ${service} ${version}.`);
  if (dropped.size > 0) console.error(`To make room, those of these versions were dropped: ${[...dropped].join(', ')}`);
}

/** What is sent, cut into requests: a JSON text for each map. */
function* requests(files: string[], root: string): Generator<string[]> {
  let maps: string[] = [];
  let bytes = 0;
  for (const path of files) {
    const map = readMap(path, root);
    const size = Buffer.byteLength(map);
    if (size > UPLOAD_LIMITS.bodyBytes - 64 * 1024) {
      throw failure(`${path} is too large: ${size} bytes without the sources, of ${UPLOAD_LIMITS.bodyBytes}`);
    }
    if (maps.length > 0 && (bytes + size > REQUEST_BYTES || maps.length === UPLOAD_LIMITS.maps)) {
      yield maps;
      [maps, bytes] = [[], 0];
    }
    maps.push(map);
    bytes += size;
  }
  yield maps;
}

function readMap(path: string, root: string): string {
  const compiled = resolve(path.slice(0, -'.map'.length));
  const file = fromRoot(compiled, root);
  if (relative(root, compiled).startsWith('..'))
    throw failure(`${path} is not below the root ${root}: give it by --root`);
  try {
    const map = JSON.parse(readFileSync(path, 'utf8'));
    if (map === null || typeof map !== 'object' || Array.isArray(map)) throw new Error('it is no JSON object');
    return JSON.stringify({ file, map: portable(withoutTexts(map), dirname(compiled)) });
  } catch (error) {
    throw failure(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** With sources that only this machine can find, by their absolute path, given from the compiled file's folder. */
function portable(map: Record<string, unknown>, folder: string): Record<string, unknown> {
  const { sources, sourceRoot, sections } = map;
  if (Array.isArray(sections)) {
    return { ...map, sections: sections.map((s) => ({ ...s, map: portable(s.map, folder) })) };
  }
  if (!Array.isArray(sources)) return map;
  const base = typeof sourceRoot === 'string' && sourceRoot !== '' ? sourceRoot.replace(/\/?$/, '/') : '';
  const paths = sources.map((source) => (typeof source === 'string' ? absolutePath(base + source) : null));
  if (paths.every((path) => path === null)) return map;
  const found = sources.map((source, i) => (paths[i] ? fromRoot(paths[i], folder) : source && base + source));
  return { ...map, sourceRoot: undefined, sources: found };
}

function absolutePath(source: string): string | null {
  if (source.startsWith('file:')) return fileURLToPath(source);
  return source.startsWith('/') ? source : null;
}

function fromRoot(path: string, root: string): string {
  return relative(root, path).split(sep).join('/');
}

/** Those in the folder and below, without node_modules, or the one that is named; ascending. */
function mapFiles(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return MAP_FILE.test(path) ? [path] : [];
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : mapFiles(join(path, entry.name));
        return MAP_FILE.test(entry.name) ? [join(path, entry.name)] : [];
      });
  } catch (error) {
    if (error instanceof ProdlensError) throw error;
    throw failure(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function failure(message: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_SOURCE_MAPS', message);
}
