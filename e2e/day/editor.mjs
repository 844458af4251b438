// An editor without a screen, all day: the bundled language server over stdio, started and initialized as an editor's own
// client does it, with files open that follow what is pulled. What it says is kept; what would pop up is a fault.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

const SERVER = fileURLToPath(new URL('../../language-server/bundle/server.cjs', import.meta.url));
const LSP4IJ = new URL(
  '../../extension-jetbrains-bridge/client-test/src/test/resources/lsp4ij-capabilities.json',
  import.meta.url,
);
const PATIENCE_MS = 60_000;

/** How clients say hello: what VS Code's extension asks for, and what LSP4IJ says without a plugin of ours. */
export const PROFILES = {
  'VS Code': {
    capabilities: {
      general: { positionEncodings: ['utf-16'] },
      workspace: {
        configuration: true,
        workspaceFolders: true,
        didChangeConfiguration: { dynamicRegistration: true },
        codeLens: { refreshSupport: true },
        inlayHint: { refreshSupport: true },
      },
      textDocument: { publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true } },
      window: { showDocument: { support: true }, workDoneProgress: true },
    },
    initializationOptions: {
      ...{ statusNotifications: true, alertNotifications: true, markdownImages: true, clipboard: true },
    },
  },
  LSP4IJ: { capabilities: JSON.parse(readFileSync(LSP4IJ, 'utf8')), initializationOptions: {} },
};

/** Resolves when the server is initialized. `profile`: a key of PROFILES. */
export async function startEditor({ profile, url, folder, cache, env }) {
  const child = spawn(process.execPath, [SERVER, '--stdio'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...env, PRODLENS_URL: url, XDG_CACHE_HOME: cache },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const { capabilities, initializationOptions } = PROFILES[profile];
  const diagnostics = new Map();
  const versions = new Map();
  const opened = new Set();
  const faults = [];
  const waiting = new Set();
  const news = () => {
    for (const { look } of waiting) look();
  };
  connection.onNotification('textDocument/publishDiagnostics', (params) => {
    diagnostics.set(params.uri, params.diagnostics);
    news();
  });
  connection.onNotification('prodlens/alertsChanged', (params) => {
    for (const { id } of params.opened) opened.add(id);
    news();
  });
  connection.onNotification('window/showMessage', ({ message }) => faults.push(`popped up: ${message}`));
  connection.onNotification('window/logMessage', ({ message }) => {
    if (message.startsWith('Bug')) faults.push(message);
  });
  connection.onRequest('workspace/configuration', ({ items }) => items.map(() => ({ url })));
  connection.onRequest((method) => (method === 'window/showDocument' ? { success: true } : null));
  connection.listen();
  const rootUri = pathToFileURL(folder).href;
  const gone = exited.then(() => {
    throw new Error(`the language server of ${profile} has ended`);
  });
  gone.catch(() => {});
  const request = (method, params) => Promise.race([connection.sendRequest(method, params), gone]);
  await request('initialize', {
    ...{ processId: process.pid, rootUri, workspaceFolders: [{ uri: rootUri, name: 'order-service' }] },
    ...{ clientInfo: { name: profile }, capabilities, initializationOptions },
  });
  await connection.sendNotification('initialized', {});

  const uriOf = (file) => pathToFileURL(join(folder, file)).href;
  return {
    profile,
    pid: child.pid,
    faults,
    takesNews: initializationOptions.alertNotifications === true,
    /** Map of file -> text, as pulled: opens what was not open. */
    async show(files) {
      for (const [file, text] of files) {
        const uri = uriOf(file);
        const version = (versions.get(uri) ?? 0) + 1;
        versions.set(uri, version);
        if (version === 1)
          await connection.sendNotification('textDocument/didOpen', {
            textDocument: { uri, languageId: 'typescript', version, text },
          });
        else
          await connection.sendNotification('textDocument/didChange', {
            textDocument: { uri, version },
            contentChanges: [{ text }],
          });
        await connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
      }
    },
    /** What a developer looks at: the lenses' titles of a file. */
    async lenses(file) {
      const lenses = await request('textDocument/codeLens', { textDocument: { uri: uriOf(file) } });
      return (lenses ?? []).map(({ command }) => command?.title ?? '');
    },
    diagnostics: (file) => diagnostics.get(uriOf(file)) ?? [],
    wasToldOf: (id) => opened.has(id),
    /** Resolves to whether `holds()` came true within a minute; it is asked at each word of the server. */
    until(holds) {
      return new Promise((resolve) => {
        const end = (met) => {
          clearTimeout(late);
          waiting.delete(one);
          resolve(met);
        };
        const one = { look: () => holds() && end(true), end };
        const late = setTimeout(() => end(false), PATIENCE_MS);
        waiting.add(one);
        one.look();
      });
    },
    async stop() {
      for (const { end } of waiting) end(false);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await request('shutdown')
        .then(() => connection.sendNotification('exit'))
        .catch(() => {});
      await exited;
      clearTimeout(late);
      connection.dispose();
    },
  };
}
