// The plugin for webpack: a loader behind all others, which sees modules as JavaScript, and the prelude in each chunk.

import { fileURLToPath } from 'node:url';
import type { Compilation, Compiler, LoaderContext } from 'webpack';
import { instrumentModule, SCRIPT } from './instrument-module.js';
import { REGISTER } from './manifest.js';
import { type PluginOptions, type PluginSettings, readOptions } from './options.js';
import { prelude, preludeOffset } from './prelude.js';
import { sensorFiles } from './sensor-files.js';
import type { SourceMapData } from './shifted-map.js';

export type { PluginOptions } from './options.js';

const NAME = 'prodlens';

/** Measures every function of the bundle. */
export function prodlens(options: PluginOptions = {}): { apply(compiler: Compiler): void } {
  return {
    apply(compiler) {
      const settings = readOptions(options, compiler.context);
      // This code ships as bundle/plugins/plugins.cjs, the loader beside it.
      const loader = fileURLToPath(new URL('webpack-loader.cjs', import.meta.url));
      compiler.options.module.rules.push({
        test: SCRIPT,
        resourceQuery: /^$/,
        enforce: 'post',
        loader,
        options: settings,
      });
      const { PROCESS_ASSETS_STAGE_ADDITIONS, PROCESS_ASSETS_STAGE_REPORT } = compiler.webpack.Compilation;
      compiler.hooks.thisCompilation.tap(NAME, (compilation) => {
        const { processAssets } = compilation.hooks;
        processAssets.tap({ name: NAME, stage: PROCESS_ASSETS_STAGE_ADDITIONS }, () =>
          insertPreludes(compiler, compilation, settings),
        );
        if (settings.register) {
          processAssets.tap({ name: NAME, stage: PROCESS_ASSETS_STAGE_REPORT }, () =>
            emitSensorFiles(compiler, compilation),
          );
        }
      });
    },
  };
}

function insertPreludes({ webpack }: Compiler, compilation: Compilation, { register }: PluginSettings): void {
  const text = prelude(compilation.outputOptions.module ? 'module' : 'commonjs', register);
  for (const { files } of compilation.chunks) {
    for (const file of files) {
      const source = compilation.getAsset(file)!.source;
      const code = source.source().toString();
      if (!code.includes(REGISTER)) continue;
      const replaced = new webpack.sources.ReplaceSource(source);
      replaced.insert(preludeOffset(code), text);
      compilation.updateAsset(file, replaced);
    }
  }
}

function emitSensorFiles({ webpack }: Compiler, compilation: Compilation): void {
  for (const { path, text } of sensorFiles()) {
    // Said to be minimized, so that nothing is done to it.
    if (!compilation.getAsset(path))
      compilation.emitAsset(path, new webpack.sources.RawSource(text), { minimized: true });
  }
}

/** The loader: a module's text with that of the loaders before it, and their map. */
export function webpackLoader(
  this: LoaderContext<PluginSettings>,
  code: string,
  map: SourceMapData | null | undefined,
): void {
  const instrumented = instrumentModule({ path: this.resourcePath, code, map: map ?? null }, this.getOptions());
  const result = instrumented ?? { code, map };
  this.callback(null, result.code, this.sourceMap ? (result.map as never) : undefined);
}
