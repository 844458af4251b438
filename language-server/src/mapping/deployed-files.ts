// Which deployed files a file in the editor is. What the user maps by hand wins over everything; after it come facts
// (the service's package.json, its folder on this machine, a package's path below node_modules), and last the longest
// common end of the two paths. A file of the same base name elsewhere is never taken for it, nor is a file of a
// package that is known to be another one: a wrong number is worse than none.

import { posix } from 'node:path';
import type { CatalogService, IdeFile } from '@prodlens/protocol';

/** A folder above an editor file that has a package.json with a name. */
export interface PackageRoot {
  /** Absolute, with "/", without one at its end. */
  folder: string;
  name: string;
}

export interface EditorFile {
  /** Absolute, with "/". */
  path: string;
  /** Nearest first. */
  packageRoots: PackageRoot[];
}

/** One entry of the setting prodlens.pathMappings. */
export interface PathMapping {
  /** As deployed: absolute, or relative to the service's root. */
  deployed: string;
  /** Absolute, in the editor. */
  workspace: string;
}

/** Services that one file below node_modules is asked about when nothing says which of them use it. */
const MAXIMUM_SERVICES_OF_A_PACKAGE = 32;
const MINIMUM_SUFFIX_SEGMENTS = 2;
const NODE_MODULES = '/node_modules/';

/** At most one file a service; none where nothing speaks for one. Linear in the number of deployed files. */
export function deployedFiles(services: CatalogService[], editorFile: EditorFile, mappings: PathMapping[]): IdeFile[] {
  const mapped = mappedPath(editorFile.path, mappings);
  if (mapped !== null) {
    return filesOf(services, (service) => fileByMapping(service, mapped));
  }
  if (editorFile.path.includes(NODE_MODULES)) return packageFiles(services, editorFile);
  const certain = filesOf(services, (s) => fileByPackage(s, editorFile) ?? fileByRoot(s, editorFile.path));
  const known = new Set(certain.map((file) => file.service));
  const others = services.filter(({ service }) => !known.has(service));
  return [...certain, ...filesBySuffix(others, editorFile, certain.length > 0)];
}

/** The setting's entries as path mappings; relative workspace prefixes are below each workspace folder. */
export function pathMappings(setting: Record<string, string>, workspaceFolders: string[]): PathMapping[] {
  return Object.entries(setting).flatMap(([deployed, prefix]) => {
    const workspace = slashed(prefix).replace(/^\$\{workspaceFolder\}\/?/, '');
    const folders = isAbsolute(workspace)
      ? [workspace]
      : workspaceFolders.map((f) => posix.join(slashed(f), workspace));
    return folders.map((folder) => ({ deployed: slashed(deployed), workspace: trimSlash(posix.normalize(folder)) }));
  });
}

/** With "/" and a small drive letter, so that paths of one machine can be compared. */
export function slashed(path: string): string {
  if (!/^[a-zA-Z]:|^\\\\/.test(path)) return path;
  return path.replace(/\\/g, '/').replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}

/** The deployed path that the longest fitting mapping gives; null where none is about the path. */
function mappedPath(path: string, mappings: PathMapping[]): string | null {
  const fitting = mappings
    .filter(({ workspace }) => path.startsWith(`${workspace}/`))
    .sort((a, b) => b.workspace.length - a.workspace.length)[0];
  return fitting ? posix.join(fitting.deployed, path.slice(fitting.workspace.length + 1)) : null;
}

function fileByMapping(service: CatalogService, mapped: string): string | null {
  if (!isAbsolute(mapped)) return service.files.includes(mapped) ? mapped : null;
  return fileByRoot(service, mapped);
}

function fileByPackage({ packageName, files }: CatalogService, { path, packageRoots }: EditorFile): string | null {
  const root = packageRoots.find(({ name }) => name === packageName);
  if (!root) return null;
  const file = posix.relative(root.folder, path);
  return files.includes(file) ? file : null;
}

function fileByRoot({ roots, files }: CatalogService, path: string): string | null {
  for (const root of roots) {
    const file = posix.relative(slashed(root), path);
    if (files.includes(file)) return file;
  }
  return null;
}

/** The catalog does not list packages' files, so the services that may use the package are asked. */
function packageFiles(services: CatalogService[], { path, packageRoots }: EditorFile): IdeFile[] {
  const file = path.slice(path.lastIndexOf(NODE_MODULES) + 1);
  const owner = path.slice(0, path.indexOf(NODE_MODULES));
  const near = services.filter(
    ({ packageName, roots }) =>
      packageRoots.some((root) => root.name === packageName && isWithin(owner, root.folder)) ||
      roots.some((root) => isWithin(owner, slashed(root)) || isWithin(slashed(root), owner)),
  );
  const asked = near.length > 0 ? near : services.slice(0, MAXIMUM_SERVICES_OF_A_PACKAGE);
  return asked.map(({ service }) => ({ service, file }));
}

interface SuffixMatch extends IdeFile {
  segments: number;
  /** Files that belong to the same code base have the same origin. */
  origin: string;
}

/** Files with the longest common end, if all of them can be the same file: two services' own files never are. */
function filesBySuffix(services: CatalogService[], editorFile: EditorFile, onlyOutside: boolean): IdeFile[] {
  const path = editorFile.path.split('/');
  const matches = services.flatMap((service) => longestSuffix(service, path, editorFile.packageRoots, onlyOutside));
  const longest = Math.max(...matches.map(({ segments }) => segments));
  const best = matches.filter(({ segments }) => segments === longest);
  if (new Set(best.map(({ origin }) => origin)).size > 1) return [];
  return best.map(({ service, file }) => ({ service, file }));
}

/** The one file of the service that shares most path segments with the path; none where two share as many. */
function longestSuffix(
  { service, packageName, files }: CatalogService,
  path: string[],
  packageRoots: PackageRoot[],
  onlyOutside: boolean,
): SuffixMatch[] {
  let best: SuffixMatch[] = [];
  for (const file of files) {
    const outside = file.startsWith('../');
    // A service's own file lies in the service's package; an editor file of a named other package is not that file.
    if (!outside && (onlyOutside || (packageName !== '' && packageRoots.length > 0))) continue;
    const segments = commonSuffixLength(path, file.split('/'));
    if (segments < Math.max(MINIMUM_SUFFIX_SEGMENTS, best[0]?.segments ?? 0)) continue;
    const match = { service, file, segments, origin: outside ? '../' : packageName || service };
    best = segments === best[0]?.segments ? [...best, match] : [match];
  }
  return best.length === 1 ? best : [];
}

function commonSuffixLength(a: string[], b: string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

function filesOf(services: CatalogService[], fileOf: (service: CatalogService) => string | null): IdeFile[] {
  return services.flatMap((service) => {
    const file = fileOf(service);
    return file === null ? [] : [{ service: service.service, file }];
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[a-z]:\//i.test(path);
}

function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
