// Module.prototype._compile gets the text of everything that require() loads, after all that require hooks and other
// tools' replacements of it have made of the text: they call this one, or compile for themselves, and then the module
// is not measured.

import module from 'node:module';
import { lookLike } from './function-text.js';
import type { Transform } from './transform.js';
import { transformTypeScript } from './typescript-text.js';

type Compile = (this: unknown, content: string, filename: string, ...rest: unknown[]) => unknown;

/** Throws where Module.prototype is frozen. */
export function hookCompile(transform: Transform): void {
  const prototype = module.Module.prototype as unknown as { _compile: Compile };
  const compile = prototype._compile;
  const hooked: Compile = function (content, filename, ...rest) {
    return compile.call(this, transformed(content, filename, rest[0], transform), filename, ...rest);
  };
  // Seen as the caller of each module in stack traces.
  Object.defineProperty(hooked, 'name', { value: '_compile' });
  prototype._compile = lookLike(compile, hooked);
}

/** `format`: Node's name for what the text is, undefined where only its syntax tells. */
function transformed(content: string, filename: string, format: unknown, transform: Transform): string {
  if (typeof content !== 'string' || typeof filename !== 'string') return content;
  switch (format) {
    case 'commonjs':
    case 'module':
      return transform(filename, content, format);
    case 'commonjs-typescript':
      return transformTypeScript(filename, content, 'commonjs', transform);
    case 'module-typescript':
      return transformTypeScript(filename, content, 'module', transform);
    case 'typescript':
      return transformTypeScript(filename, content, 'either', transform);
    case undefined:
    case null:
      return transform(filename, content, 'either');
    default:
      return content;
  }
}
