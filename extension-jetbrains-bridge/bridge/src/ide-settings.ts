// The collectors that the JetBrains IDEs of this person are set to: where the plugin stores its settings, and where LSP4IJ
// stores those of an imported template. Only read; a file that is not as expected says nothing. The plugin's token is in
// the IDE's password store and cannot be seen here.

import { readFileSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { Machine } from './node-locations.js';

export interface IdeSettings {
  /** "IntelliJIdea2026.1, plugin": for a person. */
  where: string;
  /** '' for the default. */
  url: string;
  /** null where it is in the password store. */
  token: string | null;
}

/** One for each IDE and way of installing, in the order of their names. `read`: text of a file; null where there is none. */
export function ideSettings(machine: Machine, read = readText): IdeSettings[] {
  const { join, basename } = machine.platform === 'win32' ? win32 : posix;
  return configurationFolders(machine).flatMap((folder) => {
    const text = (name: string) => read(join(folder, 'options', name)) ?? '';
    const ide = basename(folder);
    const plugin = text('prodlens.xml');
    const found: IdeSettings[] = [];
    // An IDE writes down only what is not the default.
    if (plugin.includes('name="Prodlens"')) {
      found.push({ where: `${ide}, plugin`, url: options(plugin, 'url')[0] ?? '', token: null });
    }
    for (const content of options(text('UserDefinedLanguageServerSettings.xml'), 'configurationContent')) {
      const section = sectionOf(content);
      if (section) found.push({ where: `${ide}, template`, ...section });
    }
    return found;
  });
}

/** Of each IDE that has run; Android Studio's are under Google. */
function configurationFolders(machine: Machine): string[] {
  const { platform, home, variables, files } = machine;
  const { join } = platform === 'win32' ? win32 : posix;
  const root =
    platform === 'win32'
      ? (variables.APPDATA ?? join(home, 'AppData', 'Roaming'))
      : platform === 'darwin'
        ? join(home, 'Library', 'Application Support')
        : variables.XDG_CONFIG_HOME || join(home, '.config');
  return ['JetBrains', 'Google'].flatMap((maker) =>
    files
      .names(join(root, maker))
      .sort()
      .map((name) => join(root, maker, name)),
  );
}

/** Values of the options of a name in a settings file of an IDE. */
function options(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<option name="${name}" value="([^"]*)"`, 'g'))].map(([, value]) =>
    unescaped(value ?? ''),
  );
}

const ENTITIES: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hexadecimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    return String.fromCodePoint(decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16));
  });
}

/** null for what is no configuration of Prodlens. Keys are nested or dotted, as LSP4IJ expands both. */
export function sectionOf(json: string): { url: string; token: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const all = value as Record<string, unknown>;
  if (!Object.keys(all).some((key) => key === 'prodlens' || key.startsWith('prodlens.'))) return null;
  const nested = (all.prodlens ?? {}) as Record<string, unknown>;
  const textOf = (key: string) => {
    const found = nested[key] ?? all[`prodlens.${key}`];
    return typeof found === 'string' ? found.trim() : '';
  };
  return { url: textOf('url'), token: textOf('token') };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
