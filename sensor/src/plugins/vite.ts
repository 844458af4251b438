// The plugin for Vite: measures what is built for the server (build.ssr), never what browsers get.

import type { Plugin } from 'vite';
import { type PluginOptions, readOptions } from './options.js';
import { emitSensorFiles, renderChunk, transformCompiled, transformJavaScript } from './rollup-hooks.js';

export type { PluginOptions } from './options.js';

/** Measures every function of the server's bundle. Its place among the plugins does not matter. */
export function prodlens(options: PluginOptions = {}): Plugin[] {
  let settings = readOptions(options, process.cwd());
  return [
    {
      name: 'prodlens:javascript',
      apply: 'build',
      enforce: 'pre',
      configResolved({ root }) {
        settings = readOptions(options, root);
      },
      transform(code, id, context) {
        return context?.ssr ? transformJavaScript(code, id, settings) : null;
      },
    },
    {
      name: 'prodlens',
      apply: 'build',
      enforce: 'post',
      transform(code, id, context) {
        return context?.ssr ? transformCompiled(code, id, () => this.getCombinedSourcemap(), settings) : null;
      },
      renderChunk: (code, { fileName }, { format }) => renderChunk(code, fileName, format, settings.register),
      generateBundle(_, bundle) {
        if (settings.register) emitSensorFiles(bundle, (file) => this.emitFile(file));
      },
    },
  ];
}
