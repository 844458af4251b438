// The one bundle of the plugins: the entry points of the package are views of it.

export { prodlens as esbuild } from './esbuild.js';
export { prodlens as rollup } from './rollup.js';
export { prodlens as vite } from './vite.js';
export { prodlens as webpack, webpackLoader } from './webpack.js';
