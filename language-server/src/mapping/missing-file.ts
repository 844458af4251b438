// Why a file of a running service has no numbers at all: the service does not report it. The file belongs to the
// service whose package.json is the nearest named one above it; of any other file something is said only where it could
// be several files, and the user can say which.

import { posix } from 'node:path';
import type { CatalogService } from '@prodlens/protocol';
import { deployedFiles, type EditorFile, likelyFiles, type PathMapping } from './deployed-files.js';

export type MissingFile =
  /** The service runs it unmeasured, for a reason of SensorFacts.skipped. */
  | { kind: 'left out'; service: string; reason: string }
  /** No process of it has loaded the file; `unsure`: or an older sensor leaves it out and does not tell. */
  | { kind: 'not loaded'; service: string; unsure: boolean }
  /** It reports compiled files only, such as this one, and the file is TypeScript. */
  | { kind: 'compiled'; service: string; compiled: string }
  /** It may be any of these, which only a path mapping can tell. */
  | { kind: 'no mapping'; service: string; files: string[] };

/** For a file that deployedFiles() finds in no service. */
export function missingFile(
  services: CatalogService[],
  file: EditorFile,
  mappings: PathMapping[] = [],
): MissingFile | null {
  const { path, packageRoots } = file;
  if (path.includes('/node_modules/')) return null;
  const leftOut = leftOutFile(services, file, mappings);
  if (leftOut) return leftOut;
  const own = services.find(({ packageName }) => packageName !== '' && packageName === packageRoots[0]?.name);
  if (!own) return unmapped(services, file);
  const { service, files } = own;
  const notLoaded: MissingFile = { kind: 'not loaded', service, unsure: own.leftOut === undefined };
  if (!/\.(?:[cm]?ts|tsx)$/.test(path) || !files.every(isJavaScript)) return notLoaded;
  const compiled = files.find((known) => nameOf(known) === nameOf(path)) ?? files[0];
  return compiled === undefined ? notLoaded : { kind: 'compiled', service, compiled };
}

/** Found among what services leave out by the same rules as among what they report. */
function leftOutFile(services: CatalogService[], file: EditorFile, mappings: PathMapping[]): MissingFile | null {
  const asReported = services.map((one) => ({ ...one, files: (one.leftOut ?? []).map((left) => left.file) }));
  for (const { service, file: found } of deployedFiles(asReported, file, mappings)) {
    const left = services.find((one) => one.service === service)?.leftOut?.find((one) => one.file === found);
    if (left) return { kind: 'left out', service, reason: left.reason };
  }
  return null;
}

function unmapped(services: CatalogService[], file: EditorFile): MissingFile | null {
  const likely = likelyFiles(services, file);
  const [first] = likely;
  if (!first || likely.length < 2) return null;
  const files = likely.map(({ service, file: found }) =>
    likely.every((one) => one.service === service) ? found : `${service} ${found}`,
  );
  return { kind: 'no mapping', service: first.service, files };
}

function isJavaScript(file: string): boolean {
  return /\.(?:[cm]?js|jsx)$/.test(file);
}

/** Without folder and extension. */
function nameOf(path: string): string {
  return posix.basename(path).replace(/\.\w+$/, '');
}
