// TypeScript that Node itself will strip of its types. Stripping puts spaces where types were, so every position
// stays. Node strips what it is given just before it compiles, behind every hook; so the text is stripped here first,
// instrumented, and handed on under its own format: Node strips it once more, finds no types, and says and does
// what it always does. A text that cannot be stripped is handed on as it is, for Node to refuse.

import module from 'node:module';
import type { Format, Transform } from './transform.js';

type Strip = (code: string, ...options: unknown[]) => string;

const functions = module as { stripTypeScriptTypes?: Strip };
let strip: Strip | null = null;

/**
 * Gets the stripping function ready where Node strips types. Its first call makes Node warn that the function is
 * experimental: that warning is kept for the program's own first call.
 */
export function prepareStripping(): void {
  const native = functions.stripTypeScriptTypes;
  const { typescript } = process.features as { typescript?: string | false };
  if (!native || !typescript) return;
  let warning = callForWarning(native);
  strip = native;
  if (!warning) return;
  functions.stripTypeScriptTypes = function stripTypeScriptTypes(code, ...options) {
    const due = warning;
    warning = null;
    if (due) process.emitWarning(...due);
    return native(code, ...options);
  };
}

type Warning = Parameters<typeof process.emitWarning>;

/** Calls it without a text, which it refuses after it has warned; the warning is given back and not emitted. */
function callForWarning(native: Strip): Warning | null {
  const { emitWarning } = process;
  let warning: Warning | null = null;
  process.emitWarning = (...parameters: unknown[]) => {
    warning = parameters as Warning;
  };
  try {
    native(undefined as never);
  } catch {
    // It wants a text.
  } finally {
    process.emitWarning = emitWarning;
  }
  return warning;
}

/**
 * A text without its types, every position kept: for the sensor's own thread, where the warning is nobody's. null where
 * this Node strips no types. Throws where the text has more than types.
 */
export function withoutTypes(text: string): string | null {
  const native = functions.stripTypeScriptTypes;
  if (!native) return null;
  callForWarning(native);
  return native(text);
}

/** The text without its types and instrumented, or as it was. Never throws. */
export function transformTypeScript(path: string, source: string, format: Format, transform: Transform): string {
  try {
    if (!strip) return source;
    const code = transform(path, strip(source), format);
    // Text without types that would be read as types has no safe form.
    return strip(code) === code ? code : source;
  } catch {
    return source;
  }
}
