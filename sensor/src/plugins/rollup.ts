// The plugin for Rollup.

import type { Plugin } from 'rollup';
import { type PluginOptions, readOptions } from './options.js';
import { emitSensorFiles, renderChunk, transformCompiled, transformJavaScript } from './rollup-hooks.js';

export type { PluginOptions } from './options.js';

/** Measures every function of the bundle. Its place among the plugins does not matter. */
export function prodlens(options: PluginOptions = {}): Plugin[] {
  const settings = readOptions(options, process.cwd());
  return [
    {
      name: 'prodlens:javascript',
      transform: { order: 'pre', handler: (code, id) => transformJavaScript(code, id, settings) },
    },
    {
      name: 'prodlens',
      transform: {
        order: 'post',
        handler(code, id) {
          return transformCompiled(code, id, () => this.getCombinedSourcemap(), settings);
        },
      },
      renderChunk: (code, { fileName }, { format }) => renderChunk(code, fileName, format, settings.register),
      generateBundle(_, bundle) {
        if (settings.register) emitSensorFiles(bundle, (file) => this.emitFile(file));
      },
    },
  ];
}
