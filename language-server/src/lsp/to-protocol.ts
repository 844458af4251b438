// Plain answers of ide/ as LSP values. Offsets become positions: 0-based lines and UTF-16 units.

import {
  type CodeLens,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  MarkupKind,
  type Range,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Lens } from '../ide/code-lenses.js';
import type { Finding } from '../ide/diagnostics.js';
import type { TextRange } from '../ide/function-head.js';
import type { Hover as FunctionHover } from '../ide/hover.js';
import { SHOW_FUNCTION } from './commands.js';

export function toRange(document: TextDocument, { start, end }: TextRange): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** With its command at once, as some clients resolve nothing. The line among the arguments is 0-based. */
export function toCodeLens(document: TextDocument, lens: Lens): CodeLens {
  const range = toRange(document, lens);
  const commandArguments = [lens.functionId, document.uri, range.start.line];
  return { range, command: { title: lens.title, command: SHOW_FUNCTION, arguments: commandArguments } };
}

export function toHover(document: TextDocument, hover: FunctionHover): Hover {
  return { contents: { kind: MarkupKind.Markdown, value: hover.markdown }, range: toRange(document, hover) };
}

export function toDiagnostic(document: TextDocument, finding: Finding): Diagnostic {
  const { code, message } = finding;
  return {
    range: toRange(document, finding),
    severity: DiagnosticSeverity.Warning,
    source: 'Prodlens',
    code,
    message,
  };
}
