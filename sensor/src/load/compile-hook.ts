// Module.prototype._compile gets the text of everything that require() loads, after all that require hooks and other
// tools' replacements of it have made of the text: they call this one, or compile for themselves, and then the module
// is not measured.

import module from 'node:module';
import { lookLike } from './function-text.js';
import type { Transform } from './transform.js';
import { transformTypeScript } from './typescript-text.js';

type Compile = (this: unknown, content: string, filename: string, ...rest: unknown[]) => unknown;
type Load = (this: unknown, filename: string) => void;

/** Told when Node begins to read a module for require(), and when it has read it or could not. */
export interface Reading {
  begins(): void;
  ends(): void;
}

const prototype = module.Module.prototype as unknown as { _compile: Compile; load: Load };

/** Throws where Module.prototype is frozen. `reading` is told that a module has been read. */
export function hookCompile(transform: Transform, reading?: Reading): void {
  const compile = prototype._compile;
  const hooked: Compile = function (content, filename, ...rest) {
    reading?.ends();
    return compile.call(this, transformed(content, filename, rest[0], transform), filename, ...rest);
  };
  put('_compile', compile, hooked);
}

/** Tells when a module begins to be read. Throws where Module.prototype is frozen. */
export function hookReading(reading: Reading): void {
  const { load } = prototype;
  const hooked: Load = function (filename) {
    reading.begins();
    try {
      load.call(this, filename);
    } finally {
      reading.ends();
    }
  };
  put('load', load, hooked);
}

/** Both are seen as callers of each module in stack traces. Node's own has no name but that of its place. */
function put<F extends Compile | Load>(name: '_compile' | 'load', native: F, stand: F): void {
  const { name: before } = native;
  Object.defineProperty(stand, 'name', { value: before });
  if (before === '') Object.defineProperty(native, 'name', { value: name });
  Object.defineProperty(prototype, name, { value: lookLike(native, stand) });
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
