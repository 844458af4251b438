// Starts the language server as an IDE does and asks it what it offers: the proof that it answers.

import { spawn } from 'node:child_process';
import {
  createProtocolConnection,
  InitializeRequest,
  type ServerCapabilities,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

const ANSWER_TIMEOUT_MS = 20_000;

/** What the server says that it can do. Rejects with the reason, and with what the server wrote to stderr. */
export async function askServer(program: string, ...args: string[]): Promise<ServerCapabilities> {
  const child = spawn(program, args, { stdio: 'pipe' });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  child.stdin.on('error', () => {}); // told by its end
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.onError(() => {});
  connection.listen();
  const { promise: failed, reject } = rejection();
  const timer = setTimeout(() => reject(`gave no answer within ${ANSWER_TIMEOUT_MS / 1_000} s`), ANSWER_TIMEOUT_MS);
  child.on('error', (error) => reject(`does not start: ${error.message}`));
  child.on('close', (code) => reject(`ended with ${code} before it answered${errors && `:\n${errors.trim()}`}`));
  try {
    const parameters = { processId: process.pid, rootUri: null, capabilities: {} };
    const { capabilities } = await Promise.race([connection.sendRequest(InitializeRequest.type, parameters), failed]);
    await Promise.race([connection.sendRequest(ShutdownRequest.type), failed]);
    return capabilities;
  } finally {
    clearTimeout(timer);
    connection.dispose();
    child.kill();
  }
}

function rejection(): { promise: Promise<never>; reject(reason: string): void } {
  let reject: (reason: string) => void = () => {};
  const promise = new Promise<never>((_, decline) => {
    reject = (reason) => decline(new Error(`The language server ${reason}`));
  });
  promise.catch(() => {}); // where nobody waits any more
  return { promise, reject };
}
