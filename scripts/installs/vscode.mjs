// Installs a real VS Code for the end-to-end tests: code-server, which is VS Code's own workbench and extension host
// served to a browser, with the Node that it needs, both from the npm registry. It lives in .cache/vscode and not
// among the project's dependencies, because an installed `node` package would shadow the user's Node in every script.
// Nothing here needs an installed package. About two minutes and 510 MB, once.

import { spawn } from 'node:child_process';
import { cp, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CODE_SERVER_VERSION = '4.139.1';
const NODE_VERSION = '24.21.0';
const FOLDER = fileURLToPath(new URL('../../.cache/vscode', import.meta.url));

/** What npm tells the scripts that it runs, and what would make an npm below it work on the outer project. */
const NPM_SCRIPT_VARIABLE = /^(npm_(?!config_)|npm_config_(local_prefix|prefix|workspaces?|omit)$|NODE_OPTIONS$)/i;

/** Built-in extensions that the tests load; with all of them VS Code starts much slower. */
const BUILT_INS = ['theme-defaults', 'typescript-basics', 'javascript', 'json', 'markdown-basics'];

/** Paths of an installed VS Code. Installs it first where it is missing; throws with the reason when it cannot. */
export async function installVSCode({ log = () => {} } = {}) {
  const installed = {
    node: join(FOLDER, 'node-dist', 'bin', 'node'),
    codeServer: join(FOLDER, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
    builtinExtensions: join(FOLDER, 'bext'),
  };
  const stamp = join(FOLDER, `.ok-${CODE_SERVER_VERSION}-${NODE_VERSION}`);
  if (await exists(stamp)) return installed;
  if (process.platform === 'win32') throw new Error('VS Code cannot be installed for the tests on Windows.');

  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), '{"private":true}\n');

  log(`Installing Node ${NODE_VERSION} for VS Code`);
  const nodePackage = `node-${process.platform}-${process.arch}`;
  await npm(FOLDER, ['install', '--no-save', '--ignore-scripts', `${nodePackage}@${NODE_VERSION}`]);
  await rename(join(FOLDER, 'node_modules', nodePackage), join(FOLDER, 'node-dist'));
  await rm(join(FOLDER, 'node_modules'), { recursive: true });

  log(`Installing code-server ${CODE_SERVER_VERSION}`);
  await npm(FOLDER, ['install', '--no-save', '--ignore-scripts', `code-server@${CODE_SERVER_VERSION}`]);
  const vscode = join(FOLDER, 'node_modules', 'code-server', 'lib', 'vscode');
  log('Installing the dependencies of VS Code (1 to 2 minutes)');
  await npm(vscode, ['install', '--omit=dev', '--ignore-scripts']);
  log('Building two native modules of VS Code');
  await npm(vscode, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog']).catch((error) =>
    log(`VS Code goes without its log files and its watchdog: ${error.message}`),
  );

  for (const name of BUILT_INS) {
    await cp(join(vscode, 'extensions', name), join(installed.builtinExtensions, name), { recursive: true });
  }
  for (const unused of ['node_modules/@github', 'node_modules/@microsoft/mxc-sdk', 'extensions/copilot']) {
    await rm(join(vscode, unused), { recursive: true, force: true });
  }
  await writeFile(stamp, '');
  log('VS Code is installed');
  return installed;
}

/** Runs npm in a folder, with the installed Node first in PATH once there is one. */
async function npm(cwd, args) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (NPM_SCRIPT_VARIABLE.test(name)) delete env[name];
  Object.assign(env, {
    PATH: [join(FOLDER, 'node-dist', 'bin'), env.PATH].join(delimiter),
    // Headers for native modules are this Node's own, whatever an npmrc says.
    npm_config_nodedir: join(FOLDER, 'node-dist'),
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
  });
  const child = spawn('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-4000);
    });
  }
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args.join(' ')} failed in ${cwd}:\n${output}`)),
    );
  });
}

async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
