// The language server over any connection: takes documents and settings, answers with what ide/ says. Each request is
// caught apart, so that a fault in one costs one answer. Typing causes no network traffic: numbers are pushed, and
// the collector is told about open files only when another file is open.

import {
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CollectorStatus } from '../collector-client.js';
import { codeLenses, type Lens, missingFileLens } from '../ide/code-lenses.js';
import { diagnostics } from '../ide/diagnostics.js';
import { functionHead } from '../ide/function-head.js';
import { hover } from '../ide/hover.js';
import { pathMappings } from '../mapping/deployed-files.js';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import { type ProductionNumbers, productionNumbers } from '../production-numbers.js';
import { VERSION } from '../version.js';
import { clientProfile, pathsOf } from './client-profile.js';
import { COMMANDS, runCommand, within } from './commands.js';
import { openDocuments } from './open-documents.js';
import { publisher } from './publisher.js';
import { resolveSettings, type Settings, sectionOf } from './settings.js';
import { toCodeLens, toDiagnostic, toHover, toRange } from './to-protocol.js';

/** From the environment variables; weaker than what the client says. */
export interface ServerDefaults {
  url: string | undefined;
  token: string | undefined;
}

const STATUS_CHANGED = 'prodlens/statusChanged';
/** A client that does not answer for its configuration is served with what is known without. */
const CONFIGURATION_TIMEOUT_MS = 3_000;

const CAPABILITIES: InitializeResult = {
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    codeLensProvider: { resolveProvider: false },
    hoverProvider: true,
    executeCommandProvider: { commands: COMMANDS },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  },
  serverInfo: { name: 'prodlens-language-server', version: VERSION },
};

/** Registers all handlers; the caller lets the connection listen. */
export function startServer(connection: Connection, defaults: ServerDefaults): void {
  const documents = new TextDocuments(TextDocument);
  const open = openDocuments();
  let client = clientProfile({ processId: null, rootUri: null, capabilities: {} });
  let pulled: unknown = null;
  let pushed: unknown = null;
  let settings: Settings = resolveSettings([]);
  let numbers: ProductionNumbers | null = null;
  let sentStatus = '';
  let loggedStatus = '';

  const publish = publisher(connection, {
    documents: () => documents.all(),
    lenses: lensesOf,
    diagnostics: (document) => diagnosticsOf(document),
    refreshesLenses: () => client.refreshesLenses,
  });

  function applySettings(): void {
    const { url, token } = defaults;
    const layers = [pulled, pushed, sectionOf(client.settings), client.address, { url, token }];
    settings = resolveSettings(layers, client.address);
    const next = { ...settings, pathMappings: pathMappings(settings.pathMappings, client.workspaceFolders) };
    if (numbers) {
      numbers.configure(next);
    } else {
      numbers = productionNumbers(next, changed);
      numbers.follow(open.files());
    }
    changed();
  }

  function changed(): void {
    publish.changed();
    if (!numbers) return;
    if (!client.wantsStatus) {
      logStatus(numbers.status());
      return;
    }
    const { url, window } = settings;
    const environment = settings.environment || numbers.environments().join(', ');
    const status = { ...numbers.status(), url, environment, window };
    if (JSON.stringify(status) === sentStatus) return;
    sentStatus = JSON.stringify(status);
    void connection.sendNotification(STATUS_CHANGED, status);
  }

  /** A client that shows no status has the reason why there is nothing in its log; once, however often it is tried. */
  function logStatus({ message }: CollectorStatus): void {
    if (message === loggedStatus) return;
    loggedStatus = message;
    connection.console.log(message);
  }

  function mappedIn(document: TextDocument): MappedFunction[] {
    const outlined = open.outline(document);
    return outlined && numbers ? numbers.mapped(outlined.path, document.getText(), outlined.outline) : [];
  }

  function lensesOf(document: TextDocument): Lens[] {
    const { lensEnabled, lensTemplate, lensMinimumCalls, windowSeconds } = settings;
    const options = {
      enabled: lensEnabled,
      template: lensTemplate,
      minimumCalls: lensMinimumCalls,
      windowSeconds,
      namesEnvironment: settings.environment === '',
    };
    const outlined = open.outline(document);
    const missing = outlined && outlined.outline.length > 0 ? numbers?.missing(outlined.path) : null;
    return missing ? missingFileLens(missing, options) : codeLenses(document.getText(), mappedIn(document), options);
  }

  function diagnosticsOf(document: TextDocument) {
    const options = { enabled: settings.diagnosticsEnabled, windowSeconds: settings.windowSeconds };
    const found = diagnostics(document.getText(), mappedIn(document), options);
    return found.map((finding) => toDiagnostic(document, finding));
  }

  function webAppUrl(functionId: string | null): string {
    const page = functionId === null ? '' : `#/functions/${encodeURIComponent(functionId).replace(/[()]/g, percent)}`;
    return `${settings.url}/${page}`;
  }

  async function pullConfiguration(): Promise<void> {
    if (!client.hasConfiguration) return;
    try {
      pulled = await connection.workspace.getConfiguration('prodlens');
    } catch (error) {
      connection.console.log(`The editor gave no configuration: ${(error as Error).message}`);
    }
  }

  async function followOpenFiles(reading: Promise<void>): Promise<void> {
    await reading;
    numbers?.follow(open.files());
    changed();
  }

  /** The handler's answer; the fallback, and a line in the log, where it fails. */
  async function answer<T>(request: string, fallback: T, handle: () => T | Promise<T>): Promise<T> {
    try {
      return await handle();
    } catch (error) {
      connection.console.log(`Bug: ${request}: ${(error as Error).stack}`);
      return fallback;
    }
  }

  connection.onInitialize((params) => {
    client = clientProfile(params);
    return CAPABILITIES;
  });

  connection.onInitialized(() =>
    answer('initialized', undefined, async () => {
      if (client.registersConfiguration) {
        connection.client
          .register(DidChangeConfigurationNotification.type, { section: 'prodlens' })
          .catch((error: Error) => connection.console.log(`No news of settings: ${error.message}`));
      }
      if (client.hasWorkspaceFolders) {
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          const gone = new Set(pathsOf(removed.map(({ uri }) => uri)));
          const kept = client.workspaceFolders.filter((folder) => !gone.has(folder));
          client = { ...client, workspaceFolders: [...kept, ...pathsOf(added.map(({ uri }) => uri))] };
          applySettings();
        });
      }
      await within(CONFIGURATION_TIMEOUT_MS, pullConfiguration().then(applySettings));
      if (!numbers) applySettings();
    }),
  );

  connection.onDidChangeConfiguration((params) =>
    answer('didChangeConfiguration', undefined, async () => {
      const section = sectionOf(params.settings);
      if (section) pushed = section;
      await pullConfiguration();
      applySettings();
    }),
  );

  documents.onDidOpen(({ document }) => answer('didOpen', undefined, () => followOpenFiles(open.open(document.uri))));
  documents.onDidChangeContent(() => publish.changed());
  documents.onDidClose(({ document }) => {
    open.close(document.uri);
    publish.closed(document.uri);
    numbers?.follow(open.files());
    changed();
  });

  connection.onCodeLens(({ textDocument }) =>
    answer('codeLens', [], () => {
      const document = documents.get(textDocument.uri);
      if (!document) return [];
      const lenses = lensesOf(document);
      publish.gaveLenses(document, lenses);
      return lenses.map((lens) => toCodeLens(document, lens));
    }),
  );

  connection.onHover(({ textDocument, position }) =>
    answer('hover', null, () => {
      const document = documents.get(textDocument.uri);
      if (!document) return null;
      const status = numbers?.status();
      const note = status && status.state !== 'connected' ? `${status.message} These numbers are from before.` : null;
      const options = { windowSeconds: settings.windowSeconds, functionUrl: webAppUrl, note };
      const found = hover(document.getText(), mappedIn(document), document.offsetAt(position), options);
      return found && toHover(document, found);
    }),
  );

  connection.onExecuteCommand(({ command, arguments: args }) =>
    answer(command, null, async () => {
      await runCommand(command, args ?? [], {
        connection,
        showsDocuments: client.showsDocuments,
        rangeOf(functionId, uri) {
          const document = documents.get(uri);
          const mapped = document && mappedIn(document).find(({ readings }) => readings[0]?.stats.id === functionId);
          return mapped ? toRange(document, functionHead(document.getText(), mapped.outlined)) : null;
        },
        webAppUrl,
        async refresh() {
          await followOpenFiles(open.reread());
          numbers?.refresh();
        },
      });
      return null;
    }),
  );

  connection.onShutdown(() => {
    publish.stop();
    numbers?.close();
  });

  documents.listen(connection);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
