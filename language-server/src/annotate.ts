// The lenses of files on a terminal: each file's source with its lenses in place, as comment lines above the
// functions. For people without an editor at hand, for scripts and for the demo.

import { readFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { FunctionStats } from '@prodlens/protocol';
import type { FingerprintedFunction } from '@prodlens/syntax';
import { type DeployedTexts, deployedTexts } from './deployed-text/deployed-texts.js';
import { codeLenses, type Lens } from './ide/code-lenses.js';
import { DEFAULT_LENS_TEMPLATE } from './ide/lens-template.js';
import { type LineInPlace, linesInPlace } from './ide/lines-in-place.js';
import { missingFileText } from './ide/no-data.js';
import { versionsText, windowName } from './ide/time-window.js';
import { alertsByFunction } from './ide/troubles.js';
import { slashed } from './mapping/deployed-files.js';
import { runningVersion } from './mapping/environment.js';
import type { DeployedFunctions } from './mapping/mapped-functions.js';
import { packageRoots } from './package-roots.js';
import { type Parser, startParser } from './parsing/parser.js';
import { type ProductionNumbers, productionNumbers } from './production-numbers.js';
import { isReadable, isSourceFile } from './source-files.js';

export interface AnnotateOptions {
  url: string;
  token: string;
  environment: string;
  windowSeconds: number;
  /** The parser's program. */
  parser: URL;
}

export interface Annotated {
  /** As it was given. */
  file: string;
  /** The source with its lenses; null where there is a reason why not. */
  text: string | null;
  /** "does not exist", "no data: …": what stands after the file's name and a colon. */
  reason: string | null;
}

const DEADLINE_MS = 15_000;

/** One answer a file, in the order given. Waits up to 15 s for the collector's numbers. */
export async function annotate(files: string[], options: AnnotateOptions): Promise<Annotated[]> {
  const parser = startParser(options.parser);
  try {
    return await annotateBy(parser, files, options);
  } finally {
    parser.stop();
  }
}

async function annotateBy(parser: Parser, files: string[], options: AnnotateOptions): Promise<Annotated[]> {
  const sources = await Promise.all(files.map((file) => readSource(file, parser)));
  const readable = sources.filter((source) => source.reason === null);
  if (readable.length === 0) return sources.map(({ file, reason }) => ({ file, text: null, reason }));

  let wake = () => {};
  let texts: DeployedTexts | null = null;
  const numbers = productionNumbers(
    { ...options, services: [], pathMappings: [] },
    () => wake(),
    undefined,
    (changed) => {
      texts = deployedTexts(parser.outline, changed);
      return texts;
    },
  );
  try {
    numbers.follow(readable.map(({ path, roots }) => ({ path, packageRoots: roots })));
    const arrived = () =>
      waitUntil(
        () => readable.every(({ path }) => outcome(numbers, path, options.environment) !== null),
        (check) => {
          wake = check;
        },
      );
    await arrived();
    // What was deployed can say that a file is one of a service under another name.
    await (texts as DeployedTexts | null)?.settled();
    await arrived();
    return sources.map((source) => {
      const reason = source.reason ?? (outcome(numbers, source.path, options.environment) ?? late(numbers)).reason;
      return { file: source.file, reason, text: reason === null ? annotated(source, numbers, options) : null };
    });
  } finally {
    await numbers.close();
  }
}

interface Source {
  file: string;
  path: string;
  text: string;
  outline: FingerprintedFunction[];
  roots: Awaited<ReturnType<typeof packageRoots>>;
  reason: string | null;
}

async function readSource(file: string, parser: Parser): Promise<Source> {
  const path = resolve(file);
  const source = { file, path: slashed(path), text: '', outline: [], roots: [], reason: null };
  try {
    if ((await stat(path)).isDirectory()) return { ...source, reason: 'is a folder' };
    if (!isSourceFile(path)) return { ...source, reason: 'is not a JavaScript or TypeScript file' };
    const text = await readFile(path, 'utf8');
    if (!isReadable(text)) return { ...source, reason: 'is above 1 MB, or has lines above 5,000 characters' };
    const outline = await parser.outline(text, path);
    if (outline.length === 0) return { ...source, reason: 'has no functions' };
    return { ...source, text, outline, roots: await packageRoots(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ...source, reason: code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}` };
  }
}

/** null while it is open; a reason when the file will have no numbers; no reason when they are there. */
function outcome(numbers: ProductionNumbers, path: string, environment: string): { reason: string | null } | null {
  const { state, message } = numbers.status();
  if (state === 'unauthorised' || state === 'unreachable') return { reason: `has no numbers. ${message}` };
  const services = numbers.services();
  if (services === null) return null;
  const deployed = numbers.deployed(path);
  if (deployed.some((file) => file === null)) return null;
  const known = deployed.filter((file) => file !== null).filter(({ functions }) => functions.length > 0);
  if (known.length > 0) return { reason: elsewhere(known, environment) };
  const missing = numbers.missing(path);
  if (missing) return { reason: missingFileText(missing) };
  const names = services.map(({ service }) => service).join(', ');
  return { reason: `is not a file of a service that the collector knows (${names || 'it knows none yet'})` };
}

/** Where the services run, when none of them runs in the environment that was asked for; else null. */
function elsewhere(deployed: DeployedFunctions[], environment: string): string | null {
  if (environment === '') return null;
  const runsHere = ({ service, functions }: DeployedFunctions) =>
    service.environments.includes(environment) || functions.some((stats) => stats.environment === environment);
  if (deployed.some(runsHere)) return null;
  const each = deployed.map(
    ({ service: { service, environments } }) =>
      `${service} does not run in ${environment}; it runs in ${environments.join(', ')}`,
  );
  return `no data: ${each.join('. ')}`;
}

function late(numbers: ProductionNumbers): { reason: string } {
  const waitedFor = numbers.services() === null ? 'its catalog of services' : "the file's functions";
  return { reason: `has no numbers: the collector did not send ${waitedFor} within ${DEADLINE_MS / 1_000} s` };
}

function annotated(
  { file, path, text, outline }: Source,
  numbers: ProductionNumbers,
  { windowSeconds }: AnnotateOptions,
): string {
  const functions = numbers.mapped(path, text, outline);
  const options = {
    enabled: true,
    template: DEFAULT_LENS_TEMPLATE,
    minimumCalls: 0,
    windowSeconds,
    namesEnvironment: false,
    alertsOf: alertsByFunction(numbers.alerts() ?? []),
    isOff: ({ service, environment }: FunctionStats) =>
      numbers.services()?.some((known) => known.service === service && known.measuringOff?.includes(environment)) ??
      false,
    age: '',
    shown: new Set<string>(),
    mayAdd: true,
    said: new WeakMap(),
  };
  const arrived = numbers.deployed(path).filter((known) => known !== null);
  const deployed = arrived.filter(({ functions }) => functions.length > 0);
  const services = deployed.map(({ service, environment }) => `${service.service} in ${environment}`);
  const shownPath = relative(process.cwd(), resolve(file)) || file;
  const head = `// ${shownPath} · ${services.join(', ')} · ${windowName(windowSeconds)}, ${versionsText(runningVersions(deployed))}`;
  const lenses = codeLenses(text, functions, options);
  return `${head}\n${linesInPlace(text, lensLines(text, lenses))}`;
}

/** A line for each lens; one of several over the same line names its function. */
function lensLines(text: string, lenses: Lens[]): LineInPlace[] {
  const lineOf = ({ start }: Lens) => text.lastIndexOf('\n', start - 1);
  const onLine = new Map<number, number>();
  for (const lens of lenses) onLine.set(lineOf(lens), (onLine.get(lineOf(lens)) ?? 0) + 1);
  return lenses.map((lens) => {
    const name = onLine.get(lineOf(lens)) === 1 ? '' : `${lens.name.replace(/\s+/g, ' ')}: `;
    return { start: lens.start, line: `// ◂ ${name}${lens.title}` };
  });
}

/** "2.0.0", or with the services' names where they run several. '' when unknown. */
function runningVersions(deployed: DeployedFunctions[]): string {
  const running = deployed.map(({ service, environment, functions }) => {
    const here = functions.filter((stats) => stats.environment === environment);
    return { service: service.service, version: runningVersion(here, service.version) || service.version };
  });
  const versions = new Set(running.map(({ version }) => version));
  if (versions.size === 1) return [...versions].join('');
  return running.map(({ service, version }) => `${service} ${version}`.trim()).join(', ');
}

/** Checks now and whenever the change that `onChange` registers for comes; gives up after the deadline. */
function waitUntil(done: () => boolean, onChange: (check: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DEADLINE_MS);
    const check = () => {
      if (!done()) return;
      clearTimeout(timer);
      resolve();
    };
    onChange(check);
    check();
  });
}
