// What a load hook of Node answers, in this thread or in the loader's: the text of a file that will be compiled as it
// stands is instrumented, everything else (other formats and schemes, built-in modules) is left alone.
//
// CommonJS is normally compiled by Module.prototype._compile, which is the later place; it is instrumented here only
// where another tool's hooks have replaced its text, because Node then compiles it without _compile.

import { fileURLToPath } from 'node:url';
import type { Transform } from './transform.js';
import { transformTypeScript } from './typescript-text.js';

export interface LoadContext {
  conditions?: string[];
}

export interface LoadResult {
  format?: string | null | undefined;
  source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
  /** Node 22: whether Module.prototype._compile will get it. */
  shouldBeReloadedByCJSLoader?: boolean;
}

/** Told of a module of Node's own that is about to be loaded, in this thread. */
let onBuiltin: (url: string) => void = () => {};

/** `listener` hears of each builtin that is loaded from now on, by its URL. There is one listener. */
export function onBuiltinModule(listener: (url: string) => void): void {
  onBuiltin = listener;
}

/** The answer with its source instrumented, or the answer itself. Never throws. */
export function transformLoaded<R extends LoadResult>(
  url: string,
  context: LoadContext,
  result: R,
  transform: Transform,
): R {
  try {
    if (url.startsWith('node:')) onBuiltin(url);
    const { source } = result;
    if (source == null || !url.startsWith('file:') || reachesCompile(context, result)) return result;
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
    const code = transformByFormat(fileURLToPath(url), text, result.format, transform);
    return code === text ? result : { ...result, source: code };
  } catch {
    return result;
  }
}

/** By Node's name for what the text is. */
function transformByFormat(path: string, text: string, format: LoadResult['format'], transform: Transform): string {
  switch (format) {
    case 'module':
    case 'commonjs':
      return transform(path, text, format);
    case 'module-typescript':
      return transformTypeScript(path, text, 'module', transform);
    case 'commonjs-typescript':
      return transformTypeScript(path, text, 'commonjs', transform);
    default:
      return text;
  }
}

/** Whether the text will be given to Module.prototype._compile; see compile-hook.ts. */
function reachesCompile(context: LoadContext, result: LoadResult): boolean {
  if (context.conditions?.includes('require')) return true;
  if (result.format !== 'commonjs' && result.format !== 'commonjs-typescript') return false;
  // Node's own loading in this thread gives a Buffer; other threads and tools give text or plain arrays.
  return result.shouldBeReloadedByCJSLoader ?? Buffer.isBuffer(result.source);
}
