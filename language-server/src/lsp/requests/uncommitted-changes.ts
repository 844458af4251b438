// What the edits since the last commit add to functions that run often. The committed text is asked of git when a
// document is opened or saved, and never in between; the texts are compared a moment after the last edit.

import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type AddedCost, addedCostFindings, addedCosts, type CostedText } from '../../ide/added-costs.js';
import type { Finding } from '../../ide/diagnostics.js';
import type { Parser } from '../../parsing/parser.js';
import { isReadable, isSourceFile } from '../../source-files.js';
import type { Annotations } from '../annotations.js';
import { pathOf } from '../client-profile.js';
import type { Settings } from '../settings.js';

export interface UncommittedChanges {
  /** Takes the committed text anew and compares. */
  look(document: TextDocument): Promise<void>;
  /** Compares a moment later. */
  edited(document: TextDocument): void;
  /** Another after each change of the findings. */
  stateOf(document: TextDocument): string;
  findings(document: TextDocument, settings: Settings): Finding[];
  closed(uri: string): void;
}

interface Looked {
  /** null where it is not committed. */
  committed: CostedText | null;
  added: AddedCost[];
  changes: number;
  timer: NodeJS.Timeout | null;
}

const QUIET_MS = 1_000;
const GIT_TIMEOUT_MS = 5_000;
const MAXIMUM_BYTES = 4 * 1024 * 1024;

/** `changed` is called when there is something else to say. */
export function uncommittedChanges(parser: Parser, annotated: Annotations, changed: () => void): UncommittedChanges {
  const looked = new Map<string, Looked>();

  async function costed(text: string, path: string): Promise<CostedText> {
    const [outline, costs] = await Promise.all([parser.outline(text, path), parser.costs(text, path)]);
    return { text, outline, costs };
  }

  async function compare(document: TextDocument, path: string): Promise<void> {
    const known = looked.get(document.uri);
    if (!known?.committed) return;
    const text = document.getText();
    const isCommitted = text === known.committed.text;
    const added = isCommitted || !isReadable(text) ? [] : addedCosts(known.committed, await costed(text, path));
    if (JSON.stringify(added) === JSON.stringify(known.added)) return;
    known.added = added;
    known.changes++;
    changed();
  }

  return {
    async look(document) {
      const path = pathOf(document.uri);
      if (path === null || !isSourceFile(path)) return;
      const known = looked.get(document.uri) ?? { committed: null, added: [], changes: 0, timer: null };
      looked.set(document.uri, known);
      const text = await committedText(path);
      if (text !== known.committed?.text) known.committed = text === null ? null : await costed(text, path);
      await compare(document, path);
    },
    edited(document) {
      const known = looked.get(document.uri);
      const path = pathOf(document.uri);
      if (!known?.committed || path === null) return;
      if (known.timer) clearTimeout(known.timer);
      known.timer = setTimeout(() => void compare(document, path), QUIET_MS);
      known.timer.unref();
    },
    stateOf: ({ uri }) => String(looked.get(uri)?.changes ?? 0),
    findings(document, { diagnosticsEnabled }) {
      const added = looked.get(document.uri)?.added ?? [];
      return diagnosticsEnabled && added.length > 0 ? addedCostFindings(annotated.mapped(document), added) : [];
    },
    closed(uri) {
      const timer = looked.get(uri)?.timer;
      if (timer) clearTimeout(timer);
      looked.delete(uri);
    },
  };
}

/** The file as the checked out commit has it; null where it has none, or there is no git. */
function committedText(path: string): Promise<string | null> {
  const options = { cwd: dirname(path), timeout: GIT_TIMEOUT_MS, maxBuffer: MAXIMUM_BYTES };
  return new Promise((resolve) => {
    execFile('git', ['show', `HEAD:./${basename(path)}`], options, (error, text) => resolve(error ? null : text));
  });
}
