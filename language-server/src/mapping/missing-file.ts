// Why a file of a running service has no numbers at all: the service does not report it. The file belongs to the
// service whose package.json is the nearest named one above it; of any other file nothing is said.

import { posix } from 'node:path';
import type { CatalogService } from '@prodlens/protocol';
import type { EditorFile } from './deployed-files.js';

export interface MissingFile {
  service: string;
  /** A compiled file that the service reports, where it reports no other kind and the file is TypeScript. */
  compiled: string | null;
}

/** For a file that deployedFiles() finds in no service. */
export function missingFile(services: CatalogService[], { path, packageRoots }: EditorFile): MissingFile | null {
  if (path.includes('/node_modules/')) return null;
  const service = services.find(({ packageName }) => packageName !== '' && packageName === packageRoots[0]?.name);
  if (!service) return null;
  const { files } = service;
  if (!/\.(?:[cm]?ts|tsx)$/.test(path) || !files.every(isJavaScript))
    return { service: service.service, compiled: null };
  const sameName = files.find((file) => nameOf(file) === nameOf(path));
  return { service: service.service, compiled: sameName ?? files[0] ?? null };
}

function isJavaScript(file: string): boolean {
  return /\.(?:[cm]?js|jsx)$/.test(file);
}

/** Without folder and extension. */
function nameOf(path: string): string {
  return posix.basename(path).replace(/\.\w+$/, '');
}
