// `prodlens lens`: the source of files with its production numbers, by the language server's own program, so that a
// terminal shows what an editor shows.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type CollectorAddress, tokenOption, urlOption } from './collector-request.js';

export interface LensOptions extends CollectorAddress {
  environment?: string;
  window?: string;
}

/** `prodlens lens`: runs the language server over files, as an editor does. */
export function lensCommand(): Command {
  return new Command('lens')
    .description("Print source files with their functions' production numbers above them, as an editor shows them.")
    .argument('<files...>', 'JavaScript or TypeScript files')
    .option('--environment <name>', 'whose numbers; without it production if it was called, else the busiest')
    .option('--window <time>', 'how far back the numbers go, from 1m, at most 90d', '1h')
    .addOption(urlOption())
    .addOption(tokenOption('read'))
    .action(async (files: string[], options: LensOptions) => {
      const child = annotate(files, options, 'inherit');
      const [code] = await once(child, 'close');
      process.exitCode = code ?? 1;
    });
}

/** Starts the language server's `annotate`. The token goes by the environment: arguments can be read by others. */
export function annotate(files: string[], { url, token, environment, window }: LensOptions, stdio: 'inherit' | 'pipe') {
  const server = fileURLToPath(import.meta.resolve('@prodlens/language-server/server'));
  const args = [server, 'annotate', '--url', url];
  if (environment !== undefined) args.push('--environment', environment);
  if (window !== undefined) args.push('--window', window);
  const env = { ...process.env, PRODLENS_TOKEN: token ?? '' };
  return spawn(process.execPath, [...args, '--', ...files], { env, stdio: ['ignore', stdio, stdio] });
}
