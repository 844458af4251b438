// Tells the client what is new, at most once a second and only if it is new: diagnostics are sent, lenses are asked
// for again by workspace/codeLens/refresh. Remembers for this what the client was last given.

import { CodeLensRefreshRequest, type Connection, type Diagnostic } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Lens } from '../ide/code-lenses.js';

export interface PublisherSource {
  documents(): TextDocument[];
  lenses(document: TextDocument): Lens[];
  diagnostics(document: TextDocument): Diagnostic[];
  refreshesLenses(): boolean;
}

export interface Publisher {
  /** Something may have changed. */
  changed(): void;
  /** The client was just given these lenses. */
  gaveLenses(document: TextDocument, lenses: Lens[]): void;
  closed(uri: string): void;
  stop(): void;
}

const INTERVAL_MS = 1_000;
/** What comes in one burst goes out in one answer. */
const BURST_MS = 30;

export function publisher(connection: Connection, source: PublisherSource): Publisher {
  const givenLenses = new Map<string, { version: number; content: string }>();
  const givenDiagnostics = new Map<string, string>();
  let timer: NodeJS.Timeout | null = null;
  let publishedAtMs = Number.NEGATIVE_INFINITY;
  let stopped = false;

  function publish(): void {
    timer = null;
    publishedAtMs = performance.now();
    let stale = false;
    for (const document of source.documents()) {
      try {
        publishDiagnostics(document, source.diagnostics(document));
        stale = lensesAreStale(document, source.lenses(document)) || stale;
      } catch (error) {
        connection.console.log(`Bug: publishing ${document.uri}: ${(error as Error).stack}`);
      }
    }
    if (stale && source.refreshesLenses()) {
      connection.sendRequest(CodeLensRefreshRequest.type).catch((error: Error) => {
        connection.console.log(`The editor did not refresh its lenses: ${error.message}`);
      });
    }
  }

  /** After an edit the client asks by itself, as it does where it never asked; only numbers are news to it. */
  function lensesAreStale(document: TextDocument, lenses: Lens[]): boolean {
    const given = givenLenses.get(document.uri);
    if (!given || given.version !== document.version) return false;
    const content = contentOf(lenses);
    if (given.content === content) return false;
    givenLenses.set(document.uri, { version: document.version, content });
    return true;
  }

  function publishDiagnostics(document: TextDocument, diagnostics: Diagnostic[]): void {
    const content = JSON.stringify(diagnostics);
    if ((givenDiagnostics.get(document.uri) ?? '[]') === content) return;
    givenDiagnostics.set(document.uri, content);
    void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
  }

  return {
    changed() {
      if (timer || stopped) return;
      const dueMs = publishedAtMs + INTERVAL_MS - performance.now();
      timer = setTimeout(publish, Math.max(BURST_MS, dueMs));
    },
    gaveLenses(document, lenses) {
      givenLenses.set(document.uri, { version: document.version, content: contentOf(lenses) });
    },
    closed(uri) {
      givenLenses.delete(uri);
      const diagnostics = givenDiagnostics.get(uri) ?? '[]';
      givenDiagnostics.delete(uri);
      if (diagnostics !== '[]') void connection.sendDiagnostics({ uri, diagnostics: [] });
    },
    stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}

/** What a lens says and of which function, without its place, which moves with every line typed above it. */
function contentOf(lenses: Lens[]): string {
  return JSON.stringify(lenses.map(({ functionId, title }) => [functionId, title]));
}
