// Whether an editor of this person has the extension, and no setting that hides what it shows: settings of VS Code and its
// kin, of the person and of the folder. JetBrains IDEs have a doctor of their own.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'jsonc-parser';
import type { ServiceSummary } from '../../query/query.js';
import { broken, type Finding, good, unsure } from './finding.js';

const LINK = 'Editor';
/** Where editors lay extensions, below the home folder, and the folder of their settings; null: on another machine. */
const EDITORS: Record<string, { extensions: string; settings: string | null }> = {
  'VS Code': { extensions: '.vscode', settings: 'Code' },
  'VS Code, by remote': { extensions: '.vscode-server', settings: null },
  Cursor: { extensions: '.cursor', settings: 'Cursor' },
  'Cursor, by remote': { extensions: '.cursor-server', settings: null },
  VSCodium: { extensions: '.vscode-oss', settings: 'VSCodium' },
  Windsurf: { extensions: '.windsurf', settings: 'Windsurf' },
};
const EXTENSION = /^prodlens\.prodlens-(\d.*)$/;
const DEFAULT_URL = 'http://127.0.0.1:4790';

type Settings = Record<string, unknown>;

/** `service`: the one that numbers are missing of; null where none is known. */
export function* editorFindings(
  folder: string,
  home: string,
  url: string,
  service: ServiceSummary | null,
): Generator<Finding> {
  const found = Object.entries(EDITORS).flatMap(([name, { extensions, settings }]) => {
    const version = installed(join(home, extensions, 'extensions'));
    return version === null ? [] : [{ name, version, settings }];
  });
  for (const { name, version, settings } of found) {
    const own = settings === null ? {} : { 'prodlens.url': DEFAULT_URL, ...userSettings(home, settings) };
    const merged = { ...own, ...folderSettings(folder) };
    const hiding = hidingSetting(name, merged, url, service);
    const text = `${name} has the extension ${version}`;
    if (hiding) yield hiding;
    else if (settings === null) yield unsure(LINK, `${text}; its settings are on another machine.`, 'Look there.');
    else yield good(LINK, `${text}, set to this collector.`);
  }
  if (found.length > 0) return;
  const remedy =
    'Install the .vsix by "Extensions: Install from VSIX…". For JetBrains IDEs: prodlens-jetbrains doctor.';
  yield unsure(LINK, 'No editor of the VS Code family here has the extension.', remedy);
}

/** What of the settings hides the numbers, or takes them from elsewhere; null where nothing does. */
function hidingSetting(
  editor: string,
  settings: Settings,
  url: string,
  service: ServiceSummary | null,
): Finding | null {
  const set = settings['prodlens.url'];
  if (set !== undefined && comparable(String(set)) !== comparable(url)) {
    const remedy = 'Set prodlens.url ("Prodlens: Connect to Collector…"), or look with --url where the editor looks.';
    return broken(LINK, `${editor} asks the collector at ${set}, not the one at ${url}.`, remedy);
  }
  for (const key of ['editor.codeLens', 'prodlens.codeLens.enabled']) {
    if (settings[key] === false)
      return broken(LINK, `In ${editor} ${key} is off: no lens is shown.`, `Set ${key} to true.`);
  }
  const { 'prodlens.services': services, 'prodlens.environment': environment } = settings;
  if (service && Array.isArray(services) && services.length > 0 && !services.includes(service.service)) {
    const text = `In ${editor} prodlens.services names others than ${service.service}: ${services.join(', ')}.`;
    return broken(LINK, text, `Add ${service.service}, or leave the setting empty.`);
  }
  if (service && typeof environment === 'string' && environment !== '' && !service.environments.includes(environment)) {
    const text = `In ${editor} prodlens.environment is ${environment}, where ${service.service} does not run.`;
    return broken(LINK, text, `It runs in ${service.environments.join(', ')}.`);
  }
  const calls = Number(settings['prodlens.codeLens.minimumCalls'] ?? 0);
  if (calls > 0) {
    const text = `In ${editor} prodlens.codeLens.minimumCalls is ${calls}: what is called less often has no lens.`;
    return unsure(LINK, text, 'Lower it, or choose a longer prodlens.window.');
  }
  return null;
}

/** All names of this machine are one. */
function comparable(url: string): string {
  return url.replace(/\/+$/, '').replace(/^(https?:\/\/)(localhost|\[::1\])(?=:|$)/, '$1127.0.0.1');
}

function installed(extensions: string): string | null {
  try {
    return readdirSync(extensions).flatMap((name) => EXTENSION.exec(name)?.[1] ?? [])[0] ?? null;
  } catch {
    return null;
  }
}

function userSettings(home: string, product: string): Settings {
  const folders = ['.config', 'Library/Application Support', 'AppData/Roaming'];
  const file = folders.map((folder) => join(home, folder, product, 'User/settings.json')).find(existsSync);
  return file === undefined ? {} : readJsonc(file);
}

/** Of the nearest folder with .vscode/settings.json, from `folder` up. */
function folderSettings(folder: string): Settings {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, '.vscode/settings.json');
    if (existsSync(file)) return readJsonc(file);
    if (at === dirname(at)) return {};
  }
}

function readJsonc(file: string): Settings {
  const value: unknown = parse(readFileSync(file, 'utf8'));
  return typeof value === 'object' && value !== null ? (value as Settings) : {};
}
