// Which commits of a deployment are the likely cause of an alert: those that touched the functions which carry it, as the
// pipeline told. What a pipeline did not tell has no suspects; a commit elsewhere in the file is named last.

import { type Alert, type AlertSuspect, SUSPECTS } from '@prodlens/protocol';
import type { NotedCommit } from '../life/alert-book.js';

/** The most likely first: by how near the function is to the cause, then the newest. `commits`: oldest first. */
export function suspectsOf(commits: readonly NotedCommit[], alert: Alert): AlertSuspect[] {
  const place = alert.place?.type === 'function' ? [alert.place] : [];
  const near = [...(alert.cause === null ? [] : [alert.cause]), ...place, ...(alert.carriers ?? [])];
  const found: AlertSuspect[] = [];
  const add = (isHit: (file: string, functions: string[]) => string | null | undefined) => {
    for (const { revision, author, subject, link, files } of [...commits].reverse()) {
      if (found.some((one) => one.revision === revision)) continue;
      for (const { file, functions } of files) {
        const hit = isHit(file, functions);
        if (hit === undefined) continue;
        found.push({ revision, author, subject, link, file, function: hit });
        break;
      }
    }
  };
  for (const { file, name } of near) {
    add((of, functions) => (of === file && functions.includes(name) ? name : undefined));
  }
  for (const { file } of near) add((of) => (of === file ? null : undefined));
  return found.slice(0, SUSPECTS);
}
