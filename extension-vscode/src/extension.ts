// The VS Code extension: starts the language server, hands it the settings and the token, and shows what it says about
// its connection in the status bar and about alerts in their view. Lenses, hovers, diagnostics and their commands are the server's, by LSP;
// no number is computed, formatted or decided on here.

import type { Alert } from '@prodlens/protocol';
// biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
import { commands, type ExtensionContext, env, StatusBarAlignment, Uri, window } from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { alertsView } from './alerts-view.js';
import { collectorUrl, connect } from './connect.js';
import { commandOfLink } from './editor-link.js';
import { createLanguageClient } from './language-client.js';
import { type Status, type StatusText, statusText, stoppedText } from './status.js';
import { readToken } from './tokens.js';

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel('Prodlens', { log: true });
  const item = window.createStatusBarItem('prodlens.status', StatusBarAlignment.Right, 50);
  item.name = 'Prodlens';
  item.command = 'prodlens.connect';
  const show = ({ text, tooltip }: StatusText) => {
    item.text = text;
    item.tooltip = tooltip;
    item.show();
  };

  const stopped = (reason: string) => {
    show(stoppedText(reason));
    alerts.connection('stopped');
  };
  const notStarted = (error: unknown) =>
    stopped(`The language server did not start: ${error instanceof Error ? error.message : error}.`);

  let token = await readToken(context.secrets, collectorUrl());
  let running: Promise<unknown> = Promise.resolve();
  /** Restarts the server if the token for the current address is another one than it was started with. */
  const restartForToken = async (): Promise<boolean> => {
    const current = await readToken(context.secrets, collectorUrl());
    if (current === token) return false;
    token = current;
    running = running.then(() => started.restart()).catch(notStarted);
    await running;
    return true;
  };

  const started = createLanguageClient({
    serverFile: context.asAbsolutePath('bundle/server.cjs'),
    output,
    token: () => token,
    settingsChanged: restartForToken,
    stopped,
  });
  client = started;
  const alerts = alertsView(
    async () => (await started.sendRequest<{ alerts: Alert[] | null }>('prodlens/alerts')).alerts,
  );
  context.subscriptions.push(
    output,
    item,
    commands.registerCommand('prodlens.connect', () => connect(context.secrets)),
    commands.registerCommand('prodlens.openWebApp', () => env.openExternal(Uri.parse(collectorUrl(), true))),
    context.secrets.onDidChange(restartForToken),
    alerts,
    commands.registerCommand('prodlens.nextAlert', () => alerts.step(1)),
    commands.registerCommand('prodlens.previousAlert', () => alerts.step(-1)),
    window.registerUriHandler({
      handleUri({ path, query }) {
        const link = commandOfLink(path, query);
        if (link) return void commands.executeCommand(link.command, link.id);
        void window.showErrorMessage(`Prodlens: ${path}?${query} is no link to an alert or a function.`);
      },
    }),
    started.onNotification('prodlens/statusChanged', async (status: Status) => {
      show(statusText(status));
      await alerts.refresh();
      alerts.connection(status.state);
    }),
    started.onNotification('prodlens/alertsChanged', () => alerts.refresh()),
    started.onDidChangeState(({ newState }) =>
      commands.executeCommand('setContext', 'prodlens.running', newState === State.Running),
    ),
  );
  show({ text: '$(sync) Prodlens: starting', tooltip: 'The language server is starting.' });
  running = started.start().catch(notStarted);
  await running;
}

export async function deactivate(): Promise<void> {
  if (client?.isRunning()) await client.stop();
}
