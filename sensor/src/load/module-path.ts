// Whose a file is: the service's own, or an underlying package's, and by what path it is known.

import { relative, sep } from 'node:path';

export interface ModulePath {
  /** With "/": relative to the service's root, or "node_modules/NAME/…". */
  file: string;
  /** Name of the underlying package; null for the service's own files. */
  package: string | null;
}

const NODE_MODULES = 'node_modules/';

/** `path` and `root` absolute, in the system's own notation. */
export function modulePath(path: string, root: string): ModulePath {
  // As relative() says it, which looks for more than there mostly is to find.
  const isInside = path.startsWith(root) && path[root.length] === sep && !path.includes(`${sep}.`, root.length);
  const file = (isInside ? path.slice(root.length + 1) : relative(root, path)).split(sep).join('/');
  // What is outside the root may still be a package: of a monorepo's root folder, or beside a service that is
  // itself installed below node_modules.
  const whole = file.startsWith('../') ? path.split(sep).join('/') : file;
  const at = whole.lastIndexOf(NODE_MODULES);
  if (at < 0) return { file, package: null };
  const inside = whole.slice(at);
  const [scopeOrName, name] = inside.slice(NODE_MODULES.length).split('/');
  return { file: inside, package: scopeOrName!.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName! };
}

/** Whether one of the patterns ("*" stands for any text) is the file's path or its package's name. */
export function matchesAny(patterns: string[], path: ModulePath): boolean {
  return patterns.some((pattern) => {
    const expression = new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`);
    return expression.test(path.file) || (path.package !== null && expression.test(path.package));
  });
}

function literally(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
