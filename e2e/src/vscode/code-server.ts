// A real VS Code, served to a browser by code-server, with our .vsix installed into empty user data. It listens on a
// free loopback port, asks no gallery and no network, and ends with its whole process group.

import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What scripts/installs/vscode.mjs installed. */
export interface InstalledVSCode {
  node: string;
  codeServer: string;
  builtinExtensions: string;
}

const { installVSCode } = (await import(new URL('../../../scripts/installs/vscode.mjs', import.meta.url).href)) as {
  installVSCode(options: { log: (line: string) => void }): Promise<InstalledVSCode>;
};

export { installVSCode };

export interface CodeServer {
  /** http://127.0.0.1:PORT */
  url: string;
  /** What it has printed so far. */
  log(): string;
  /** Changes settings on disk, for windows that are opened after this. */
  configure(settings: Record<string, unknown>): Promise<void>;
  stop(): Promise<void>;
}

/** Settings under which nothing moves, asks or pops up unless a test makes it. */
const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
};

const START_DEADLINE_MS = 120_000;

export async function startCodeServer(
  vscode: InstalledVSCode,
  { vsix, settings }: { vsix: string; settings: Record<string, unknown> },
): Promise<CodeServer> {
  const root = await mkdtemp(join(tmpdir(), 'prodlens-vscode-'));
  const userData = join(root, 'user-data');
  await mkdir(join(userData, 'User'), { recursive: true });
  const settingsFile = join(userData, 'User', 'settings.json');
  await writeFile(settingsFile, JSON.stringify({ ...QUIET_SETTINGS, ...settings }));
  const configure = async (changes: Record<string, unknown>) => {
    const known = JSON.parse(await readFile(settingsFile, 'utf8')) as Record<string, unknown>;
    await writeFile(settingsFile, JSON.stringify({ ...known, ...changes }));
  };
  await writeFile(join(root, 'config.yaml'), '');
  const folders = ['--config', join(root, 'config.yaml'), '--user-data-dir', userData];
  const base = [vscode.codeServer, ...folders, '--extensions-dir', join(root, 'extensions')];
  const env = environment(root);
  await promisify(execFile)(vscode.node, [...base, '--install-extension', vsix], { env });

  const child = spawn(
    vscode.node,
    [
      ...base,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'],
      '--disable-getting-started-override',
      ...['--vscode-option', `builtin-extensions-dir=${vscode.builtinExtensions}`],
    ],
    { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const killGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const killAtExit = () => killGroup('SIGKILL');
  process.once('exit', killAtExit);
  let log = '';
  const stop = async () => {
    killGroup('SIGTERM');
    const kill = setTimeout(() => killGroup('SIGKILL'), 5_000);
    await closed;
    clearTimeout(kill);
    process.off('exit', killAtExit);
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`code-server did not start:\n${log}`)), START_DEADLINE_MS);
      const read = (chunk: Buffer) => {
        log += chunk;
        const listening = /HTTP server listening on (http:\S+?)\/?\s/.exec(log);
        if (listening?.[1] === undefined) return;
        clearTimeout(late);
        resolve(listening[1]);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`code-server ended with ${code}:\n${log}`)));
    });
    return { url, log: () => log, configure, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The tests' own environment without what would steer another editor's, npm's or Node's behaviour. */
function environment(home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|npm_|NODE_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local'),
    EXTENSIONS_GALLERY: '{}',
  };
}
