// Numbers of functions that have another file now than when they were deployed: says of which further files the numbers
// are needed, and adds them to the functions of a file. By the deployed texts where the workspace's git has them; else by
// what sensors told of texts, in the service's files that are nearest, which are asked for only until that is decided.

import type { CatalogService, FunctionStats, IdeFile } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import type { DeployedTexts } from './deployed-text/deployed-texts.js';
import type { FunctionMatch } from './mapping/deployed-functions.js';
import { type DeployedText, knownFunctions } from './mapping/deployed-text.js';
import type { MappedFunction } from './mapping/mapped-functions.js';
import type { DeployedPlace } from './mapping/match.js';
import { movedByFingerprint, type ReportedFile } from './mapping/moved-fingerprints.js';
import { isLongEnough, matchMoved, movedFunctions } from './mapping/moved-functions.js';

export interface MovedNumbersSource {
  texts: DeployedTexts;
  /** Services that the file can be of. */
  services(path: string): CatalogService[];
  /** What a file is in a service. */
  filesOf(service: CatalogService, path: string): IdeFile[];
  /** Other files of a service, nearest first, with their absolute paths; none of a service that the file is not of. */
  nearest(service: CatalogService, path: string): NearFile[];
  /** Of the environment and version that are shown; null where they have not arrived. */
  reported(file: IdeFile, service: CatalogService): FunctionStats[] | null;
}

export interface NearFile extends IdeFile {
  path: string;
}

export interface MovedNumbers {
  /** The functions with those that came from elsewhere; `needed` is the files that those were in. */
  add(
    path: string,
    outline: OutlinedFunction[],
    mapped: MappedFunction[],
  ): { functions: MappedFunction[]; needed: IdeFile[] };
  /** What a function stood in that has come to the file at `path`. */
  textAt(path: string, origin: DeployedPlace): DeployedText | null;
}

interface Found {
  needed: IdeFile[];
  matches: FunctionMatch[];
}

const MAXIMUM_DECIDED = 256;

export function movedNumbers(source: MovedNumbersSource): MovedNumbers {
  const { texts, services, filesOf, reported } = source;
  /** By what was looked for, the files that it was in. */
  const decided = new Map<string, NearFile[]>();

  function byTexts(left: OutlinedFunction[], path: string, service: CatalogService): Found {
    const moved = movedFunctions(left, path, texts.changedFiles(path, service.revision ?? ''));
    const needed = [...new Set(moved.map(({ from }) => from.deployed.path))].flatMap((from) => filesOf(service, from));
    return { needed, matches: needed.flatMap((file) => matchMoved(moved, reported(file, service) ?? [])) };
  }

  function byFingerprints(left: OutlinedFunction[], path: string, service: CatalogService): Found {
    const long = knownFunctions(left).filter(isLongEnough);
    if (long.length === 0) return { needed: [], matches: [] };
    const hashes = long.map(({ fingerprint }) => fingerprint?.hx);
    const key = [path, service.service, service.version, ...hashes].join('\0');
    const needed = decided.get(key) ?? source.nearest(service, path);
    const files: ReportedFile[] = [];
    for (const file of needed) {
      const [functions, now] = [reported(file, service), texts.now(file.path)];
      if (functions && now) files.push({ path: file.path, reported: functions, now });
    }
    // All of them or none: what is told from some could be another's.
    if (files.length < needed.length) return { needed, matches: [] };
    const matches = movedByFingerprint(left, path, files);
    if (decided.size >= MAXIMUM_DECIDED) decided.clear();
    const paths = new Set(matches.map(({ from }) => from.path));
    const kept = needed.filter((file) => paths.has(file.path));
    decided.set(key, kept);
    return { needed: kept, matches };
  }

  return {
    textAt(path, { revision, path: from }) {
      const found = texts.changedFiles(path, revision).find(({ deployed }) => deployed.path === from);
      return found?.deployed ?? null;
    },
    add(path, outline, mapped) {
      const found = new Set(mapped.filter(({ readings }) => readings.length > 0).map(({ outlined }) => outlined));
      const isNew = (outlined: OutlinedFunction) =>
        mapped.length === 0 || mapped.find((one) => one.outlined === outlined)?.absence?.reason === 'new';
      const left = outline.filter((outlined) => !found.has(outlined) && isNew(outlined));
      if (left.length === 0) return { functions: mapped, needed: [] };
      const readings = new Map<OutlinedFunction, MappedFunction['readings']>();
      const each = services(path).map((service) =>
        (texts.lacks(path, service.revision ?? '') ? byFingerprints : byTexts)(left, path, service),
      );
      for (const { outlined, deployed, match } of each.flatMap(({ matches }) => matches)) {
        readings.set(outlined, [...(readings.get(outlined) ?? []), { stats: deployed, match }]);
      }
      const needed = each.flatMap((one) => one.needed.map(({ service, file }) => ({ service, file })));
      if (readings.size === 0) return { functions: mapped, needed };
      const all = mapped.length > 0 ? mapped : outline.map((outlined) => ({ outlined, readings: [], absence: null }));
      const functions = all.map((one): MappedFunction => {
        const own = readings.get(one.outlined);
        return own ? { ...one, readings: own.sort((a, b) => b.stats.calls - a.stats.calls), absence: null } : one;
      });
      return { functions, needed };
    },
  };
}
