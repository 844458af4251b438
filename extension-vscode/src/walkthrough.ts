// What the walkthrough's buttons do: start a collector on this machine, or the demo, in a terminal that a person sees, and
// hand out the line for the service. Its steps complete by context keys, which are set here and nowhere else.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
// biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
import { commands, type Disposable, env, window, workspace } from 'vscode';
import { collectorUrl } from './connect.js';
import { collectorCommand, demoCommand, isOnPath, NO_COLLECTOR, SERVICE_LINE } from './local-programs.js';
import type { Status } from './status.js';

export interface Walkthrough extends Disposable {
  /** For the steps that wait for a connection and for a service. */
  status(status: Status): void;
  /** A number has been seen over a function. */
  sawNumber(): void;
}

export function walkthrough(): Walkthrough {
  let hasSeenNumber = false;
  const know = (key: string) => void commands.executeCommand('setContext', `prodlens.${key}`, true);
  const parts: Disposable[] = [
    commands.registerCommand('prodlens.getStarted', () =>
      commands.executeCommand('workbench.action.openWalkthrough', 'prodlens.prodlens#start', false),
    ),
    commands.registerCommand('prodlens.startCollector', startCollector),
    commands.registerCommand('prodlens.startDemo', startDemo),
    commands.registerCommand('prodlens.copyServiceLine', async () => {
      await env.clipboard.writeText(SERVICE_LINE);
      window.setStatusBarMessage(`Prodlens: copied ${SERVICE_LINE}`, 8_000);
    }),
  ];
  return {
    status({ state, services }) {
      if (state === 'connected') know('hasConnected');
      if (state === 'connected' && services !== null && services > 0) know('hasService');
    },
    sawNumber() {
      if (!hasSeenNumber) know('hasNumber');
      hasSeenNumber = true;
    },
    dispose() {
      for (const part of parts) part.dispose();
    },
  };
}

async function startCollector(): Promise<void> {
  const program = above('node_modules/@prodlens/collector/dist/cli.js');
  if (program === undefined && !isOnPath(process.env.PATH)) {
    await window.showWarningMessage(NO_COLLECTOR);
    return;
  }
  run('Prodlens collector', collectorCommand(program, collectorUrl()), undefined);
}

async function startDemo(): Promise<void> {
  const script = above('scripts/demo.mjs');
  if (script !== undefined && existsSync(join(dirname(script), '../examples/order-service'))) {
    return run('Prodlens demo', demoCommand(collectorUrl()), dirname(dirname(script)));
  }
  await window.showInformationMessage(
    'The demo is part of the repository of Prodlens: open that folder, then start it.',
  );
}

/** The nearest file of the path in a workspace folder or a folder above it. */
function above(path: string): string | undefined {
  for (const { uri } of workspace.workspaceFolders ?? []) {
    for (let folder = uri.fsPath; ; folder = dirname(folder)) {
      if (existsSync(join(folder, path))) return join(folder, path);
      if (dirname(folder) === folder) break;
    }
  }
  return undefined;
}

function run(name: string, command: string, cwd: string | undefined): void {
  const terminal = window.createTerminal({ name, ...(cwd !== undefined && { cwd }) });
  terminal.show();
  terminal.sendText(command);
}
