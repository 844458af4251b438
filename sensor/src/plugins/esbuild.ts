// The plugin for esbuild. esbuild hands over files before it compiles them, so it is asked itself for the
// JavaScript of those that are not; the rest of its work it does as before, on the instrumented text.

import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { BuildOptions, Loader, OnLoadResult, Plugin, PluginBuild } from 'esbuild';
import { inlineUrl, instrumentModule, SCRIPT } from './instrument-module.js';
import { type PluginOptions, type PluginSettings, readOptions } from './options.js';
import { type BundleFormat, prelude } from './prelude.js';
import { writeSensorFiles } from './sensor-files.js';
import type { SourceMapData } from './shifted-map.js';

export type { PluginOptions } from './options.js';

const PRELUDE = 'prodlens:prelude';
const LOADERS: Record<string, Loader> = {
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
};

/** Measures every function of the bundle. Put it behind plugins that load scripts of their own. */
export function prodlens(options: PluginOptions = {}): Plugin {
  return {
    name: 'prodlens',
    setup(build) {
      const { initialOptions } = build;
      // Without bundling each file stays a module of its own, which the sensor measures when it is loaded.
      if (!initialOptions.bundle) return;
      const settings = readOptions(options, initialOptions.absWorkingDir ?? process.cwd());
      putFirst(build, prelude(formatOf(initialOptions), settings.register));
      build.onLoad({ filter: SCRIPT, namespace: 'file' }, ({ path, with: attributes }) =>
        Object.keys(attributes).length > 0 ? null : load(path, build, settings),
      );
      const { outdir, outfile, absWorkingDir = process.cwd() } = initialOptions;
      const folder = outdir ?? (outfile && dirname(outfile));
      if (settings.register && folder && initialOptions.write !== false) {
        build.onEnd(() => writeSensorFiles(resolve(absWorkingDir, folder)));
      }
    },
  };
}

/** esbuild runs what is injected before any module. A banner would stand before "use strict" and end its effect. */
function putFirst({ initialOptions, onResolve, onLoad }: PluginBuild, contents: string): void {
  initialOptions.inject = [PRELUDE, ...(initialOptions.inject ?? []).filter((path) => path !== PRELUDE)];
  onResolve({ filter: new RegExp(`^${PRELUDE}$`) }, () => ({ path: 'prelude', namespace: 'prodlens' }));
  onLoad({ filter: /^/, namespace: 'prodlens' }, () => ({ contents, loader: 'js' }));
}

function formatOf({ format, platform }: BuildOptions): BundleFormat {
  if (format === 'esm' || (!format && platform === 'neutral')) return 'module';
  return format === 'cjs' || (!format && platform === 'node') ? 'commonjs' : 'script';
}

/** Null where esbuild is to load the file itself: nothing is to be measured, or it cannot be read, as it will say. */
async function load(path: string, build: PluginBuild, settings: PluginSettings): Promise<OnLoadResult | null> {
  if (!settings.includes(path)) return null;
  const before = build.initialOptions.loader?.[extname(path)] ?? LOADERS[extname(path)]!;
  const read = before === 'js' ? readJavaScript(path) : compile(path, build);
  const compiled = await read.catch(() => null);
  const instrumented = compiled && instrumentModule({ path, ...compiled }, settings);
  if (!instrumented) return null;
  // What came from TypeScript may import and export types without saying so: esbuild allows that to TypeScript only.
  const loader = before === 'js' || before === 'jsx' ? 'js' : 'ts';
  if (!build.initialOptions.sourcemap) return { contents: instrumented.code, loader };
  const comment = `//# sourceMappingURL=${inlineUrl(instrumented.map)}`;
  return { contents: `${instrumented.code}\n${comment}`, loader };
}

interface Compiled {
  code: string;
  map: SourceMapData | null;
}

async function readJavaScript(path: string): Promise<Compiled> {
  return { code: await readFile(path, 'utf8'), map: null };
}

/** What esbuild makes of a file alone, by the options that concern files. */
async function compile(path: string, build: PluginBuild): Promise<Compiled> {
  const { absWorkingDir, loader, tsconfig, tsconfigRaw, jsx, jsxDev, jsxFactory, jsxFragment, jsxImportSource } =
    build.initialOptions;
  const given = { absWorkingDir, loader, tsconfig, tsconfigRaw, jsx, jsxDev, jsxFactory, jsxFragment, jsxImportSource };
  const { outputFiles } = await build.esbuild.build({
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as BuildOptions),
    entryPoints: [path],
    outdir: dirname(path),
    bundle: false,
    write: false,
    sourcemap: 'external',
    logLevel: 'silent',
  });
  const text = (isMap: boolean) => outputFiles!.find((file) => file.path.endsWith('.map') === isMap)!.text;
  return { code: text(false), map: JSON.parse(text(true)) };
}
