// An editor without a screen: starts the real program with --stdio and speaks LSP to it, with string request ids
// throughout, as some clients do. Answers the server's requests and records what it says. Nothing may pop up in an
// editor and no fault may be in the log: the end of each session checks both.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type CodeLens,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type MarkupContent,
  type Message,
  MessageType,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { eventually } from './deadline.js';

export const PROGRAM = fileURLToPath(new URL('../cli.js', import.meta.url));

const CACHES = mkdtempSync(join(tmpdir(), 'prodlens-editor-'));
after(() => rmSync(CACHES, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

interface Incoming {
  id?: string | number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message: string };
}

export interface EditorOptions {
  /** Of the environment. */
  url: string;
  /** Of the environment. */
  token?: string;
  /** The section prodlens, asked for by workspace/configuration; null for a client that does not answer that. */
  configuration?: Record<string, unknown> | null;
  initializationOptions?: Record<string, unknown>;
  refreshSupport?: boolean;
  /** Folder of last known numbers; without it a new one. */
  cache?: string;
  /** Whether it can show documents. */
  showDocument?: boolean;
  workspaceFolder?: string;
  processId?: number;
}

export interface Editor {
  initialized: InitializeResult;
  /** What the server sent of this method, oldest first: parameters. */
  received(method: string): Record<string, unknown>[];
  request<T>(method: string, params: unknown): Promise<T>;
  notify(method: string, params: unknown): Promise<void>;
  open(path: string, text: string): Promise<void>;
  lenses(path: string): Promise<CodeLens[]>;
  /** The Markdown; null where there is no hover. */
  hover(path: string, line: number, character: number): Promise<string | null>;
  /** Diagnostics of the file as last published, once they are as asked. */
  diagnostics(path: string, expected: (found: Diagnostic[]) => boolean): Promise<Diagnostic[]>;
  /** The last status, once it has this state. */
  status(state: string): Promise<Record<string, unknown>>;
  setConfiguration(section: Record<string, unknown>): Promise<void>;
  closeInput(): void;
  exitCode: Promise<number | null>;
  /** shutdown and exit. Answers the exit code. */
  end(): Promise<number | null>;
}

/** As clients write it. */
export const uriOf = (path: string) => pathToFileURL(path).href;

/** Resolves when the server is initialized. A server that still runs when the file's tests end is killed. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const child = spawn(process.execPath, [PROGRAM, '--stdio'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PRODLENS_URL: options.url,
      PRODLENS_TOKEN: options.token ?? '',
      XDG_CACHE_HOME: options.cache ?? mkdtempSync(join(CACHES, 'cache-')),
    },
  });
  // A test that fails half way must not leave it running.
  after(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  const writer = new StreamMessageWriter(child.stdin);
  const pending = new Map<string | number, (answer: Incoming) => void>();
  const messages: Incoming[] = [];
  let configuration = options.configuration ?? null;
  let lastId = 0;

  const write = (message: Record<string, unknown>) => writer.write({ jsonrpc: '2.0', ...message } as Message);
  new StreamMessageReader(child.stdout).listen((message) => {
    const incoming = message as Incoming;
    if (incoming.method === undefined) return pending.get(incoming.id ?? '')?.(incoming);
    messages.push(incoming);
    if (incoming.id !== undefined) void write({ id: incoming.id, result: answerTo(incoming.method) });
  });

  function answerTo(method: string): unknown {
    if (method === 'workspace/configuration') return [configuration];
    return method === 'window/showDocument' ? { success: true } : null;
  }

  async function request<T>(method: string, params: unknown): Promise<T> {
    const id = `request-${++lastId}`;
    const answered = new Promise<Incoming>((resolve) => pending.set(id, resolve));
    await write({ id, method, params });
    const gone = exitCode.then((code) => assert.fail(`the server ended with ${code} before it answered ${method}`));
    const { result, error } = await Promise.race([answered, gone]);
    assert.equal(error, undefined, `${method}: ${error?.message}`);
    return result as T;
  }

  const notify = (method: string, params: unknown) => write({ method, params });
  const received = (method: string) => messages.filter((m) => m.method === method).map(({ params }) => params ?? {});

  const initialized = await request<InitializeResult>('initialize', {
    processId: options.processId ?? process.pid,
    rootUri: options.workspaceFolder === undefined ? null : uriOf(options.workspaceFolder),
    capabilities: {
      workspace: {
        configuration: options.configuration !== null && options.configuration !== undefined,
        codeLens: { refreshSupport: options.refreshSupport ?? true },
      },
      textDocument: { publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true } },
      window: { showDocument: { support: options.showDocument ?? true } },
    },
    initializationOptions: options.initializationOptions ?? { statusNotifications: true },
  });
  await notify('initialized', {});

  return {
    initialized,
    received,
    request,
    notify,
    open: (path, text) =>
      notify('textDocument/didOpen', {
        textDocument: { uri: uriOf(path), languageId: 'typescript', version: 1, text },
      }),
    lenses: (path) => request('textDocument/codeLens', { textDocument: { uri: uriOf(path) } }),
    async hover(path, line, character) {
      const at = { textDocument: { uri: uriOf(path) }, position: { line, character } };
      const hover = await request<Hover | null>('textDocument/hover', at);
      if (hover === null) return null;
      const { kind, value } = hover.contents as MarkupContent;
      assert.equal(kind, 'markdown');
      return value;
    },
    diagnostics: (path, expected) =>
      eventually(`diagnostics of ${path}`, () => {
        const last = received('textDocument/publishDiagnostics').findLast(({ uri }) => uri === uriOf(path));
        const found = last?.diagnostics as Diagnostic[] | undefined;
        return found && expected(found) ? found : undefined;
      }),
    status: (state) =>
      eventually(`status ${state}`, () => {
        const last = received('prodlens/statusChanged').at(-1);
        return last?.state === state ? last : undefined;
      }),
    setConfiguration(section) {
      configuration = section;
      return notify('workspace/didChangeConfiguration', { settings: null });
    },
    closeInput: () => child.stdin.end(),
    exitCode,
    async end() {
      await request('shutdown', undefined);
      await notify('exit', undefined);
      const code = await exitCode;
      for (const { type, message } of received('window/logMessage')) {
        assert.equal(type, MessageType.Log, `logged as Log: ${message}`);
        assert.doesNotMatch(String(message), /^Bug/);
      }
      assert.deepEqual(received('window/showMessage'), []);
      assert.equal(stderr, '');
      return code;
    },
  };
}
