// Quick fixes of a diagnostic: what a person does next with an alert.

import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver/node';
import {
  COMPARE_VERSIONS,
  COPY_FOR_AGENT,
  MARK_EXPECTED,
  MUTE_ALERT,
  OPEN_IN_WEB_APP,
  SHOW_FORENSICS,
  SHOW_STORY,
} from './commands.js';

/** What a diagnostic carries for these. */
export interface DiagnosticData {
  functionId: string;
  /** null where the numbers alone say it. */
  alertId: string | null;
  /** Whether it began with a deployment that another came before. */
  comparable: boolean;
}

export function codeActions(uri: string, diagnostics: Diagnostic[]): CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const data = dataOf(diagnostic);
    if (!data) return [];
    const { functionId, alertId, comparable } = data;
    const about = alertId ?? functionId;
    const fixes: [title: string, command: string, args: unknown[]][] = [
      ['Show what happened', SHOW_STORY, [functionId, uri, diagnostic.range.start.line]],
      ['Show forensics', SHOW_FORENSICS, [about]],
      ['Copy for an agent', COPY_FOR_AGENT, [about, uri]],
      ['Open in the web app', OPEN_IN_WEB_APP, [about]],
    ];
    if (comparable) fixes.push(['Compare versions', COMPARE_VERSIONS, [alertId]]);
    if (alertId !== null)
      fixes.push(['Mute for 7 days', MUTE_ALERT, [alertId]], ['Mark as expected', MARK_EXPECTED, [alertId]]);
    return fixes.map(([title, command, args]) => ({
      title: `Prodlens: ${title}`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      command: { title, command, arguments: args },
    }));
  });
}

function dataOf({ source, data }: Diagnostic): DiagnosticData | null {
  return source === 'Prodlens' && typeof (data as Partial<DiagnosticData> | null)?.functionId === 'string'
    ? (data as DiagnosticData)
    : null;
}
