// SQL without its literals and comments, and which names in it are secret.

import { isSecretName } from './secret-names.js';

const STATEMENT =
  /\b(?:select\b[\s\S]{1,4000}?\bfrom|insert\s+(?:ignore\s+)?into|update\s+[\w."`]+\s+set|delete\s+from|replace\s+into|merge\s+into|(?:create|alter)\s+(?:user|role)|set\s+password|call\s+\w+\s*\()/i;

/** Comment, literal of text (also one that is cut off), placeholder, number; in this order. */
const TOKENS =
  /\/\*[\s\S]*?(?:\*\/|$)|--[^\n]*|#[^\n]*(?=\n)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|(?:\b[enbx])?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|"(?:[^"\\]|""|\\[\s\S])*(?:"|$)|[$:@?]\d+|[$:@]\w+|\w*[A-Za-z_]\w*|\b\d[\w.]*/gi;

export interface SqlText {
  text: string;
  literals: number;
}

/** Whether a text is, or has in it, a statement of SQL: the offset where it begins; -1 for none. */
function sqlAt(text: string): number {
  return STATEMENT.exec(text)?.index ?? -1;
}

/** The text with "?" for every literal, without comments. What stands in double quotes is a literal unless it is said to be a name. */
export function withoutLiterals(sql: string, doubleQuotes: 'names' | 'literals' = 'literals'): SqlText {
  let literals = 0;
  const text = sql.replace(TOKENS, (token) => {
    if (/^(\/\*|--|#)/.test(token)) return ' ';
    if (/^[$:@?]/.test(token) && !/^\$\w*\$/.test(token)) return token;
    if (/^[A-Za-z_]/.test(token) && !/'/.test(token)) return token;
    if (token.startsWith('"') && doubleQuotes === 'names') return token;
    literals++;
    return '?';
  });
  return { text, literals };
}

/** The text with the literals of the statement in it taken out; null where there is none. */
export function redactEmbeddedSql(text: string): SqlText | null {
  const at = sqlAt(text);
  if (at < 0) return null;
  const { text: statement, literals } = withoutLiterals(text.slice(at));
  return literals === 0 ? null : { text: text.slice(0, at) + statement, literals };
}

/** Whether a statement names anything secret, and the aliases under which such a thing is in its answer. */
export function secretColumns(sql: string): { namesSecret: boolean; aliases: Set<string> } {
  const aliases = new Set<string>();
  const namesSecret = (sql.match(/[A-Za-z_]\w*/g) ?? []).some(isSecretName);
  if (namesSecret) {
    for (const part of sql.split(',')) {
      const [, of, alias] = /^([\s\S]*)\bas\s+["`[]?(\w+)/i.exec(part) ?? [];
      if (alias && (of!.match(/[A-Za-z_]\w*/g) ?? []).some(isSecretName)) aliases.add(alias);
    }
  }
  return { namesSecret, aliases };
}
