// The functions of a text, each with what production says of it: one reading a service that runs it, busiest first,
// or the reason why there is none. This is all that lenses, hovers and diagnostics are made of.

import type { CatalogService, FunctionStats } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import { matchByFingerprint } from './deployed-fingerprints.js';
import { matchFunctions } from './deployed-functions.js';
import { type DeployedText, matchByText } from './deployed-text.js';
import { runningVersion } from './environment.js';
import type { Match } from './match.js';

/** What one service's deployment has in the place of the text. */
export interface DeployedFunctions {
  service: CatalogService;
  /** Whose numbers are shown. */
  environment: string;
  /** Of all environments, as the collector sends them. */
  functions: FunctionStats[];
  /** What was deployed, by revision, as far as it is known. */
  texts?: ReadonlyMap<string, DeployedText>;
}

export interface Reading {
  stats: FunctionStats;
  /** How sure it is that this is the function, and what became of it since. */
  match: Match;
}

/** Why a service has no reading of a function; the most telling first. */
const ABSENCE_REASONS = ['ambiguous', 'new', 'not in version', 'not seen', 'not in environment'] as const;

export interface Absence {
  /**
   * ambiguous: there is another number of functions of the name. new: the deployed text is known and has no such
   * function. not seen: the file is a package's, of which only functions that were called are known.
   */
  reason: (typeof ABSENCE_REASONS)[number];
  service: string;
  environment: string;
  /** The running one; '' when unknown. */
  version: string;
}

export interface MappedFunction {
  outlined: OutlinedFunction;
  /** Most calls first; a service at most once. */
  readings: Reading[];
  /** Why there is no reading; null where there is one. */
  absence: Absence | null;
}

/** Empty where no deployment knows the text's file. */
export function mapFunctions(
  text: string,
  outline: OutlinedFunction[],
  deployed: DeployedFunctions[],
): MappedFunction[] {
  const files = deployed.filter(({ functions }) => functions.length > 0).map((file) => mapFile(text, outline, file));
  if (files.length === 0) return [];
  return outline.map((outlined) => {
    const readings = files.flatMap(({ readings }) => readings.get(outlined) ?? []);
    if (readings.length > 0) {
      readings.sort((a, b) => b.stats.calls - a.stats.calls);
      return { outlined, readings, absence: null };
    }
    const absences = files.map(({ absenceOf }) => absenceOf(outlined));
    const telling = ABSENCE_REASONS.flatMap((reason) => absences.filter((absence) => absence.reason === reason));
    return { outlined, readings, absence: telling[0] ?? null };
  });
}

interface MappedFile {
  readings: Map<OutlinedFunction, Reading>;
  absenceOf(outlined: OutlinedFunction): Absence;
}

function mapFile(
  text: string,
  outline: OutlinedFunction[],
  { service, environment, functions, texts }: DeployedFunctions,
): MappedFile {
  const here = functions.filter((stats) => stats.environment === environment);
  const version = runningVersion(here, service.version);
  const running = here.filter((stats) => stats.version === version);
  const names = new Set(running.map(({ name }) => name));
  const deployedText = texts?.get(running[0]?.revision ?? '');
  const byText =
    (deployedText && matchByText(outline, running, deployedText)) ?? matchByFingerprint(text, outline, running);
  const matches = byText ?? matchFunctions(text, outline, running);
  const reasonOf = ({ name }: OutlinedFunction): Absence['reason'] => {
    if (here.length === 0) return 'not in environment';
    if (byText !== null) return 'new';
    if (names.has(name)) return 'ambiguous';
    return functions[0]?.package == null ? 'not in version' : 'not seen';
  };
  return {
    readings: new Map(matches.map(({ outlined, deployed, match }) => [outlined, { stats: deployed, match }])),
    absenceOf: (outlined) => ({ reason: reasonOf(outlined), service: service.service, environment, version }),
  };
}
