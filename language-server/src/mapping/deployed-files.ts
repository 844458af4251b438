// Which deployed files a file in the editor is. What the user maps by hand wins over everything; after it come facts
// (the service's package.json, its folder on this machine, a package's path below node_modules), and last the longest
// common end of the two paths. A file of the same base name elsewhere is never taken for it, nor is a file of a
// package that is known to be another one, also where both are /app in their containers: a wrong number is worse
// than none. What a service loads from outside its folder ("../../libs/money.ts") has to fit in whole.

import { posix } from 'node:path';
import { type CatalogService, commonSuffixLength, type IdeFile } from '@prodlens/protocol';

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
  const mapped = mappedPaths(editorFile.path, mappings);
  if (mapped.length > 0) {
    return filesOf(services, (service) => mapped.map((path) => fileByMapping(service, path)).find(isFound) ?? null);
  }
  if (editorFile.path.includes(NODE_MODULES)) return packageFiles(services, editorFile);
  const byPackage = services.filter((service) => fileByPackage(service, editorFile) !== null);
  const certain = filesOf(
    services.filter((service) => !byPackage.includes(service) || isLikeliestOf(byPackage, service, editorFile.path)),
    (service) => fileByPackage(service, editorFile) ?? fileByCredibleRoot(service, editorFile),
  );
  const known = new Set([...byPackage, ...certain].map(({ service }) => service));
  const others = services.filter(({ service }) => !known.has(service));
  return [...certain, ...filesBySuffix(others, services, editorFile, certain.length > 0)];
}

/** Files that are looked at for what has come from them to one file. */
const MAXIMUM_NEAREST = 24;

/** Those that share most folders with the path, without itself. All relative to one folder, with "/". */
export function nearestFiles(path: string, files: string[]): string[] {
  const own = path.split('/');
  const shared = (file: string) => {
    const parts = file.split('/');
    let count = 0;
    while (count < own.length - 1 && own[count] === parts[count]) count++;
    return count;
  };
  return files
    .filter((file) => file !== path)
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, MAXIMUM_NEAREST);
}

/** The service's files nearest to an open one, with their absolute paths; none where that is in no package of the service. */
export function filesNear({ service, packageName, files }: CatalogService, opened: EditorFile | undefined) {
  const root = opened?.packageRoots.find(({ name }) => name === packageName)?.folder;
  if (opened === undefined || root === undefined) return [];
  const near = nearestFiles(posix.relative(root, opened.path), files);
  return near.map((file) => ({ service, file, path: posix.join(root, file) }));
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

/** The deployed paths that the mappings of the longest fitting workspace prefix give; none where none is about it. */
function mappedPaths(path: string, mappings: PathMapping[]): string[] {
  const fitting = mappings.filter(({ workspace }) => path.startsWith(`${workspace}/`));
  const longest = Math.max(...fitting.map(({ workspace }) => workspace.length));
  return fitting
    .filter(({ workspace }) => workspace.length === longest)
    .map(({ deployed }) => posix.join(deployed, path.slice(longest + 1)));
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

/** Several services can have a package of one name ("server"); where a folder fits as well it tells them apart. */
function isLikeliestOf(claimants: CatalogService[], service: CatalogService, path: string): boolean {
  const rivals = claimants.filter(({ packageName }) => packageName === service.packageName);
  return fileByRoot(service, path) !== null || rivals.every((rival) => fileByRoot(rival, path) === null);
}

/** Folders of containers are alike: packages around the file that are all others than the service's contradict them. */
function fileByCredibleRoot(service: CatalogService, { path, packageRoots }: EditorFile): string | null {
  const file = fileByRoot(service, path);
  if (file === null || service.packageName === '') return file;
  const inPackage = packageRoots.some(({ name }) => name === service.packageName);
  const credible = isOutside(file) ? !inPackage : inPackage || packageRoots.length === 0;
  return credible ? file : null;
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
function filesBySuffix(
  services: CatalogService[],
  catalog: CatalogService[],
  editorFile: EditorFile,
  onlyOutside: boolean,
): IdeFile[] {
  const packageNames = new Set(catalog.map(({ packageName }) => packageName));
  const matches = services.flatMap((service) => longestSuffix(service, packageNames, editorFile, onlyOutside));
  const longest = Math.max(...matches.map(({ segments }) => segments));
  const best = matches.filter(({ segments }) => segments === longest);
  if (new Set(best.map(({ origin }) => origin)).size > 1) return [];
  return best.map(({ service, file }) => ({ service, file }));
}

/** Files of which each may be the editor's as much as the others: with the longest common end, and nothing against them. */
export function likelyFiles(services: CatalogService[], editorFile: EditorFile): IdeFile[] {
  const packageNames = new Set(services.map(({ packageName }) => packageName));
  const matches = services.flatMap((service) => longestSuffixes(service, packageNames, editorFile, false));
  const longest = Math.max(...matches.map(({ segments }) => segments));
  return matches.filter(({ segments }) => segments === longest).map(({ service, file }) => ({ service, file }));
}

/** The one file of the service that shares most path segments with the path; none where two share as many. */
function longestSuffix(...about: Parameters<typeof longestSuffixes>): SuffixMatch[] {
  const best = longestSuffixes(...about);
  return best.length === 1 ? best : [];
}

function longestSuffixes(
  { service, packageName, files }: CatalogService,
  packageNames: Set<string>,
  editorFile: EditorFile,
  onlyOutside: boolean,
): SuffixMatch[] {
  const path = editorFile.path.split('/');
  const namedOther = packageName !== '' && editorFile.packageRoots.length > 0;
  let best: SuffixMatch[] = [];
  for (const file of files) {
    const outside = isOutside(file);
    // A service's own file lies in the service's package; an editor file of a named other package is not that file.
    if (!outside && (onlyOutside || namedOther)) continue;
    const inside = file.replace(/^(?:\.\.\/)+/, '').split('/');
    const segments = commonSuffixLength(path, inside);
    if (segments < Math.max(MINIMUM_SUFFIX_SEGMENTS, best[0]?.segments ?? 0)) continue;
    if (outside && segments < inside.length) continue;
    if (outside && isContradicted(segments, packageName, packageNames, editorFile)) continue;
    const match = { service, file, segments, origin: outside ? '../' : packageName || service };
    best = segments === best[0]?.segments ? [...best, match] : [match];
  }
  return best;
}

/**
 * Whether the packages around the file say that it is no code that the service shares with others: it is in the
 * service's own package, or the folder that it shares with the service is inside a package, or is that of another
 * service, or is some package's and only the least is common ("src/index.ts").
 */
function isContradicted(
  segments: number,
  packageName: string,
  packageNames: Set<string>,
  { path, packageRoots }: EditorFile,
): boolean {
  if (packageName !== '' && packageRoots.some(({ name }) => name === packageName)) return true;
  const sharedFolder = path.split('/').slice(0, -segments).join('/');
  const nearest = packageRoots[0];
  if (!nearest || !isWithin(sharedFolder, nearest.folder)) return false;
  return nearest.folder !== sharedFolder || packageNames.has(nearest.name) || segments === MINIMUM_SUFFIX_SEGMENTS;
}

function filesOf(services: CatalogService[], fileOf: (service: CatalogService) => string | null): IdeFile[] {
  return services.flatMap((service) => {
    const file = fileOf(service);
    return file === null ? [] : [{ service: service.service, file }];
  });
}

function isFound(file: string | null): file is string {
  return file !== null;
}

/** Whether a deployed file lies outside its service's folder. */
function isOutside(file: string): boolean {
  return file.startsWith('../');
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
