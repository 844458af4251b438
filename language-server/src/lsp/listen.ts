// A language server on this process's standard streams (or Node IPC), by the arguments that an editor starts it with.
// The connection ends the process: on exit, when its input closes, and when the editor's process is gone.

import { createConnection } from 'vscode-languageserver/node';
import { startServer } from './server.js';

/** `parser` is the parser's program. */
export function listen(parser: URL): void {
  const connection = createConnection();
  startServer(connection, { url: process.env.PRODLENS_URL, token: process.env.PRODLENS_TOKEN, parser });
  connection.listen();
}
