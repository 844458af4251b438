// The lenses of files on a terminal: each file's source with its lenses in place, as comment lines above the
// functions. For people without an editor at hand, for scripts and for the demo.

import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import { codeLenses } from './ide/code-lenses.js';
import { DEFAULT_LENS_TEMPLATE } from './ide/lens-template.js';
import { linesInPlace } from './ide/lines-in-place.js';
import { windowName } from './ide/time-window.js';
import { slashed } from './mapping/deployed-files.js';
import { runningVersion } from './mapping/environment.js';
import type { DeployedFunctions } from './mapping/mapped-functions.js';
import { packageRoots } from './package-roots.js';
import { type ProductionNumbers, productionNumbers } from './production-numbers.js';
import { isSourceFile } from './source-files.js';

export interface AnnotateOptions {
  url: string;
  token: string;
  environment: string;
  windowSeconds: number;
}

export interface Annotated {
  /** As it was given. */
  file: string;
  /** The source with its lenses; null where there is a reason why not. */
  text: string | null;
  reason: string | null;
}

const DEADLINE_MS = 15_000;

/** One answer a file, in the order given. Waits up to 15 s for the collector's numbers. */
export async function annotate(files: string[], options: AnnotateOptions): Promise<Annotated[]> {
  const sources = await Promise.all(files.map(readSource));
  const readable = sources.filter((source) => source.reason === null);
  if (readable.length === 0) return sources.map(({ file, reason }) => ({ file, text: null, reason }));

  let wake = () => {};
  const numbers = productionNumbers({ ...options, services: [], pathMappings: [] }, () => wake());
  try {
    numbers.follow(readable.map(({ path, roots }) => ({ path, packageRoots: roots })));
    await waitUntil(
      () => readable.every(({ path }) => outcome(numbers, path) !== null),
      (check) => {
        wake = check;
      },
    );
    return sources.map((source) => {
      const { file, path, text } = source;
      const reason = source.reason ?? (outcome(numbers, path) ?? late(numbers)).reason;
      return { file, reason, text: reason === null ? annotated(file, path, text, numbers, options) : null };
    });
  } finally {
    numbers.close();
  }
}

interface Source {
  file: string;
  path: string;
  text: string;
  roots: Awaited<ReturnType<typeof packageRoots>>;
  reason: string | null;
}

async function readSource(file: string): Promise<Source> {
  const path = resolve(file);
  const source = { file, path: slashed(path), text: '', roots: [], reason: null };
  if (!isSourceFile(path)) return { ...source, reason: 'is not a JavaScript or TypeScript file' };
  try {
    return { ...source, text: await readFile(path, 'utf8'), roots: await packageRoots(path) };
  } catch (error) {
    return { ...source, reason: `cannot be read: ${(error as Error).message}` };
  }
}

/** null while it is open; a reason when the file will have no numbers; no reason when they are there. */
function outcome(numbers: ProductionNumbers, path: string): { reason: string | null } | null {
  const { state, message } = numbers.status();
  if (state === 'unauthorised' || state === 'unreachable') return { reason: `has no numbers. ${message}` };
  const services = numbers.services();
  if (services === null) return null;
  const deployed = numbers.deployed(path);
  if (deployed.some((file) => file === null)) return null;
  if (deployed.some((file) => file !== null && file.functions.length > 0)) return { reason: null };
  const names = services.map(({ service }) => service).join(', ');
  return { reason: `is not a file of a service that the collector knows (${names || 'it knows none yet'})` };
}

function late(numbers: ProductionNumbers): { reason: string } {
  const waitedFor = numbers.services() === null ? 'its catalog of services' : "the file's functions";
  return { reason: `has no numbers: the collector did not send ${waitedFor} within ${DEADLINE_MS / 1_000} s` };
}

function annotated(
  file: string,
  path: string,
  text: string,
  numbers: ProductionNumbers,
  { windowSeconds }: AnnotateOptions,
): string {
  const functions = numbers.mapped(path, outlineTypeScript(text, path));
  const options = { enabled: true, template: DEFAULT_LENS_TEMPLATE, minimumCalls: 0, windowSeconds };
  const deployed = numbers.deployed(path).filter((known) => known !== null);
  const services = deployed.filter((known) => known.functions.length > 0).map(serviceName);
  const shownPath = relative(process.cwd(), resolve(file)) || file;
  const head = `// ${shownPath} · ${services.join(', ')} · ${windowName(windowSeconds)}`;
  const lenses = codeLenses(text, functions, options);
  const lines = lenses.map(({ start, title }) => ({ start, line: `// ◂ ${title}` }));
  return `${head}\n${linesInPlace(text, lines)}`;
}

/** "order-service 2.0.0 in production" */
function serviceName({ service, environment, functions }: DeployedFunctions): string {
  const here = functions.filter((stats) => stats.environment === environment);
  const version = runningVersion(here, service.version) || service.version;
  return [service.service, version, 'in', environment].filter((word) => word !== '').join(' ');
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
