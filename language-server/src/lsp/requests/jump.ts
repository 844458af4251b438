// To the place of a deployed function in the text as it is now: in the document that is open, in the file on the disk,
// or, where it was moved, in the one file of the workspace that has a function of its whole name.

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { FunctionPlace, FunctionStats } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import type { ShowDocumentParams } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CollectorApi } from '../../collector-api.js';
import { functionHead } from '../../ide/function-head.js';
import type { MappedFunction } from '../../mapping/mapped-functions.js';
import type { Parser } from '../../parsing/parser.js';
import type { ProductionNumbers } from '../../production-numbers.js';
import { isReadable } from '../../source-files.js';
import { sourceFilesIn, type WorkspaceFiles } from '../../workspace-files.js';
import { toRange } from '../to-protocol.js';

export interface Destination extends Pick<FunctionPlace, 'file' | 'name' | 'ordinal' | 'line'> {
  functionId: string;
  service: string;
  /** 1-based, as deployed, where another line than the function's is meant. */
  offendingLine: number | null;
}

/** Functions that begin before a line and are looked at for holding it, nearest first. */
const HOLDERS = 8;

/** A frame of a stack. */
export interface DeployedLine extends Pick<FunctionPlace, 'file' | 'line'> {
  service: string;
}

export interface JumpSource {
  workspaceFolders(): string[];
  numbers(): ProductionNumbers | null;
  documents(): TextDocument[];
  mapped(document: TextDocument): MappedFunction[];
  api(): CollectorApi;
  parser: Parser;
  files: WorkspaceFiles;
}

/** Where a function was deployed: of an open document, else as the collector says; null for what it does not know. */
export async function placeOf(functionId: string, source: JumpSource): Promise<Destination | null> {
  const ofDocuments = source
    .documents()
    .flatMap((document) => source.mapped(document))
    .flatMap(({ readings }) => readings.map(({ stats }) => stats));
  const known =
    ofDocuments.find(({ id }) => id === functionId) ??
    (await source
      .api()
      .get<{ functions: FunctionStats[] }>(`/api/v1/functions/${encodeURIComponent(functionId)}`)
      .then(({ functions }) => functions[0])
      .catch(() => undefined));
  if (!known) return null;
  const { service, file, name, ordinal, line } = known;
  return { functionId, service, file, name, ordinal, line, offendingLine: null };
}

/** The open document first, else the file on the disk; null where the function is in neither. */
export async function destinationOf(wanted: Destination, source: JumpSource): Promise<ShowDocumentParams | null> {
  return openDocument(wanted, source) ?? (await fileOnDisk(wanted, source));
}

/** As far below the head of the function that holds it as it was deployed; the plain line where none is known. */
export async function lineOf(
  { service, file, line }: DeployedLine,
  source: JumpSource,
): Promise<ShowDocumentParams | null> {
  const asked = new URLSearchParams({ service, file, limit: '1000' });
  const { functions } = await source
    .api()
    .get<{ functions: FunctionStats[] }>(`/api/v1/functions?${asked}`)
    .catch(() => ({ functions: [] }));
  const before = functions.filter((one) => one.line <= line).sort((a, b) => b.line - a.line);
  let nearest: ShowDocumentParams | null = null;
  for (const one of before.slice(0, HOLDERS)) {
    const place = { ...one, functionId: one.id };
    const head = await destinationOf({ ...place, offendingLine: null }, source);
    const there = await destinationOf({ ...place, offendingLine: line }, source);
    // What ends before the line does not hold it, and its head is shown in place of the line.
    if (there && head && lineIn(there) - lineIn(head) === line - one.line) return there;
    nearest ??= there;
  }
  const nobody = { functionId: '', name: '', ordinal: 0, line: 1 };
  return nearest ?? destinationOf({ ...nobody, service, file, offendingLine: line }, source);
}

function lineIn({ selection }: ShowDocumentParams): number {
  return selection?.start.line ?? 0;
}

/** Where mapping has found the function in an open document. */
function openDocument({ functionId, line, offendingLine }: Destination, source: JumpSource): ShowDocumentParams | null {
  for (const document of source.documents()) {
    const found = source.mapped(document).find(({ readings }) => readings.some(({ stats }) => stats.id === functionId));
    if (!found) continue;
    const edited = found.readings.some(({ stats, match }) => stats.id === functionId && match.edited === true);
    return showIn(document, found.outlined, edited || offendingLine === null ? 0 : offendingLine - line);
  }
  return null;
}

async function fileOnDisk(wanted: Destination, source: JumpSource): Promise<ShowDocumentParams | null> {
  const numbers = source.numbers();
  if (!numbers) return null;
  const folders = source.workspaceFolders();
  const path = await source.files.find(wanted, folders, numbers);
  const below = wanted.offendingLine === null ? 0 : wanted.offendingLine - wanted.line;
  const there = path && (await functionIn(path, wanted, source.parser));
  if (there) return showIn(there.document, there.outlined, below);
  const moved = wanted.name === '' ? null : await movedTo(wanted, folders, source.parser);
  if (moved) return showIn(moved.document, moved.outlined, below);
  if (path === null) return null;
  const start = { line: Math.max(0, (wanted.offendingLine ?? wanted.line) - 1), character: 0 };
  return { uri: pathToFileURL(path).href, takeFocus: true, selection: { start, end: start } };
}

interface Found {
  document: TextDocument;
  outlined: OutlinedFunction;
}

async function functionIn(path: string, { name, ordinal }: Destination, parser: Parser): Promise<Found | null> {
  const document = await readDocument(path);
  if (!document) return null;
  const outline = await parser.outline(document.getText(), path);
  const outlined =
    outline.find((one) => one.name === name && one.ordinal === ordinal) ?? outline.find((one) => one.name === name);
  return outlined ? { document, outlined } : null;
}

/** The only function of its name in the workspace. */
async function movedTo(wanted: Destination, folders: string[], parser: Parser): Promise<Found | null> {
  const word = /([\w$]+)[^\w$]*$/.exec(wanted.name)?.[1] ?? wanted.name;
  const found: Found[] = [];
  for await (const path of sourceFilesIn(folders)) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (!text.includes(word)) continue;
    const there = await functionIn(path, wanted, parser);
    if (there) found.push(there);
    if (found.length > 1) return null;
  }
  return found[0] ?? null;
}

async function readDocument(path: string): Promise<TextDocument | null> {
  try {
    const text = await readFile(path, 'utf8');
    return isReadable(text) ? TextDocument.create(pathToFileURL(path).href, '', 0, text) : null;
  } catch {
    return null;
  }
}

/** The function's name, or the line so many below it where that is still in the function. */
function showIn(document: TextDocument, outlined: OutlinedFunction, linesBelow: number): ShowDocumentParams {
  const head = toRange(document, functionHead(document.getText(), outlined));
  const line = head.start.line + linesBelow;
  if (linesBelow <= 0 || line > document.positionAt(outlined.end).line) {
    return { uri: document.uri, takeFocus: true, selection: head };
  }
  const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  const start = text.length - text.trimStart().length;
  const selection = { start: { line, character: start }, end: { line, character: text.trimEnd().length } };
  return { uri: document.uri, takeFocus: true, selection };
}
