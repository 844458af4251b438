// What a bundler's plugin is told.

import { resolve } from 'node:path';
import { matchesAny, modulePath } from '../load/module-path.js';
import { packageRoot } from '../package-root.js';

export interface PluginOptions {
  /**
   * Folder to which paths of files are relative, as the service's root is when the program runs. Default: that of the
   * nearest package.json at or above the folder in which the bundler works.
   */
  root?: string;
  /** Own files (relative to the root) or package names to measure; "*" stands for any text. Default: all. */
  include?: string[];
  /** The same, to leave out. */
  exclude?: string[];
  /** As PRODLENS_TIMING. Default: auto. */
  timing?: 'auto' | 'all';
  /** The bundle starts the sensor, and the sensor's files are put beside it. Default: true. */
  register?: boolean;
}

export interface PluginSettings {
  /** Absolute. */
  root: string;
  timing: 'auto' | 'all';
  register: boolean;
  /** Whether a file, by its absolute path, is measured. */
  includes(path: string): boolean;
}

/** `folder`: absolute path of the folder in which the bundler works. */
export function readOptions(options: PluginOptions, folder: string): PluginSettings {
  const { include = [], exclude = [], timing = 'auto', register = true } = options;
  const root = options.root === undefined ? (packageRoot(folder) ?? folder) : resolve(folder, options.root);
  const includes = (path: string) => {
    const of = modulePath(path, root);
    return !matchesAny(exclude, of) && (include.length === 0 || matchesAny(include, of));
  };
  return { root, timing, register, includes };
}
