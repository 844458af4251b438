// What a user has decided about captures: prodlens.redaction.json in the root folder of the service.

import { boolean, DecodeError, oneOf, record, string } from '../check.js';
import type { CaptureMode } from '../snapshot/snapshot.js';

export const POLICY_FILE = 'prodlens.redaction.json';

export interface RedactionPolicy {
  /** null: not said here. */
  mode: CaptureMode | null;
  /** Fields that never leave, and fields that leave as they are: names, or paths such as request.body.customer.iban. */
  deny: string[];
  allow: string[];
  /** Whether these are redacted wherever they stand in a text. */
  emailAddresses: boolean;
  ipAddresses: boolean;
}

export const DEFAULT_POLICY: RedactionPolicy = {
  mode: null,
  deny: [],
  allow: [],
  emailAddresses: true,
  ipAddresses: false,
};

const FIELDS = Object.keys(DEFAULT_POLICY);
const MOST_FIELDS = 1_000;
const FIELD = /^[^.\s]+(\.[^.\s]+)*$/;

/** Reads the text of a policy file. Throws DecodeError that says what is wrong and where, for a person to read. */
export function decodePolicy(text: string): RedactionPolicy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DecodeError(`is not JSON: ${(error as Error).message}`);
  }
  const policy = record(value, 'the policy');
  const unknown = Object.keys(policy).find((field) => !FIELDS.includes(field) && field !== '$schema');
  if (unknown !== undefined) throw new DecodeError(`${unknown} is not a field of it; there are ${FIELDS.join(', ')}`);
  const given = <T>(field: keyof RedactionPolicy, read: (value: unknown, at: string) => T, otherwise: T): T =>
    policy[field] === undefined ? otherwise : read(policy[field], field);
  return {
    mode: given('mode', (mode, at) => oneOf(mode, at, ['off', 'shape', 'redacted'] as const), null),
    deny: given('deny', fieldList, []),
    allow: given('allow', fieldList, []),
    emailAddresses: given('emailAddresses', boolean, DEFAULT_POLICY.emailAddresses),
    ipAddresses: given('ipAddresses', boolean, DEFAULT_POLICY.ipAddresses),
  };
}

function fieldList(value: unknown, at: string): string[] {
  if (!Array.isArray(value)) throw new DecodeError(`${at} is not a list of fields`);
  if (value.length > MOST_FIELDS) throw new DecodeError(`${at} has more than ${MOST_FIELDS} fields`);
  return value.map((one, i) => {
    const field = string(one, `${at}[${i}]`, 200);
    if (FIELD.test(field)) return field;
    throw new DecodeError(
      `${at}[${i}] is not a field such as iban or request.body.customer.iban: ${JSON.stringify(field)}`,
    );
  });
}

/** Whether a path ends in one of the fields. Without case; "*" stands for any text of one part. */
export function fieldMatcher(fields: string[]): (path: readonly string[]) => boolean {
  const patterns = fields.map((field) =>
    field.split('.').map((part) => new RegExp(`^${part.split('*').map(escaped).join('.*')}$`, 'i')),
  );
  return (path) =>
    patterns.some(
      (parts) =>
        parts.length <= path.length && parts.every((part, i) => part.test(path[path.length - parts.length + i]!)),
    );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
