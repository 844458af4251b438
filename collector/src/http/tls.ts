// The certificate and key that the collector speaks TLS with: PEM files, read again when one of them changes, so that a
// renewed certificate counts for new connections without a restart. A pair that does not fit, as while the two are being
// replaced, leaves the one before in place.

import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { ProdlensError } from '../errors.js';

export interface TlsFiles {
  /** The certificate, with those that vouch for it behind it. */
  cert: string;
  key: string;
  /** How often it is looked whether one has changed; default 5 s. */
  lookMs?: number;
}

const LOOK_MS = 5_000;

/** Throws PRODLENS_ERR_TLS when one cannot be read or the two do not belong together. */
export function readTls({ cert, key }: TlsFiles): { cert: Buffer; key: Buffer } {
  try {
    const pair = { cert: readFileSync(cert), key: readFileSync(key) };
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProdlensError('PRODLENS_ERR_TLS', `Cannot use the certificate ${cert} with the key ${key}: ${reason}`, {
      cause,
    });
  }
}

/** Returns the function that ends it. Looks at the files themselves, since what replaces them may be a link or a move. */
export function followTls(server: Server, files: TlsFiles, log: Logger): () => void {
  const { lookMs = LOOK_MS } = files;
  const changed = () => {
    try {
      server.setSecureContext(readTls(files));
      log.info({ cert: files.cert }, 'the certificate was read again');
    } catch (error) {
      log.error({ err: error }, 'the changed certificate is not used');
    }
  };
  for (const file of [files.cert, files.key]) watchFile(file, { interval: lookMs, persistent: false }, changed);
  return () => {
    for (const file of [files.cert, files.key]) unwatchFile(file, changed);
  };
}
