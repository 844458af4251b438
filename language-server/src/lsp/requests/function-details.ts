// Everything about one function of the open documents, as numbers and as Markdown: for a client's own view of it.

import type { Alert, FunctionStats } from '@prodlens/protocol';
import type { Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { functionHead } from '../../ide/function-head.js';
import type { Match } from '../../mapping/match.js';
import type { Annotations } from '../annotations.js';
import { toRange } from '../to-protocol.js';

export interface FunctionDetails {
  name: string;
  uri: string;
  /** Of the name. */
  range: Range;
  /** One a service, busiest first. */
  readings: { stats: FunctionStats; match: Match; alerts: Alert[] }[];
  markdown: string;
}

/** `uri` says where to look first. null where no open document has the function. */
export function functionDetails(
  functionId: string,
  uri: string | null,
  documents: TextDocument[],
  annotated: Annotations,
): FunctionDetails | null {
  const inOrder = [...documents].sort((a, b) => Number(b.uri === uri) - Number(a.uri === uri));
  for (const document of inOrder) {
    const mapped = annotated
      .mapped(document)
      .find(({ readings }) => readings.some(({ stats }) => stats.id === functionId));
    const markdown = mapped && annotated.story(document, functionId);
    if (!mapped || !markdown) continue;
    const alertsOf = annotated.alertsOf();
    return {
      name: mapped.outlined.name,
      uri: document.uri,
      range: toRange(document, functionHead(document.getText(), mapped.outlined)),
      readings: mapped.readings.map(({ stats, match }) => ({ stats, match, alerts: alertsOf(stats) })),
      markdown,
    };
  }
  return null;
}
