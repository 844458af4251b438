// Inlay hints of a range, as LSP values.

import type { InlayHint, Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { inlayHints } from '../../ide/inlay-hints.js';
import type { MappedFunction } from '../../mapping/mapped-functions.js';

export function toInlayHints(document: TextDocument, range: Range, functions: MappedFunction[]): InlayHint[] {
  const offsets = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  return inlayHints(document.getText(), functions, offsets).map(({ offset, label }) => ({
    position: document.positionAt(offset),
    label,
    paddingLeft: true,
  }));
}
