// The documents that are open, each with its functions and the packages around it. Functions are found by the parser's
// thread; until it has answered, those of the text before stand where the edits since have moved them, so that no
// request waits for a parser but the first of a document. Only the newest text is parsed.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { FingerprintedFunction } from '@prodlens/syntax';
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type EditorFile, slashed } from '../mapping/deployed-files.js';
import { packageRoots } from '../package-roots.js';
import { carryOutline, editBetween, type TextEdit } from '../parsing/carried-outline.js';
import type { Parser } from '../parsing/parser.js';
import { isSourceFile } from '../source-files.js';
import { pathOf } from './client-profile.js';

interface OpenDocument {
  path: string;
  document: TextDocument;
  /** null until its packages are read. */
  file: EditorFile | null;
  /** null until it was parsed once. */
  outline: FingerprintedFunction[] | null;
  /** Counts answers of the parser. */
  parses: number;
  /** Whether a parser is at work on it, and the edits since the text that it was given. */
  parsing: boolean;
  editsSince: TextEdit[];
  /** What the parser is at work on. */
  parse: Promise<void>;
}

export interface OutlinedDocument {
  path: string;
  /** Another array whenever a function is another or elsewhere. */
  outline: FingerprintedFunction[];
  /** Another whenever the parser has seen another text; edits alone only move and drop functions. */
  parse: number;
}

export interface OpenDocuments {
  /** For TextDocuments, which then tells of every edit. */
  configuration: {
    create(uri: string, languageId: string, version: number, content: string): TextDocument;
    update(document: TextDocument, changes: TextDocumentContentChangeEvent[], version: number): TextDocument;
  };
  /** Resolves when the packages around it are read; at once for what is no source file. */
  open(document: TextDocument): Promise<void>;
  close(uri: string): void;
  /** Reads all packages again. */
  reread(): Promise<void>;
  /** Those whose packages are read. */
  files(): EditorFile[];
  /** Functions in the text as it is now; null for what is no open source file, or was not parsed yet. */
  outline(uri: string): OutlinedDocument | null;
  /** Resolves when there is an outline. */
  parsed(uri: string): Promise<void>;
  /** Says where a deployed file is, by where the document is that is the deployed file `from`; null where it is not. */
  uriBeside(uri: string): (elsewhere: { from: string; file: string }) => string | null;
}

/** `changed` is called when the parser has found something else than what the edits had left. */
export function openDocuments(parser: Parser, changed: () => void): OpenDocuments {
  const open = new Map<string, OpenDocument>();

  async function readPackages(document: OpenDocument): Promise<void> {
    document.file = { path: document.path, packageRoots: await packageRoots(document.path) };
  }

  async function parse(known: OpenDocument): Promise<void> {
    known.parsing = true;
    do {
      known.editsSince = [];
      const parsed = await parser.outline(known.document.getText(), known.path);
      const found = carryOutline(parsed, known.editsSince);
      known.parses++;
      if (known.outline === null || !isSame(found, known.outline)) known.outline = found;
      if (open.get(known.document.uri) === known) changed();
    } while (known.editsSince.length > 0 && open.get(known.document.uri) === known);
    known.parsing = false;
  }

  function edited(known: OpenDocument, edit: TextEdit): void {
    known.editsSince.push(edit);
    if (known.outline !== null) known.outline = carryOutline(known.outline, [edit]);
  }

  return {
    configuration: {
      create: (...about) => TextDocument.create(...about),
      update(document, changes, version) {
        const known = open.get(document.uri);
        if (!known) return TextDocument.update(document, changes, version);
        for (const change of changes) {
          const before = 'range' in change ? null : document.getText();
          const edit = 'range' in change ? editOf(document, change) : null;
          TextDocument.update(document, [change], version);
          edited(known, edit ?? editBetween(before ?? '', document.getText()));
        }
        if (!known.parsing) known.parse = parse(known);
        return document;
      },
    },
    async open(document) {
      const path = pathOf(document.uri);
      if (path === null || !isSourceFile(path)) return;
      const known: OpenDocument = {
        path: slashed(path),
        document,
        file: null,
        outline: null,
        parses: 0,
        parsing: false,
        editsSince: [],
        parse: Promise.resolve(),
      };
      open.set(document.uri, known);
      known.parse = parse(known);
      await readPackages(known);
    },
    close(uri) {
      open.delete(uri);
    },
    async reread() {
      await Promise.all([...open.values()].map(readPackages));
    },
    files: () => [...open.values()].flatMap(({ file }) => (file === null ? [] : [file])),
    outline(uri) {
      const known = open.get(uri);
      return known?.outline ? { path: known.path, outline: known.outline, parse: known.parses } : null;
    },
    async parsed(uri) {
      const known = open.get(uri);
      // Of a text that had none, all that is typed is new.
      while (known?.parsing && !known.outline?.length) await known.parse;
    },
    uriBeside: (uri) => (elsewhere) => {
      const path = pathOf(uri);
      if (path === null || !path.endsWith(`/${elsewhere.from}`)) return null;
      const beside = path.slice(0, -elsewhere.from.length) + elsewhere.file;
      return existsSync(beside) ? pathToFileURL(beside).href : null;
    },
  };
}

function editOf(
  document: TextDocument,
  { range, text }: Extract<TextDocumentContentChangeEvent, { range: unknown }>,
): TextEdit {
  const start = document.offsetAt(range.start);
  return { start, end: document.offsetAt(range.end), length: text.length };
}

function isSame(a: FingerprintedFunction[], b: FingerprintedFunction[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i]!;
      return (
        one.name === other.name &&
        one.ordinal === other.ordinal &&
        one.start === other.start &&
        one.end === other.end &&
        one.nameStart === other.nameStart &&
        one.nameEnd === other.nameEnd &&
        one.fingerprint.hx === other.fingerprint.hx
      );
    })
  );
}
