// Plain answers of ide/ as LSP values. Offsets become positions: 0-based lines and UTF-16 units.

import {
  type CodeLens,
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Hover,
  MarkupKind,
  type Range,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Lens } from '../ide/code-lenses.js';
import type { DeployedLine, Finding, Related } from '../ide/diagnostics.js';
import type { TextRange } from '../ide/function-head.js';
import type { Hover as FunctionHover } from '../ide/hover.js';
import type { DiagnosticData } from './requests/code-actions.js';
import { SHOW_STORY } from './requests/commands.js';

/** From offsets to positions, 0-based. */
export function toRange(document: TextDocument, { start, end }: TextRange): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

const converted = new WeakMap<Lens[], CodeLens[]>();

/** The same lenses are converted once. */
export function toCodeLenses(document: TextDocument, lenses: Lens[]): CodeLens[] {
  const known = converted.get(lenses) ?? lenses.map((lens) => toCodeLens(document, lens));
  converted.set(lenses, known);
  return known;
}

/** With its command at once, as some clients resolve nothing. The line among the arguments is 0-based. */
function toCodeLens(document: TextDocument, lens: Lens): CodeLens {
  const start = document.positionAt(lens.start);
  // On the same line: see functionHead().
  const range = { start, end: { line: start.line, character: start.character + lens.end - lens.start } };
  const commandArguments = [lens.functionId, document.uri, range.start.line];
  return { range, command: { title: lens.title, command: SHOW_STORY, arguments: commandArguments } };
}

/** As Markdown, over the text that it is about. */
export function toHover(document: TextDocument, hover: FunctionHover): Hover {
  return { contents: { kind: MarkupKind.Markdown, value: hover.markdown }, range: toRange(document, hover) };
}

export interface DiagnosticContext {
  /** Address of what a code means. */
  explanationUrl(code: string): string;
  /** Whether the client takes an address with a code, and further places. */
  takesCodeDescription: boolean;
  takesRelated: boolean;
  /** URI of a deployed file; null where the workspace has none that is known. */
  uriOf(elsewhere: DeployedLine): string | null;
}

const SEVERITIES = {
  critical: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;

/** With its related places, where the client takes them. */
export function toDiagnostic(document: TextDocument, finding: Finding, context: DiagnosticContext): Diagnostic {
  const { code, message, functionId, alertId, comparable } = finding;
  const range = toRange(document, finding);
  const related = context.takesRelated
    ? finding.related.flatMap((one) => toRelated(document, range, one, context))
    : [];
  return {
    range,
    severity: SEVERITIES[finding.severity],
    source: 'Prodlens',
    code,
    ...(context.takesCodeDescription && { codeDescription: { href: context.explanationUrl(code) } }),
    message,
    ...(related.length > 0 && { relatedInformation: related }),
    data: { functionId, alertId, comparable } satisfies DiagnosticData,
  };
}

function toRelated(
  document: TextDocument,
  range: Range,
  { message, elsewhere }: Related,
  { uriOf }: DiagnosticContext,
): DiagnosticRelatedInformation[] {
  if (!elsewhere) return [{ location: { uri: document.uri, range }, message }];
  const uri = uriOf(elsewhere);
  const start = { line: elsewhere.line - 1, character: 0 };
  return uri === null ? [] : [{ location: { uri, range: { start, end: start } }, message }];
}
