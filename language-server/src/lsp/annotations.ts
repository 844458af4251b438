// What ide/ says about each open document, with the settings and numbers of the moment. Functions are mapped once for
// each parse and each change of the numbers, not once a request: a request costs what it answers.

import type { FunctionStats } from '@prodlens/protocol';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { changedLines } from '../ide/changed-lines.js';
import {
  codeLenses,
  fileLens,
  type Lens,
  type LensOptions,
  missingFileLens,
  type Said,
  sayAhead,
} from '../ide/code-lenses.js';
import { diagnostics, type Finding } from '../ide/diagnostics.js';
import { type Hover, type HoverOptions, hover, story } from '../ide/hover.js';
import { plain } from '../ide/markdown.js';
import { ageText } from '../ide/time-window.js';
import { type AlertsOf, alertsByFunction } from '../ide/troubles.js';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import type { ProductionNumbers } from '../production-numbers.js';
import type { OpenDocuments, OutlinedDocument } from './open-documents.js';
import type { Settings } from './settings.js';
import type { WebApp } from './web-app.js';

export interface AnnotationSource {
  open: OpenDocuments;
  settings(): Settings;
  /** null before the first settings. */
  numbers(): ProductionNumbers | null;
  webApp(): WebApp;
  /** Whether the client shows pictures in Markdown. */
  images(): boolean;
}

export interface Annotations {
  /** Another after each change of what the functions below answer about the document. */
  stateOf(document: TextDocument): string;
  mapped(document: TextDocument): MappedFunction[];
  /** Does what the two below need for a large document in steps, so that other requests come between. */
  prepare(document: TextDocument): Promise<void>;
  /** `shown`: keys of the lenses that stand there now. */
  lenses(document: TextDocument, shown: ReadonlySet<string>, mayAdd: boolean): Lens[];
  diagnostics(document: TextDocument): Finding[];
  hover(document: TextDocument, offset: number): Hover | null;
  /** Markdown about one function of an open document; null where it is in none of them. */
  story(document: TextDocument, functionId: string): string | null;
  alertsOf(): AlertsOf;
  closed(uri: string): void;
}

/** Takes a few milliseconds. */
const FUNCTIONS_A_STEP = 250;

interface Mapped {
  revision: string;
  parse: number;
  outline: OutlinedDocument['outline'];
  functions: MappedFunction[];
}

export function annotations(source: AnnotationSource): Annotations {
  const cache = new Map<string, Mapped>();
  let said: { state: string; of: Said } = { state: '', of: new WeakMap() };
  let alerts: { epoch: number; of: AlertsOf } = { epoch: -1, of: () => [] };

  function mapped(document: TextDocument): MappedFunction[] {
    const numbers = source.numbers();
    const outlined = source.open.outline(document.uri);
    if (!outlined || !numbers) return [];
    const revision = numbers.revision(outlined.path);
    const known = cache.get(document.uri);
    const isKnown = known && known.revision === revision && known.parse === outlined.parse;
    if (isKnown && known.outline === outlined.outline) return known.functions;
    const functions = isKnown
      ? moved(known.functions, outlined.outline)
      : numbers.mapped(outlined.path, document.getText(), outlined.outline);
    cache.set(document.uri, { revision, parse: outlined.parse, outline: outlined.outline, functions });
    return functions;
  }

  function alertsOf(): AlertsOf {
    const numbers = source.numbers();
    if (!numbers) return () => [];
    if (alerts.epoch !== numbers.epoch()) {
      alerts = { epoch: numbers.epoch(), of: alertsByFunction(numbers.alerts() ?? []) };
    }
    return alerts.of;
  }

  function isOff({ service, environment }: FunctionStats): boolean {
    const known = source
      .numbers()
      ?.services()
      ?.find((one) => one.service === service);
    return known?.measuringOff?.includes(environment) ?? false;
  }

  function saidAt(state: string): Said {
    if (said.state !== state) said = { state, of: new WeakMap() };
    return said.of;
  }

  function ageOf(path: string): string {
    const asOf = source.numbers()?.asOfUnixMs(path) ?? null;
    return asOf === null ? '' : ageText(Date.now() - asOf);
  }

  function lensOptions(path: string, shown: ReadonlySet<string>, mayAdd: boolean): LensOptions {
    const { lensEnabled, lensTemplate, lensMinimumCalls, windowSeconds, environment } = source.settings();
    return {
      enabled: lensEnabled,
      template: lensTemplate,
      minimumCalls: lensMinimumCalls,
      windowSeconds,
      namesEnvironment: environment === '',
      alertsOf: alertsOf(),
      isOff,
      age: ageOf(path),
      shown,
      mayAdd,
      said: saidAt(`${source.numbers()?.epoch()} ${ageOf(path)}`),
    };
  }

  function hoverOptions(path: string): HoverOptions {
    const { functionUrl, alertUrl, snapshotUrl } = source.webApp();
    const status = source.numbers()?.status();
    const asOf = source.numbers()?.asOfUnixMs(path) ?? null;
    const from = asOf === null ? 'from before' : `from ${new Date(asOf).toLocaleString('sv')}`;
    return {
      windowSeconds: source.settings().windowSeconds,
      alertsOf: alertsOf(),
      isOff,
      functionUrl,
      alertUrl,
      snapshotUrl,
      lastErrorsOf: (stats) => source.numbers()?.lastErrorsOf(stats) ?? [],
      nowUnixMs: Date.now(),
      asOfUnixMs: asOf ?? Date.now(),
      images: source.images(),
      note: status && status.state !== 'connected' ? `${status.message} These numbers are ${from}.` : null,
    };
  }

  /** Against the text that was deployed; null where that is not known, or the same. */
  function changesOf(document: TextDocument, path: string, { outlined, readings }: MappedFunction, functionId: string) {
    const { match, stats } = readings.find((reading) => reading.stats.id === functionId)!;
    const { origin } = match;
    const was = origin && source.numbers()?.deployedText(path, origin);
    if (!was || match.edited !== true) return null;
    const before = was.text.slice(was.lineStarts[origin.startLine], was.lineStarts[origin.endLine + 1]).trimEnd();
    const text = document.getText();
    const lineEnd = text.indexOf('\n', outlined.end);
    const after = text
      .slice(text.lastIndexOf('\n', outlined.start) + 1, lineEnd === -1 ? undefined : lineEnd)
      .trimEnd();
    const changes = changedLines(before, after);
    return changes && `Since ${plain(stats.version || 'the deployment')}:\n\n${changes}`;
  }

  return {
    stateOf(document) {
      const outlined = source.open.outline(document.uri);
      if (!outlined) return '';
      return `${document.version} ${outlined.parse} ${source.numbers()?.revision(outlined.path)} ${ageOf(outlined.path)}`;
    },
    mapped,
    async prepare(document) {
      const path = source.open.outline(document.uri)?.path;
      const functions = mapped(document);
      if (path === undefined || functions.length <= FUNCTIONS_A_STEP) return;
      await new Promise(setImmediate);
      // The document looks for its lines when it is first asked about one.
      void document.lineCount;
      const options = lensOptions(path, new Set(), true);
      const unsaid = functions.findIndex(({ readings }) => !options.said.has(readings));
      if (unsaid === -1) return;
      for (let from = unsaid; from < functions.length; from += FUNCTIONS_A_STEP) {
        await new Promise(setImmediate);
        sayAhead(functions.slice(from, from + FUNCTIONS_A_STEP), options);
      }
      await new Promise(setImmediate);
    },
    lenses(document, shown, mayAdd) {
      const outlined = source.open.outline(document.uri);
      const numbers = source.numbers();
      if (!outlined || !numbers || outlined.outline.length === 0) return [];
      const options = lensOptions(outlined.path, shown, mayAdd);
      const missing = numbers.missing(outlined.path);
      if (missing) return missingFileLens(missing, options);
      const { state, message } = numbers.status();
      if (state === 'unauthorised' && numbers.services() === null) return fileLens(`no data: ${message}`, options);
      return codeLenses(document.getText(), mapped(document), options);
    },
    diagnostics(document) {
      const { diagnosticsEnabled, windowSeconds } = source.settings();
      return diagnostics(document.getText(), mapped(document), {
        enabled: diagnosticsEnabled,
        windowSeconds,
        alertsOf: alertsOf(),
        hasAlerts: source.numbers()?.alerts() != null,
      });
    },
    hover(document, offset) {
      const outlined = source.open.outline(document.uri);
      return outlined && hover(document.getText(), mapped(document), offset, hoverOptions(outlined.path));
    },
    story(document, functionId) {
      const outlined = source.open.outline(document.uri);
      const found = mapped(document).find(({ readings }) => readings.some(({ stats }) => stats.id === functionId));
      if (!outlined || !found) return null;
      const said = story(found, hoverOptions(outlined.path));
      const changes = said && changesOf(document, outlined.path, found, functionId);
      return changes ? `${said}\n\n${changes}` : said;
    },
    alertsOf,
    closed: (uri) => void cache.delete(uri),
  };
}

/** The same functions where edits have moved them to. */
function moved(functions: MappedFunction[], outline: OutlinedDocument['outline']): MappedFunction[] {
  const isSame = ({ outlined: { name, ordinal } }: MappedFunction, i: number) =>
    outline[i]!.name === name && outline[i]!.ordinal === ordinal;
  if (functions.length === outline.length && functions.every(isSame)) {
    return functions.map((mapped, i) => ({ ...mapped, outlined: outline[i]! }));
  }
  const byName = new Map(functions.map((mapped) => [`${mapped.outlined.name}@${mapped.outlined.ordinal}`, mapped]));
  return outline.flatMap((outlined) => {
    const mapped = byName.get(`${outlined.name}@${outlined.ordinal}`);
    return mapped ? [{ ...mapped, outlined }] : [];
  });
}
