// One value of a program as a snapshot holds it: plain data that says of each part what it is, and wherever something
// is missing, why, and how much there was. What is missing is never left out in silence.

/** Primitives that JSON has are themselves; everything else is a node. A string or number in full is not a node. */
export type CapturedValue = null | boolean | number | string | CapturedNode;

export interface CapturedNode {
  /**
   * undefined, number (NaN and its like), bigint, string (cut or redacted), symbol, function, getter (not run), Proxy, or
   * the name of the class: Object, Array, Map, Set, Date, RegExp, Buffer, Uint8Array, Error, Promise, Order …
   */
  type: string;
  /** Of what has a text: the beginning of a string, digits, a symbol's description, a function's name, a date, bytes that are text. */
  text?: string;
  /** Keys and values of an object or Map, in their order. Keys of objects are strings, or nodes of type symbol. */
  entries?: [CapturedValue, CapturedValue][];
  /** Of an array or Set. */
  items?: CapturedValue[];
  /** How much there was: UTF-16 units of a text, bytes, items, entries, own properties. Always where something was cut. */
  size?: number;
  cut?: CutReason;
  redacted?: RedactionReason;
}

/** length: of a text; width: of entries or items; cycle: the value holds itself; bytes, time: of the whole snapshot. */
export type CutReason = 'length' | 'width' | 'depth' | 'cycle' | 'bytes' | 'time';

export type RedactionReason =
  /** The name that the value stands under: a key, a header, a parameter, a column. */
  | 'name'
  /** It appears elsewhere under such a name, or in the environment. */
  | 'known secret'
  | 'denied'
  | 'card number'
  | 'e-mail address'
  | 'token'
  | 'private key'
  | 'IP address'
  | 'SQL literal'
  /** Only types and sizes leave. */
  | 'shape';

/** How a redaction within a text reads. */
export function redactionMark(reason: RedactionReason): string {
  return `[redacted ${reason}]`;
}

/** The value as one line of text for people, cut to about `length` UTF-16 units. Total. */
export function capturedText(value: CapturedValue, length = 200): string {
  const text = textOf(value, length);
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function textOf(value: CapturedValue, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  const { type, text, entries, items, size, cut, redacted } = value;
  if (redacted !== undefined && redacted !== 'shape') return redactionMark(redacted);
  const more = cut === undefined ? '' : size === undefined ? `… (${cut})` : `… (${cut}, of ${size})`;
  if (entries !== undefined) {
    const parts = within(room, entries, ([key, item], left) => `${keyText(key)}: ${textOf(item, left)}`);
    return `${type === 'Object' ? '' : `${type} `}{ ${[...parts, ...(more ? [more] : [])].join(', ')} }`;
  }
  if (items !== undefined) {
    const parts = within(room, items, textOf);
    return `${type === 'Array' ? '' : `${type} `}[${[...parts, ...(more ? [more] : [])].join(', ')}]`;
  }
  if (type === 'string') return text === undefined ? `string(${size})` : `${JSON.stringify(text)}${more}`;
  if (text !== undefined) return type === 'number' || type === 'bigint' ? text : `${type} ${text}${more}`;
  return size === undefined ? `${type}${more}` : `${type}(${size})${more}`;
}

function within<T>(room: number, parts: T[], textOfPart: (part: T, left: number) => string): string[] {
  const texts: string[] = [];
  let used = 0;
  for (const part of parts) {
    if (used > room) break;
    const text = textOfPart(part, room - used);
    used += text.length;
    texts.push(text);
  }
  return texts;
}

function keyText(key: CapturedValue): string {
  return typeof key === 'string' ? key : `[${textOf(key, 40)}]`;
}
