// `prodlens backup` and `prodlens restore`: work on the data folder itself, the first also beside a running collector.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { backUp, restore } from '../store/sqlite/backup.js';
import { dataOption } from './tokens.js';

/** `prodlens backup`. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('Copy all data to a new folder, also while the collector runs. `up --data` reads the copy too.')
    .argument('<path>', 'folder that is made; there must be nothing yet')
    .addOption(dataOption())
    .action(async (path: string, { data }: { data: string }) => {
      await backUp(data, path);
      console.log(resolve(path));
    });
}

/** `prodlens restore`. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup into the data folder, while no collector runs on it.')
    .argument('<path>', 'what `prodlens backup` has made')
    .option('--replace', 'move data that is there into a folder beside it')
    .addOption(dataOption())
    .action((path: string, { data, replace }: { data: string; replace?: true }) => {
      const aside = restore(path, data, { replace: replace === true });
      console.log(resolve(data));
      if (aside !== null) console.error(`What was there before is in ${resolve(aside)}.`);
    });
}
