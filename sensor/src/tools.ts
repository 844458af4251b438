// Which programs are not the service. NODE_OPTIONS reaches everything that is started in the service's environment:
// package managers, compilers, test runners, editors. Their numbers would stand among the service's, and they would
// start slower; so they are left as they are, unless the sensor is named on their own command line, which no
// environment does.

/** Packages whose programs are tools, by the name of the package that holds the entry file. */
const PACKAGES = new Set(
  [
    'npm yarn @yarnpkg/cli @yarnpkg/cli-dist pnpm corepack bun lerna nx turbo @changesets/cli semantic-release husky',
    'lint-staged node-gyp node-gyp-build prebuild-install @mapbox/node-pre-gyp patch-package concurrently npm-run-all',
    'npm-run-all2 cross-env dotenv-cli rimraf nodemon tsx',
    'typescript typescript-language-server vscode-langservers-extracted @volar/vue-language-server tsup esbuild rollup',
    'webpack webpack-cli parcel @babel/cli @swc/cli prisma @angular/cli',
    'eslint prettier stylelint @biomejs/biome oxlint depcheck knip',
    'mocha jest jest-cli jest-worker vitest ava tap @tapjs/run c8 nyc jasmine @playwright/test playwright cypress',
  ].flatMap((line) => line.split(' ')),
);

/** The same by the name of the entry file alone, where it lies in no package folder of that name. */
const FILES =
  /^(npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack|tsc|tsserver|eslint|prettier|biome)(-cli|-[\d.]+)?(\.[cm]?js)?$/;

/** Programs that load the service into their own process; it is that of the folder in which they are started. */
const LAUNCHERS = new Set(
  [
    'ts-node vite-node pm2 next nuxt nuxi @nuxt/cli @nestjs/cli @remix-run/serve @react-router/serve astro',
    '@strapi/strapi fastify-cli moleculer @adonisjs/core @feathersjs/cli sails probot',
    '@google-cloud/functions-framework',
  ].flatMap((line) => line.split(' ')),
);

/** Editors and their helpers, which start programs of their own in a terminal's environment. */
const EDITORS =
  /[\\/](\.vscode(-server|-remote|-oss)?|\.cursor(-server)?|\.windsurf(-server)?|code-server|openvscode-server)[\\/]|[\\/]resources[\\/]app[\\/](out|extensions)[\\/]|[\\/](JetBrains|\.idea)[\\/]/;

/** This package's register entry in a flag or its value. */
const REGISTER = /\bsensor[\\/](bundle[\\/])?register\b/;

/**
 * Whether a program is taken for the service. `entry`: its real path, '' where it has none (text of -e or -p, a
 * terminal); `flags`: those of Node on the command line itself.
 */
export function isService(entry: string, flags: string[]): boolean {
  return flags.some((flag) => REGISTER.test(flag)) || (entry !== '' && !isTool(entry));
}

/** Whether the entry file is not the service's own, though the service runs in its process. */
export function isLauncher(entry: string): boolean {
  return LAUNCHERS.has(packageOf(entry));
}

function isTool(entry: string): boolean {
  return FILES.test(entry.replace(/^.*[\\/]/, '')) || EDITORS.test(entry) || PACKAGES.has(packageOf(entry));
}

/** Name of the package in whose folder a file lies; '' outside of node_modules. */
function packageOf(path: string): string {
  const inside = path.replaceAll('\\', '/').split('/node_modules/').slice(1).at(-1) ?? '';
  return /^(@[^/]+\/)?[^/]+(?=\/)/.exec(inside)?.[0] ?? '';
}
