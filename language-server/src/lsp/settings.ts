// The settings of section "prodlens", from wherever a client gives them: its configuration when asked, its
// didChangeConfiguration, its initializationOptions, and the environment variables. Each value is taken from the
// first of these that has it in the right form; what is wrong is as if it were not set. A token is for the address
// that its giver meant: the environment's is not sent to where the settings of a repository point.

import { DEFAULT_URL } from '../collector-client.js';
import { DEFAULT_LENS_TEMPLATE } from '../ide/lens-template.js';
import { parseWindow } from '../ide/time-window.js';

export interface Settings {
  url: string;
  token: string;
  /** '' chooses one for each service. */
  environment: string;
  /** Empty for all. */
  services: string[];
  /** As written, e.g. "1h"; at most "90d". */
  window: string;
  windowSeconds: number;
  /** Deployed prefix to workspace prefix. */
  pathMappings: Record<string, string>;
  lensEnabled: boolean;
  lensTemplate: string;
  lensMinimumCalls: number;
  diagnosticsEnabled: boolean;
  inlayHintsEnabled: boolean;
}

type Section = Record<string, unknown>;

const DEFAULT_WINDOW = { text: '1h', seconds: 3_600 };

/**
 * `layers` are values of the section, strongest first; anything that is no object is passed over. `pairing` is the one
 * of them whose token, where it has no address, was chosen for the address in use.
 */
export function resolveSettings(layers: unknown[], pairing?: unknown): Settings {
  const sections = layers.filter(isObject);
  const first = <T>(name: string, accept: (value: unknown) => value is T): T | undefined =>
    sections.map((section) => field(section, name)).find(accept);
  const window = parseWindow(first('window', isWindow) ?? '') ?? DEFAULT_WINDOW;
  return {
    url: urlOf(sections),
    token: tokenOf(sections, pairing),
    environment: first('environment', isFilledString) ?? '',
    services: first('services', isStrings) ?? [],
    window: window.text,
    windowSeconds: window.seconds,
    pathMappings: first('pathMappings', isStringRecord) ?? {},
    lensEnabled: first('codeLens.enabled', isBoolean) ?? true,
    lensTemplate: first('codeLens.template', isFilledString) ?? DEFAULT_LENS_TEMPLATE,
    lensMinimumCalls: first('codeLens.minimumCalls', isNumber) ?? 0,
    diagnosticsEnabled: first('diagnostics.enabled', isBoolean) ?? true,
    inlayHintsEnabled: first('inlayHints.enabled', isBoolean) ?? false,
  };
}

function urlOf(sections: Section[]): string {
  return (sections.map((section) => field(section, 'url')).find(isFilledString) ?? DEFAULT_URL)
    .trim()
    .replace(/\/+$/, '');
}

/** The strongest token whose layer, without the stronger ones, is about the collector in use; '' for none. */
function tokenOf(sections: Section[], pairing: unknown): string {
  const origin = originOf(urlOf(sections));
  const tokens = sections.flatMap((section, index) => {
    const token = field(section, 'token');
    if (!isFilledString(token)) return [];
    const paired = section === pairing && !isFilledString(field(section, 'url'));
    return paired || originOf(urlOf(sections.slice(index))) === origin ? [token.trim()] : [];
  });
  return tokens[0] ?? '';
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** The section in what a client sends as all of its settings: below "prodlens", dotted, or the section itself. */
export function sectionOf(settings: unknown): Section | null {
  if (!isObject(settings)) return null;
  if (isObject(settings.prodlens)) return settings.prodlens;
  const dotted = Object.entries(settings).filter(([name]) => name.startsWith('prodlens.'));
  return dotted.length > 0
    ? Object.fromEntries(dotted.map(([name, value]) => [name.slice('prodlens.'.length), value]))
    : settings;
}

/** "codeLens.enabled" as one name or as a path. */
function field(section: Section, name: string): unknown {
  if (name in section) return section[name];
  return name.split('.').reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), section);
}

function isObject(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isFilledString(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isWindow(value: unknown): value is string {
  return typeof value === 'string' && parseWindow(value) !== null;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((item) => typeof item === 'string');
}
