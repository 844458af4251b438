// Who read captured values, and who changed what: one JSON line for each act in audit.log of the data folder, written
// before the act is done, so that what cannot be noted does not happen. Lines are only ever appended. A full file is
// renamed to audit.1.log, that one to audit.2.log, and so on; the oldest goes, so the folder does not grow for ever.

import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ProdlensError } from './errors.js';

export interface AuditEntry {
  /** What was done, such as "forensics.read" or "token.create". */
  act: string;
  /** Id of the token; '' where none was needed, "command line" for a command on the collector's own machine. */
  token: string;
  /** Address of who asked; missing at the command line. */
  remote?: string;
  /** To what it was done: ids and names, never a secret and never what was read. */
  target: Record<string, unknown>;
}

/** Throws PRODLENS_ERR_AUDIT when it cannot be written. */
export type Audit = (entry: AuditEntry) => void;

const AUDIT_LIMITS = { fileBytes: 16 * 1024 * 1024, files: 8 };

export function createAudit(dataDir: string, now: () => number = Date.now, limits = AUDIT_LIMITS): Audit {
  const file = (i: number) => join(dataDir, i === 0 ? 'audit.log' : `audit.${i}.log`);

  function rotate(): void {
    if (!existsSync(file(0)) || statSync(file(0)).size < limits.fileBytes) return;
    for (let i = limits.files - 2; i >= 0; i--) if (existsSync(file(i))) renameSync(file(i), file(i + 1));
  }

  return ({ act, token, remote, target }) => {
    const time = new Date(now()).toISOString();
    try {
      rotate();
      appendFileSync(file(0), `${JSON.stringify({ time, act, token, remote, target })}\n`, { mode: 0o600 });
    } catch (cause) {
      throw new ProdlensError('PRODLENS_ERR_AUDIT', 'The audit log cannot be written, so this is refused', { cause });
    }
  };
}
