// One captured value, before and after: the walk that decides for each part by the name that it stands under, then by
// what its text looks like. First the secrets of a snapshot are collected, from all of its values, then every text of it
// is searched for them: a password that a form's field names is found in the message of an error as well.

import {
  type CapturedNode,
  type CapturedValue,
  type RedactionReason,
  redactionMark,
} from '../snapshot/captured-value.js';
import { fieldMatcher, type RedactionPolicy } from './redaction-policy.js';
import { isSecretName } from './secret-names.js';
import { isCardNumber, isIdentifier, redactText, secretInName, secretInPath } from './secret-texts.js';
import { redactEmbeddedSql } from './sql-text.js';

/** UTF-16 units of a text that leave. The sensor captures REDACTION_MARGIN more, so that what a cut goes through is known. */
export const TEXT_LENGTH = 2_048;
export const REDACTION_MARGIN = 512;

/** Shorter ones appear in texts by accident. */
const SHORTEST_SECRET = 4;
const MOST_SECRETS = 500;

export interface ValueRedactor {
  /** Notes what is secret in a value. For all values of a snapshot before the first of them is redacted. */
  collect(value: CapturedValue, path: string[]): void;
  collectText(text: string): void;
  value(value: CapturedValue, path: string[], where?: Surroundings): CapturedValue;
  text(text: string): string;
  /** Of a class or function; one that is no identifier may have been put together from data. */
  name(name: string): string;
  /** Of a file, or an address in place of one. */
  path(path: string): string;
  readonly redactions: number;
}

export interface Surroundings {
  /** Everything in it is secret. */
  isSecret?: boolean;
  /** Names that are secret here besides. */
  names?: ReadonlySet<string>;
}

/** For one snapshot: it counts what it took out, and remembers the secrets it has met. */
export function valueRedactor(policy: RedactionPolicy, environmentSecrets: readonly string[]): ValueRedactor {
  const isDenied = fieldMatcher(policy.deny);
  const isAllowed = fieldMatcher(policy.allow);
  const secrets = new Set(environmentSecrets.filter((secret) => secret.length >= SHORTEST_SECRET));
  let ordered: string[] | null = null;
  let redactions = 0;

  const isSecret = (name: string, { names }: Surroundings) => isSecretName(name) || names?.has(name) === true;

  function add(secret: string): void {
    if (secret.length < SHORTEST_SECRET || secrets.size >= MOST_SECRETS || /^\[redacted/.test(secret)) return;
    ordered = null;
    secrets.add(secret);
    for (const written of [encodeURIComponent(safe(secret)), JSON.stringify(secret).slice(1, -1)]) {
      if (written !== secret) secrets.add(written);
    }
  }

  function hidden(value: CapturedValue, reason: RedactionReason): CapturedValue {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'object' && /^(undefined|function|getter)$/.test(value.type)) return { type: value.type };
    redactions++;
    return { type: typeof value === 'object' ? name(value.type) : typeof value, redacted: reason };
  }

  function collectAll(value: CapturedValue): void {
    if (typeof value === 'string') add(value);
    else if (typeof value === 'number') add(String(value));
    else if (value !== null && typeof value === 'object') {
      if (value.text !== undefined) add(value.text);
      for (const [key, item] of value.entries ?? []) {
        if (value.type === 'Map') collectAll(key);
        collectAll(item);
      }
      value.items?.forEach(collectAll);
    }
  }

  function collectText(text: string): void {
    redactText(text, policy).named.forEach(add);
  }

  function collect(value: CapturedValue, path: string[]): void {
    if (typeof value === 'string') collectText(value);
    if (value === null || typeof value !== 'object') return;
    if (value.text !== undefined) collectText(value.text);
    eachEntry(value, path, {}, (key, item, inside, isNamedSecret) => {
      if (typeof key !== 'string') collect(key, path);
      if ((isNamedSecret && !isAllowed(inside)) || isDenied(inside)) collectAll(item);
      else collect(item, inside);
    });
    eachItem(value, {}, (item, isNamedSecret) => (isNamedSecret ? collectAll(item) : collect(item, path)));
  }

  function eachEntry(
    { type, entries = [] }: CapturedNode,
    path: string[],
    where: Surroundings,
    visit: (key: CapturedValue, item: CapturedValue, inside: string[], isNamedSecret: boolean) => void,
  ): void {
    const named = nameInEntries(entries, (name) => isSecret(name, where));
    for (const [key, item] of entries) {
      const name = nameOf(key);
      const isValueOfPair = named && name !== null && VALUE_NAMES.test(name);
      const inside = name === null ? path : [...path, name];
      visit(
        type === 'Map' || typeof key !== 'string' ? key : name,
        item,
        inside,
        isValueOfPair || (name !== null && isSecret(name, where)),
      );
    }
  }

  /** An item behind one that is a secret name, as in raw headers, pairs and command lines, is secret. */
  function eachItem(
    { items = [] }: CapturedNode,
    where: Surroundings,
    visit: (item: CapturedValue, isNamedSecret: boolean) => void,
  ) {
    items.forEach((item, i) => {
      const before = items[i - 1];
      visit(item, typeof before === 'string' && typeof item !== 'object' && isSecret(before, where));
    });
  }

  function value(v: CapturedValue, path: string[], where: Surroundings = {}): CapturedValue {
    if (isDenied(path)) return hidden(v, 'denied');
    if (isAllowed(path)) return v;
    if (where.isSecret && (v === null || typeof v !== 'object' || !(v.items || v.entries))) return hidden(v, 'name');
    if (typeof v === 'string') return limited(text(v), v.length, v);
    if (typeof v === 'number') return redactNumber(v);
    if (v === null || typeof v !== 'object') return v;
    const node: CapturedNode = { ...v, type: name(v.type) };
    if (v.text !== undefined) Object.assign(node, limitedText(text(v.text), v));
    if (v.type === 'bigint' && v.text !== undefined && isCardNumber(v.text)) return hidden(v, 'card number');
    if (v.entries) {
      node.entries = [];
      eachEntry(v, path, where, (key, item, inside, isNamedSecret) => {
        const shown = typeof key === 'string' ? text(key) : value(key, path, where);
        if (isDenied(inside)) node.entries!.push([shown, hidden(item, 'denied')]);
        else if (isNamedSecret && !isAllowed(inside)) node.entries!.push([shown, hidden(item, 'name')]);
        else node.entries!.push([shown, value(item, inside, where)]);
      });
    }
    if (v.items) {
      node.items = [];
      eachItem(v, where, (item, isNamedSecret) => {
        node.items!.push(isNamedSecret ? hidden(item, 'name') : value(item, path, where));
      });
    }
    return node;
  }

  function redactNumber(n: number): CapturedValue {
    const digits = String(n);
    if (isCardNumber(digits) && /^\d+$/.test(digits)) return hidden(n, 'card number');
    return secrets.has(digits) ? hidden(n, 'known secret') : n;
  }

  function text(original: string): string {
    const sql = redactEmbeddedSql(original);
    redactions += sql?.literals ?? 0;
    const found = redactText(sql?.text ?? original, policy);
    redactions += found.reasons.length;
    return withoutSecrets(found.text);
  }

  const name = (given: string) => (isIdentifier(given) && secretInName(given) === null ? given : text(given));
  const path = (given: string) => (given.includes('://') || secretInPath(given) !== null ? text(given) : given);

  function withoutSecrets(original: string): string {
    ordered ??= [...secrets].sort((a, b) => b.length - a.length);
    let result = original;
    for (const secret of ordered) {
      // Of a long one only the beginning may be known: what follows goes with it.
      const known = secret.length > TEXT_LENGTH ? secret.slice(0, TEXT_LENGTH) : secret;
      for (let at = result.indexOf(known); at >= 0; at = result.indexOf(known, at + 1)) {
        redactions++;
        const mark = redactionMark('known secret');
        result = result.slice(0, at) + mark + (known === secret ? result.slice(at + known.length) : '');
        at += mark.length - 1;
      }
    }
    return result;
  }

  return {
    collect,
    collectText,
    value,
    text,
    name,
    path,
    get redactions() {
      return redactions;
    },
  };
}

const VALUE_NAMES = /^(value|val|data|content|text|default|current|raw)$/i;
const NAME_NAMES = /^(name|key|field|header|param|property|attribute|column|id|label)$/i;

/** Whether an object is a name and its value: { name: "password", value: … }. */
function nameInEntries(entries: [CapturedValue, CapturedValue][], isSecret: (name: string) => boolean): boolean {
  return entries.some(
    ([key, item]) => typeof key === 'string' && NAME_NAMES.test(key) && typeof item === 'string' && isSecret(item),
  );
}

/** The name that a key is: a string, or a symbol's description. */
function nameOf(key: CapturedValue): string | null {
  if (typeof key === 'string') return key;
  return key !== null && typeof key === 'object' && key.type === 'symbol' ? (key.text ?? '') : null;
}

function limited(text: string, size: number, original: string): CapturedValue {
  if (text.length <= TEXT_LENGTH) return text;
  return { type: 'string', text: text.slice(0, TEXT_LENGTH), size: Math.max(size, original.length), cut: 'length' };
}

function limitedText(
  text: string,
  { text: original = '', size = original.length }: CapturedNode,
): Partial<CapturedNode> {
  return text.length <= TEXT_LENGTH ? { text } : { text: text.slice(0, TEXT_LENGTH), size, cut: 'length' };
}

/** Without halves of surrogate pairs, which cannot be percent-encoded. */
function safe(text: string): string {
  return text.replace(/[\ud800-\udfff]/g, '');
}

/** Types and sizes, nothing else. Keys of objects stay, keys of Maps are values. */
export function shapeOf(value: CapturedValue): CapturedValue {
  if (typeof value === 'string') return { type: 'string', size: value.length, redacted: 'shape' };
  if (value === null) return null;
  if (typeof value !== 'object') return { type: typeof value, redacted: 'shape' };
  const { type, size, cut, entries, items, text } = value;
  return {
    type,
    ...(size === undefined && text === undefined ? {} : { size: size ?? text!.length }),
    ...(cut && { cut }),
    ...(text !== undefined && { redacted: 'shape' as const }),
    ...(entries && {
      entries: entries.map(([key, item]): [CapturedValue, CapturedValue] => [
        type === 'Map' ? shapeOf(key) : typeof key === 'string' ? key : { type: 'symbol' },
        shapeOf(item),
      ]),
    }),
    ...(items && { items: items.map(shapeOf) }),
  };
}
