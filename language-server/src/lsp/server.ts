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
import { collectorApi } from '../collector-api.js';
import { deployedTexts } from '../deployed-text/deployed-texts.js';
import { cacheFolder, lastKnown } from '../last-known.js';
import { pathMappings } from '../mapping/deployed-files.js';
import { startParser } from '../parsing/parser.js';
import { type ProductionNumbers, productionNumbers } from '../production-numbers.js';
import { VERSION } from '../version.js';
import { workspaceFiles } from '../workspace-files.js';
import { alertList } from './alert-list.js';
import { annotations } from './annotations.js';
import { clientProfile, pathsOf } from './client-profile.js';
import { openDocuments } from './open-documents.js';
import { publisher } from './publisher.js';
import { codeActions } from './requests/code-actions.js';
import { COMMANDS, runCommand, within } from './requests/commands.js';
import { functionDetails } from './requests/function-details.js';
import { HOT_ORDERS, hotFunctions, hotFunctionsIn } from './requests/hot-functions.js';
import { toInlayHints } from './requests/inlay-hints.js';
import { destinationOf, type JumpSource, lineOf, placeOf } from './requests/jump.js';
import { writeStory } from './requests/story-files.js';
import { uncommittedChanges } from './requests/uncommitted-changes.js';
import { slowestSymbols } from './requests/workspace-symbols.js';
import { resolveSettings, type Settings, sectionOf } from './settings.js';
import { statusReport } from './status-report.js';
import { toCodeLenses, toDiagnostic, toHover } from './to-protocol.js';
import { webApp } from './web-app.js';

export interface ServerDefaults {
  /** From the environment variables; weaker than what the client says. */
  url: string | undefined;
  token: string | undefined;
  /** The parser's program. */
  parser: URL;
}

/** A client that does not answer for its configuration is served with what is known without. */
const CONFIGURATION_TIMEOUT_MS = 3_000;
/** Lenses that come a little later come once, not first without numbers and then with them. */
const FIRST_NUMBERS_MS = 500;
const FLUSH_TIMEOUT_MS = 1_000;
const LENSES_A_TURN = 500;
/** While nobody says anything new, what is shown grows older. */
const AGE_INTERVAL_MS = 60_000;

const CAPABILITIES: InitializeResult = {
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    codeLensProvider: { resolveProvider: false },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: ['quickfix'] },
    inlayHintProvider: { resolveProvider: false },
    workspaceSymbolProvider: true,
    executeCommandProvider: { commands: COMMANDS },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  },
  serverInfo: { name: 'prodlens-language-server', version: VERSION },
};

/** Registers all handlers; the caller lets the connection listen. */
export function startServer(connection: Connection, defaults: ServerDefaults): void {
  const parser = startParser(defaults.parser);
  const open = openDocuments(parser, () => publish.changed());
  const documents = new TextDocuments(open.configuration);
  const files = workspaceFiles();
  let client = clientProfile({ processId: null, rootUri: null, capabilities: {} });
  let pulled: unknown = null;
  let pushed: unknown = null;
  let settings: Settings = resolveSettings([]);
  let numbers: ProductionNumbers | null = null;
  let ready = () => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });

  const annotated = annotations({
    open,
    settings: () => settings,
    numbers: () => numbers,
    webApp: () => webApp(settings.url),
    images: () => client.showsImages,
  });
  const uncommitted = uncommittedChanges(parser, annotated, () => publish.changed());
  const status = statusReport(connection);
  const alerts = alertList(connection);
  const publish = publisher(connection, {
    documents: () => documents.all(),
    stateOf: (document) => `${annotated.stateOf(document)} ${uncommitted.stateOf(document)}`,
    prepare: annotated.prepare,
    lenses: annotated.lenses,
    diagnostics(document) {
      const { explanationUrl } = webApp(settings.url);
      const { takesCodeDescription, takesRelated } = client;
      const context = { explanationUrl, takesCodeDescription, takesRelated, uriOf: open.uriBeside(document.uri) };
      const found = [...annotated.diagnostics(document), ...uncommitted.findings(document, settings)];
      return found.map((finding) => toDiagnostic(document, finding, context));
    },
    refreshesLenses: () => client.refreshesLenses,
  });
  const jumps: JumpSource = {
    workspaceFolders: () => client.workspaceFolders,
    numbers: () => numbers,
    api: () => collectorApi(settings.url, settings.token),
    documents: () => documents.all(),
    mapped: annotated.mapped,
    parser,
    files,
  };

  function applySettings(): void {
    const { url, token } = defaults;
    const layers = [pulled, pushed, sectionOf(client.settings), client.address, { url, token }];
    settings = resolveSettings(layers, client.address);
    const next = { ...settings, pathMappings: pathMappings(settings.pathMappings, client.workspaceFolders) };
    if (numbers) {
      numbers.configure(next);
    } else {
      const folder = client.cacheFolder ?? cacheFolder();
      numbers = productionNumbers(
        next,
        changed,
        (address) => lastKnown(folder, address),
        (arrived) => deployedTexts(parser.outline, arrived),
      );
      numbers.follow(open.files());
      ready();
    }
    changed();
  }

  function changed(): void {
    publish.changed();
    if (!numbers) return;
    status.tell(client.wantsStatus, numbers, settings);
    if (client.wantsAlerts) alerts.tell(numbers.alerts(), numbers.areFresh());
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
  }

  /** The first lenses of a document come with what the disk knows, not before. */
  async function isPaintable(uri: string): Promise<void> {
    await Promise.all([open.parsed(uri), isReady]);
    const path = open.outline(uri)?.path;
    if (path !== undefined) await numbers?.settled(path, FIRST_NUMBERS_MS);
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

  documents.onDidOpen(({ document }) =>
    answer('didOpen', undefined, async () => {
      void uncommitted.look(document);
      await followOpenFiles(open.open(document));
    }),
  );
  documents.onDidChangeContent(({ document }) => {
    uncommitted.edited(document);
    publish.changed();
  });
  documents.onDidSave(({ document }) =>
    answer('didSave', undefined, () => {
      numbers?.saved();
      return uncommitted.look(document);
    }),
  );
  documents.onDidClose(({ document }) => {
    open.close(document.uri);
    annotated.closed(document.uri);
    uncommitted.closed(document.uri);
    publish.closed(document.uri);
    numbers?.follow(open.files());
  });

  connection.onCodeLens(({ textDocument: { uri } }) =>
    answer('codeLens', [], async () => {
      await isPaintable(uri);
      // Each step in a turn of its own, as a large document takes its time; again where it was edited meanwhile.
      for (;;) {
        const document = documents.get(uri);
        if (!document) return [];
        await annotated.prepare(document);
        const { version } = document;
        const lenses = publish.lenses(document);
        const isLong = lenses.length > LENSES_A_TURN;
        if (isLong) await new Promise(setImmediate);
        if (document.version !== version) continue;
        const converted = toCodeLenses(document, lenses);
        if (isLong) await new Promise(setImmediate);
        if (document.version === version) return converted;
      }
    }),
  );

  connection.onHover(({ textDocument, position }) =>
    answer('hover', null, () => {
      const document = documents.get(textDocument.uri);
      const found = document && annotated.hover(document, document.offsetAt(position));
      return found && document ? toHover(document, found) : null;
    }),
  );

  connection.onCodeAction(({ textDocument, context }) => codeActions(textDocument.uri, context.diagnostics));

  connection.languages.inlayHint.on(({ textDocument, range }) =>
    answer('inlayHint', [], () => {
      const document = documents.get(textDocument.uri);
      return document && settings.inlayHintsEnabled ? toInlayHints(document, range, annotated.mapped(document)) : [];
    }),
  );

  connection.onWorkspaceSymbol(({ query }) =>
    answer('workspace/symbol', [], () => (numbers ? slowestSymbols(query, jumps, settings) : [])),
  );

  connection.onExecuteCommand(({ command, arguments: args }) =>
    answer(command, null, () =>
      runCommand(command, args ?? [], {
        connection,
        showsDocuments: client.showsDocuments,
        copies: client.copies,
        webApp: webApp(settings.url),
        api: collectorApi(settings.url, settings.token),
        alerts: numbers?.alerts() ?? [],
        destination: (wanted) => destinationOf(wanted, jumps),
        line: (wanted) => lineOf(wanted, jumps),
        placeOf: (functionId) => placeOf(functionId, jumps),
        story: (functionId, uri) => functionDetails(functionId, uri, documents.all(), annotated)?.markdown ?? null,
        storyFile: (name, markdown) => writeStory(client.cacheFolder ?? cacheFolder(), name, markdown),
        async refresh() {
          files.forget();
          await followOpenFiles(open.reread());
          numbers?.refresh();
        },
      }),
    ),
  );

  connection.onRequest('prodlens/alerts', () => ({ alerts: numbers?.alerts() ?? null }));
  connection.onRequest('prodlens/functionDetails', (params: { functionId?: unknown; uri?: unknown }) =>
    answer('functionDetails', null, () => {
      const { functionId, uri } = params ?? {};
      if (typeof functionId !== 'string') return null;
      return functionDetails(functionId, typeof uri === 'string' ? uri : null, documents.all(), annotated);
    }),
  );

  connection.onRequest('prodlens/hotFunctions', (params: { uri?: unknown; order?: unknown }) =>
    answer('hotFunctions', { functions: null, problem: '' }, async () => {
      const order = HOT_ORDERS.find((one) => one === params?.order) ?? 'totalNs';
      const document = typeof params?.uri === 'string' ? documents.get(params.uri) : undefined;
      if (typeof params?.uri === 'string') {
        return { functions: document ? hotFunctionsIn(document, order, jumps) : [], problem: null };
      }
      try {
        return { functions: await hotFunctions(order, jumps, settings), problem: null };
      } catch (error) {
        return { functions: null, problem: (error as Error).message };
      }
    }),
  );

  const ageing = setInterval(() => {
    if (numbers && numbers.status().state !== 'connected') publish.changed();
  }, AGE_INTERVAL_MS);
  ageing.unref();

  connection.onShutdown(async () => {
    clearInterval(ageing);
    publish.stop();
    parser.stop();
    if (numbers) await within(FLUSH_TIMEOUT_MS, numbers.close());
  });

  documents.listen(connection);
}
