// Numbers of functions that have another file now than when they were deployed: says of which further files the numbers
// are needed, and adds them to the functions of a file.

import type { CatalogService, FunctionStats, IdeFile } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import type { DeployedTexts } from './deployed-text/deployed-texts.js';
import type { MappedFunction } from './mapping/mapped-functions.js';
import { matchMoved, movedFunctions } from './mapping/moved-functions.js';

export interface MovedNumbersSource {
  texts: DeployedTexts;
  /** Services that the file can be of. */
  services(path: string): CatalogService[];
  /** What a file is in a service. */
  filesOf(service: CatalogService, path: string): IdeFile[];
  /** Of the environment and version that are shown; null where they have not arrived. */
  reported(file: IdeFile, service: CatalogService): FunctionStats[] | null;
}

export interface MovedNumbers {
  /** The functions with those that came from elsewhere; `needed` is the files that those were in. */
  add(
    path: string,
    outline: OutlinedFunction[],
    mapped: MappedFunction[],
  ): { functions: MappedFunction[]; needed: IdeFile[] };
}

export function movedNumbers({ texts, services, filesOf, reported }: MovedNumbersSource): MovedNumbers {
  return {
    add(path, outline, mapped) {
      const found = new Set(mapped.filter(({ readings }) => readings.length > 0).map(({ outlined }) => outlined));
      const isNew = (outlined: OutlinedFunction) =>
        mapped.length === 0 || mapped.find((one) => one.outlined === outlined)?.absence?.reason === 'new';
      const left = outline.filter((outlined) => !found.has(outlined) && isNew(outlined));
      const needed: IdeFile[] = [];
      const readings = new Map<OutlinedFunction, MappedFunction['readings']>();
      if (left.length === 0) return { functions: mapped, needed };
      for (const service of services(path)) {
        if (!service.revision) continue;
        const moved = movedFunctions(left, path, texts.changedFiles(path, service.revision));
        for (const from of new Set(moved.map((one) => one.from.deployed.path))) {
          for (const file of filesOf(service, from)) {
            needed.push(file);
            for (const { outlined, deployed, match } of matchMoved(moved, reported(file, service) ?? [])) {
              readings.set(outlined, [...(readings.get(outlined) ?? []), { stats: deployed, match }]);
            }
          }
        }
      }
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
