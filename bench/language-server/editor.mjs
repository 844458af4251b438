// An editor without a screen: starts the bundled server, speaks LSP to it over its standard streams, answers what it
// asks, and knows when it asked for lenses to be refreshed.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../language-server/bundle/server.cjs', import.meta.url));
const PROBE = fileURLToPath(new URL('probe.cjs', import.meta.url));
const CLOCK_TICKS_A_SECOND = 100;

/** `cache`: folder of last known numbers. */
export async function startEditor({ url, cache, folder }) {
  const child = spawn(process.execPath, ['--require', PROBE, SERVER, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, PRODLENS_URL: url, PRODLENS_TOKEN: '', XDG_CACHE_HOME: cache },
  });
  const pending = new Map();
  const ended = new Promise((resolve) => child.once('close', resolve));
  let lastId = 0;
  let refreshed = () => {};
  readMessages(child.stdout, (message) => {
    if (message.method === undefined) return pending.get(message.id)?.(message.result);
    if (message.id !== undefined)
      write({ id: message.id, result: message.method.includes('configuration') ? [{}] : null });
    if (message.method === 'workspace/codeLens/refresh') refreshed();
  });

  function write(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    child.stdin.write(body);
  }

  function request(method, params) {
    const id = `${++lastId}`;
    write({ id, method, params });
    return new Promise((resolve) => pending.set(id, resolve));
  }

  const told = (key) => new Promise((resolve) => child.on('message', (message) => key in message && resolve(message)));
  const capabilities = { workspace: { configuration: true, codeLens: { refreshSupport: true } } };
  await request('initialize', { processId: process.pid, rootUri: `file://${folder}`, capabilities });
  write({ method: 'initialized', params: {} });

  return {
    open: (uri, text) =>
      write({
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: 'typescript', version: 1, text } },
      }),
    close: (uri) => write({ method: 'textDocument/didClose', params: { textDocument: { uri } } }),
    /** `change` is { range, text }. */
    change: (uri, version, change) =>
      write({ method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges: [change] } }),
    lenses: (uri) => request('textDocument/codeLens', { textDocument: { uri } }),
    hover: (uri, position) => request('textDocument/hover', { textDocument: { uri }, position }),
    /** The lenses once one of them has a number, asked for as an editor does: at once, then at each refresh. */
    async numbers(uri) {
      for (;;) {
        const again = new Promise((resolve) => {
          refreshed = resolve;
        });
        const lenses = (await this.lenses(uri)) ?? [];
        if (lenses.some(({ command }) => /\/min/.test(command.title))) return lenses;
        await again;
      }
    },
    async watchLoop() {
      const watching = told('watching');
      child.send('watch');
      await watching;
    },
    async longestBlockMs() {
      const answer = told('longestBlockMs');
      child.send('read');
      return (await answer).longestBlockMs;
    },
    residentMegabytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    /** Processor time of all its threads until now. */
    cpuMs() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_A_SECOND) * 1_000;
    },
    async end() {
      await request('shutdown');
      write({ method: 'exit' });
      await ended;
    },
  };
}

function readMessages(stream, receive) {
  let buffer = Buffer.alloc(0);
  stream.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString('latin1', 0, head))[1]);
      if (buffer.length < head + 4 + length) return;
      const message = JSON.parse(buffer.toString('utf8', head + 4, head + 4 + length));
      buffer = buffer.subarray(head + 4 + length);
      receive(message);
    }
  });
}
