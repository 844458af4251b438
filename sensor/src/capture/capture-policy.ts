// What may be captured here: the setting, and the policy file in the service's root folder. A file that cannot be read as
// one captures nothing, and the collector is told why: nobody meant to let more out by a misspelt word.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CaptureMode,
  DEFAULT_POLICY,
  decodePolicy,
  isSecretName,
  POLICY_FILE,
  type RedactionPolicy,
} from '@prodlens/protocol';

export interface CapturePolicy {
  mode: CaptureMode;
  policy: RedactionPolicy;
  /** Why nothing is captured though it was asked for; null where all is well. */
  fault: string | null;
}

/** `setting`: '' where nothing was set. Never throws. */
export function readCapturePolicy(root: string, setting: CaptureMode | ''): CapturePolicy {
  const file = join(root, POLICY_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { mode: setting || 'redacted', policy: DEFAULT_POLICY, fault: null };
    return { mode: 'off', policy: DEFAULT_POLICY, fault: `${POLICY_FILE}: ${message}` };
  }
  try {
    const policy = decodePolicy(text);
    return { mode: setting || (policy.mode ?? 'redacted'), policy, fault: null };
  } catch (error) {
    return { mode: 'off', policy: DEFAULT_POLICY, fault: `${POLICY_FILE}: ${(error as Error).message}` };
  }
}

const SHORTEST = 6;
const USER_INFO = /^[a-z][a-z\d+.-]*:\/\/[^\s/@:]*:([^\s/@]+)@/i;

/** Values of the environment that are secret by their names, and passwords in its addresses. */
export function environmentSecrets(env: Record<string, string | undefined>): string[] {
  const secrets = new Set<string>();
  for (const [name, value = ''] of Object.entries(env)) {
    const password = USER_INFO.exec(value)?.[1];
    if (password) secrets.add(password);
    if (value.length >= SHORTEST && isSecretName(name) && !/^(true|false)$/i.test(value)) secrets.add(value);
  }
  return [...secrets].filter((secret) => secret.length >= SHORTEST);
}
