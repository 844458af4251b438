#!/usr/bin/env node
// The program: a language server over stdio, or a printer of annotated source. Parses arguments and nothing else.

import { parseArgs } from 'node:util';
import { DEFAULT_URL } from './collector-client.js';
import { parseWindow } from './ide/time-window.js';
import { VERSION } from './version.js';

const HELP = `Usage:
  prodlens-language-server --stdio
      Speaks the Language Server Protocol over standard input and output.

  prodlens-language-server annotate FILE… [options]
      Prints each file's source with its lenses in place.
      --url URL            address of the collector
      --token TOKEN        token of scope read
      --environment NAME   whose numbers are shown; without it production if it was called, else the busiest
      --window WINDOW      how far back the numbers go, from 1m, at most 90d (default 1h)

  -h, --help, --version

Environment:
  PRODLENS_URL     address of the collector (default ${DEFAULT_URL})
  PRODLENS_TOKEN   token of scope read
`;

/** Set where this program is bundled: the parser is then a file beside it. */
declare const BUNDLED_PARSER: string | undefined;
const PARSER = new URL(
  typeof BUNDLED_PARSER === 'string' ? BUNDLED_PARSER : './parsing/parser-thread.js',
  import.meta.url,
);

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'annotate') return runAnnotate(rest);
  if (args.includes('--stdio') || args.includes('--node-ipc')) {
    const { listen } = await import('./lsp/listen.js');
    listen(PARSER);
    return 0;
  }
  if (command === '--version') process.stdout.write(`${VERSION}\n`);
  else if (command === '-h' || command === '--help' || command === undefined) process.stdout.write(HELP);
  else if (command.startsWith('-')) return usage(`unknown option ${command}`);
  else return usage(`unknown command ${command}`);
  return 0;
}

async function runAnnotate(args: string[]): Promise<number> {
  const parsed = parseAnnotateArgs(args);
  if (typeof parsed === 'string') return usage(parsed);
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const window = parseWindow(values.window);
  if (window === null) return usage(`--window ${values.window} is not at least 1m, such as 15m, 1h or 2d`);
  if (positionals.length === 0) return usage('annotate needs a file');
  if (window.text !== values.window.trim()) {
    process.stderr.write(`--window ${values.window} is taken as ${window.text}: numbers are kept no longer\n`);
  }
  const { annotate } = await import('./annotate.js');
  const results = await annotate(positionals, {
    url: values.url ?? (process.env.PRODLENS_URL || DEFAULT_URL),
    token: values.token ?? process.env.PRODLENS_TOKEN ?? '',
    environment: values.environment ?? '',
    windowSeconds: window.seconds,
    parser: PARSER,
  });
  for (const { file, text, reason } of results) {
    if (text !== null) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    else process.stderr.write(`${file}: ${reason}\n`);
  }
  return results.every(({ text }) => text !== null) ? 0 : 1;
}

function parseAnnotateArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        environment: { type: 'string' },
        window: { type: 'string', default: '1h' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    const { message } = error as Error;
    const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1];
    return unknown === undefined ? message.replace(/\.$/, '') : `unknown option ${unknown}`;
  }
}

function usage(fault: string): number {
  process.stderr.write(`prodlens-language-server: ${fault}. See --help.\n`);
  return 2;
}
