// Tells the client what is new, and only if it is new: diagnostics are sent, at most once a second; lenses are asked for
// again by workspace/codeLens/refresh, at most every three seconds and only where one says something else. Remembers
// for this what the client was last given, and which lenses stand in its window: those stay while a document is open.

import { CodeLensRefreshRequest, type Connection, type Diagnostic } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Lens } from '../ide/code-lenses.js';

export interface PublisherSource {
  documents(): TextDocument[];
  /** Another after each change of what lenses and diagnostics answer. */
  stateOf(document: TextDocument): string;
  /** Does what they need in steps. */
  prepare(document: TextDocument): Promise<void>;
  lenses(document: TextDocument, shown: ReadonlySet<string>, mayAdd: boolean): Lens[];
  diagnostics(document: TextDocument): Diagnostic[];
  refreshesLenses(): boolean;
}

export interface Publisher {
  /** Something may have changed. */
  changed(): void;
  /** The lenses to give to the client that asks for them: the same array for as long as they are the same. */
  lenses(document: TextDocument): Lens[];
  closed(uri: string): void;
  stop(): void;
}

interface Given {
  version: number;
  state: string;
  lenses: Lens[];
  /** Keys of all lenses that stood there since the document was opened. */
  shown: Set<string>;
}

const INTERVAL_MS = 1_000;
const REFRESH_INTERVAL_MS = 3_000;
/** What comes in one burst goes out in one answer. */
const BURST_MS = 30;
const NONE: ReadonlySet<string> = new Set();

export function publisher(connection: Connection, source: PublisherSource): Publisher {
  const given = new Map<string, Given>();
  const published = new Map<string, { state: string; content: string }>();
  let timer: NodeJS.Timeout | null = null;
  let dueMs = 0;
  let publishedAtMs = Number.NEGATIVE_INFINITY;
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  let stopped = false;

  /** One document after the other, each in a turn of its own, as a large one takes its time. */
  async function publish(): Promise<void> {
    timer = null;
    publishedAtMs = performance.now();
    let stale = false;
    let urgent = false;
    for (const document of source.documents()) {
      if (stopped) return;
      try {
        if (isChanged(document)) await source.prepare(document);
        const isStale = isChanged(document) && publishDiagnostics(document) && lensesAreStale(document);
        stale ||= isStale;
        urgent ||= isStale && given.get(document.uri)?.shown.size === 0;
      } catch (error) {
        connection.console.log(`Bug: publishing ${document.uri}: ${(error as Error).stack}`);
      }
      await new Promise(setImmediate);
    }
    if (!stale) return;
    const refreshMs = urgent ? 0 : refreshedAtMs + REFRESH_INTERVAL_MS;
    if (performance.now() < refreshMs) return schedule(refreshMs);
    refreshedAtMs = performance.now();
    connection.sendRequest(CodeLensRefreshRequest.type).catch((error: Error) => {
      connection.console.log(`The editor did not refresh its lenses: ${error.message}`);
    });
  }

  function schedule(atMs: number): void {
    const waitMs = Math.max(BURST_MS, atMs - performance.now());
    if (stopped || (timer && performance.now() + waitMs >= dueMs)) return;
    if (timer) clearTimeout(timer);
    dueMs = performance.now() + waitMs;
    timer = setTimeout(publish, waitMs);
  }

  function isChanged(document: TextDocument): boolean {
    const state = source.stateOf(document);
    return published.get(document.uri)?.state !== state || isStaleAt(document, state);
  }

  /** After an edit the client asks by itself, as it does where it never asked; only numbers are news to it. */
  function isStaleAt(document: TextDocument, state: string): boolean {
    const known = given.get(document.uri);
    return source.refreshesLenses() && known?.version === document.version && known.state !== state;
  }

  function lensesAreStale(document: TextDocument): boolean {
    const state = source.stateOf(document);
    const known = given.get(document.uri);
    if (!known || !isStaleAt(document, state)) return false;
    if (!isSameText(known.lenses, lensesOf(document))) return true;
    known.state = state;
    return false;
  }

  /** A document that shows numbers gets no more rows without an edit, but for what is wrong. */
  function lensesOf(document: TextDocument): Lens[] {
    const known = given.get(document.uri);
    const mayAdd = !known || known.shown.size === 0 || known.version !== document.version;
    return source.lenses(document, known?.shown ?? NONE, mayAdd);
  }

  /** True, for the chain that it stands in. */
  function publishDiagnostics(document: TextDocument): true {
    const { uri, version } = document;
    const state = source.stateOf(document);
    const known = published.get(uri);
    if (known?.state === state) return true;
    const diagnostics = source.diagnostics(document);
    const content = JSON.stringify(diagnostics);
    published.set(uri, { state, content });
    if ((known?.content ?? '[]') !== content) void connection.sendDiagnostics({ uri, version, diagnostics });
    return true;
  }

  return {
    changed() {
      const isFirst = [...given.values()].some(({ shown }) => shown.size === 0);
      schedule(isFirst ? 0 : publishedAtMs + INTERVAL_MS);
    },
    lenses(document) {
      const { uri, version } = document;
      const state = source.stateOf(document);
      const known = given.get(uri);
      if (known?.version === version && known.state === state) return known.lenses;
      const lenses = lensesOf(document);
      const shown = known?.shown ?? new Set();
      for (const { key } of lenses) if (key !== '') shown.add(key);
      given.set(uri, { version, state, lenses, shown });
      return lenses;
    },
    closed(uri) {
      given.delete(uri);
      const content = published.get(uri)?.content ?? '[]';
      published.delete(uri);
      if (content !== '[]') void connection.sendDiagnostics({ uri, diagnostics: [] });
    },
    stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}

/** Whether two arrays of lenses of one version of the text say the same in the same places. */
function isSameText(a: Lens[], b: Lens[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ start, functionId, title }, i) => {
      const other = b[i]!;
      return start === other.start && functionId === other.functionId && title === other.title;
    })
  );
}
