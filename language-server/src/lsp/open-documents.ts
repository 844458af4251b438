// The documents that are open, each with its functions and the packages around it. Functions are found anew in every
// version of the text and kept until the next, so that what is shown always stands where the text now is.

import type { OutlinedFunction } from '@prodlens/syntax';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type EditorFile, slashed } from '../mapping/deployed-files.js';
import { packageRoots } from '../package-roots.js';
import { isReadable, isSourceFile } from '../source-files.js';
import { pathOf } from './client-profile.js';

interface OpenDocument {
  path: string;
  /** null until its packages are read. */
  file: EditorFile | null;
  version: number | null;
  /** Empty where the text is none that people edit. */
  outline: OutlinedFunction[];
}

export interface OpenDocuments {
  /** Resolves when the packages around it are read; at once for what is no source file. */
  open(uri: string): Promise<void>;
  close(uri: string): void;
  /** Reads all packages again. */
  reread(): Promise<void>;
  /** Those whose packages are read. */
  files(): EditorFile[];
  /** Path and functions of the text as it is now; null for what is no open source file. */
  outline(document: TextDocument): { path: string; outline: OutlinedFunction[] } | null;
}

export function openDocuments(): OpenDocuments {
  const open = new Map<string, OpenDocument>();

  async function readPackages(document: OpenDocument): Promise<void> {
    document.file = { path: document.path, packageRoots: await packageRoots(document.path) };
  }

  return {
    async open(uri) {
      const path = pathOf(uri);
      if (path === null || !isSourceFile(path)) return;
      const document = { path: slashed(path), file: null, version: null, outline: [] };
      open.set(uri, document);
      await readPackages(document);
    },
    close(uri) {
      open.delete(uri);
    },
    async reread() {
      await Promise.all([...open.values()].map(readPackages));
    },
    files: () => [...open.values()].flatMap(({ file }) => (file === null ? [] : [file])),
    outline(document) {
      const known = open.get(document.uri);
      if (!known) return null;
      if (known.version !== document.version) {
        const text = document.getText();
        known.outline = isReadable(text) ? outlineTypeScript(text, known.path) : [];
        known.version = document.version;
      }
      return { path: known.path, outline: known.outline };
    },
  };
}
