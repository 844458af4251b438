// MessagePack bytes as docs/wire-protocol.md shows them: rows of hexadecimal with what they say beside them.

import { pack } from 'msgpackr';

const ROW_BYTES = 16;

/** Lines for a message: a key and its value stand together, and what belongs to a map or an array is indented. */
export function annotatedBytes(message: object): string {
  const bytes = Buffer.from(pack(message));
  const lines: string[] = [];
  let at = 0;

  function show(from: number, note: string): void {
    for (let row = from; row < at; row += ROW_BYTES) {
      const hex = bytes.subarray(row, Math.min(at, row + ROW_BYTES)).toString('hex');
      const spaced = hex.replace(/..(?=.)/g, '$& ').padEnd(3 * ROW_BYTES);
      lines.push(`${spaced}| ${row === from ? note : ''}`.trimEnd());
    }
  }

  function visit(value: unknown, from: number, label: string, indent: string): void {
    at += headerBytes(bytes, at);
    const isArray = Array.isArray(value);
    if (!isArray && (typeof value !== 'object' || value === null)) {
      show(from, label + JSON.stringify(value));
      return;
    }
    const items = Object.entries(value);
    show(from, `${label}${isArray ? 'array' : 'map'} of ${items.length}`);
    for (const [key, item] of items) {
      const start = at;
      if (!isArray) at += headerBytes(bytes, at);
      visit(item, start, `${indent}${isArray ? '' : `${key}: `}`, `${indent}  `);
    }
  }

  visit(message, 0, '', '  ');
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are not shown`);
  return lines.join('\n');
}

/** The bytes that such lines show. */
export function bytesOf(annotated: string): Buffer {
  const hex = annotated.split('\n').map((line) => line.split('|', 1)[0]!.replaceAll(' ', ''));
  return Buffer.from(hex.join(''), 'hex');
}

/** Bytes of the value that begins there; of a map or an array those before its items. MessagePack specification. */
function headerBytes(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  if (first >= 0xa0 && first <= 0xbf) return 1 + (first & 0x1f);
  if (first === 0xd9) return 2 + bytes[at + 1]!;
  if (first === 0xda) return 3 + bytes.readUInt16BE(at + 1);
  const fixed: Record<number, number> = { 202: 5, 203: 9, 204: 2, 205: 3, 206: 5, 207: 9, 208: 2, 209: 3 };
  return fixed[first] ?? ({ 210: 5, 211: 9, 220: 3, 222: 3 } as Record<number, number>)[first] ?? 1;
}
