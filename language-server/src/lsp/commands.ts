// The commands that a client can run. Each does its work through the client; one that cannot do it says so in the log.

import type { Connection, Range, ShowDocumentParams } from 'vscode-languageserver/node';

export const SHOW_FUNCTION = 'prodlens.showFunction';
export const OPEN_IN_WEB_APP = 'prodlens.openInWebApp';
export const REFRESH = 'prodlens.refresh';

export const COMMANDS = [REFRESH, SHOW_FUNCTION, OPEN_IN_WEB_APP];

/** What the commands need of the server. */
export interface CommandContext {
  connection: Connection;
  showsDocuments: boolean;
  /** Where a function now stands in an open document; null when it is in none of that URI. */
  rangeOf(functionId: string, uri: string): Range | null;
  webAppUrl(functionId: string | null): string;
  refresh(): Promise<void>;
}

/** Some clients never answer a request to show something. */
const SHOW_TIMEOUT_MS = 5_000;

export async function runCommand(command: string, args: unknown[], context: CommandContext): Promise<void> {
  if (command === REFRESH) return context.refresh();
  if (command === SHOW_FUNCTION) return showFunction(args, context);
  if (command === OPEN_IN_WEB_APP) return openInWebApp(args, context);
  context.connection.console.log(`There is no command ${command}.`);
}

/** Arguments as a lens carries them: [functionId or null, uri, 0-based line]. */
async function showFunction([functionId, uri, line]: unknown[], context: CommandContext): Promise<void> {
  if (typeof uri !== 'string') {
    context.connection.console.log(`${SHOW_FUNCTION} needs [functionId, uri, line].`);
    return;
  }
  const start = { line: typeof line === 'number' ? line : 0, character: 0 };
  const now = typeof functionId === 'string' ? context.rangeOf(functionId, uri) : null;
  await show({ uri, takeFocus: true, selection: now ?? { start, end: start } }, context);
}

/** Arguments: [functionId], or none for the web app's first page. */
async function openInWebApp([functionId]: unknown[], context: CommandContext): Promise<void> {
  const uri = context.webAppUrl(typeof functionId === 'string' ? functionId : null);
  // A selection means nothing here, but there are clients that fail without one.
  const start = { line: 0, character: 0 };
  await show({ uri, external: true, selection: { start, end: start } }, context);
}

async function show(params: ShowDocumentParams, { connection, showsDocuments }: CommandContext): Promise<void> {
  if (!showsDocuments) {
    connection.console.log(`This editor shows nothing on request: ${params.uri}`);
    return;
  }
  const shown = await within(SHOW_TIMEOUT_MS, connection.window.showDocument(params));
  if (!shown?.success) connection.console.log(`The editor did not show ${params.uri}.`);
}

/** The promise's value, or null when it takes longer. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
