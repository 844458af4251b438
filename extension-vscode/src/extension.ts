// The VS Code extension: starts the language server, hands it the settings and the token, and shows what it says about
// its connection in the status bar and about alerts and functions in their views. Lenses, hovers, diagnostics and their
// commands are the server's, by LSP; no number is computed or decided on here.

import type { Alert } from '@prodlens/protocol';
import {
  commands,
  type ExtensionContext,
  env,
  StatusBarAlignment,
  Uri,
  window,
  // biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
} from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { agentsDoor } from './agents.js';
import { alertsView } from './alerts-view.js';
import { collectorAnswers } from './collector-answers.js';
import { collectorUrl, connect } from './connect.js';
import { commandOfLink } from './editor-link.js';
import { functionPanel } from './function-panel.js';
import { gutterHeat } from './heat.js';
import { type AskHot, type HotAnswer, hotFunctionsView } from './hot-functions-view.js';
import { createLanguageClient } from './language-client.js';
import { type Status, type StatusText, statusText, stoppedText } from './status.js';
import { chooseEnvironment, chooseWindow, showStatus } from './status-choices.js';
import { readToken } from './tokens.js';
import { walkthrough } from './walkthrough.js';

let client: LanguageClient | undefined;

/** Does not wait for the language server: activation ends when it has been told to start. */
export async function activate(context: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel('Prodlens', { log: true });
  const item = window.createStatusBarItem('prodlens.status', StatusBarAlignment.Right, 50);
  item.name = 'Prodlens';
  item.command = 'prodlens.showStatus';
  const show = ({ text, tooltip }: StatusText) => {
    item.text = text;
    item.tooltip = tooltip;
    item.show();
  };

  const stopped = (reason: string) => {
    show(stoppedText(reason));
    alerts.connection('stopped');
    agents.connected(null);
  };
  const notStarted = (error: unknown) =>
    stopped(`The language server did not start: ${error instanceof Error ? error.message : error}.`);

  const currentToken = () => readToken(context.secrets, collectorUrl());
  let token = await currentToken();
  let running: Promise<unknown> = Promise.resolve();
  /** Restarts the server if the token for the current address is another one than it was started with. */
  const restartForToken = async (): Promise<boolean> => {
    const current = await currentToken();
    if (current === token) return false;
    token = current;
    running = running.then(() => started.restart()).catch(notStarted);
    await running;
    return true;
  };

  const ask = async () => collectorAnswers(collectorUrl(), await currentToken());
  const panel = functionPanel(Uri.joinPath(context.extensionUri, 'bundle'), ask);
  const steps = walkthrough();
  const started = createLanguageClient({
    serverFile: context.asAbsolutePath('bundle/server.cjs'),
    output,
    token: () => token,
    settingsChanged: restartForToken,
    stopped,
    showFunction: (id, focus) => panel.show(alerts.functionOf(id) ?? id, focus),
    sawNumber: steps.sawNumber,
  });
  client = started;
  const alerts = alertsView(
    async () => (await started.sendRequest<{ alerts: Alert[] | null }>('prodlens/alerts')).alerts,
  );
  const askHot: AskHot = (uri, order) => started.sendRequest<HotAnswer>('prodlens/hotFunctions', { uri, order });
  const hot = hotFunctionsView(askHot, context.workspaceState);
  const heat = gutterHeat(askHot);
  const agents = agentsDoor(currentToken, context.extension.packageJSON.version);
  const command = (name: string, run: (...args: never[]) => unknown) =>
    commands.registerCommand(`prodlens.${name}`, run as (...args: unknown[]) => unknown);
  context.subscriptions.push(
    ...[output, item, panel, steps, alerts, hot, heat, agents],
    command('connect', () => connect(context.secrets)),
    command('showStatus', () => showStatus(item.tooltip as string)),
    command('chooseEnvironment', () => chooseEnvironment(ask)),
    command('chooseWindow', chooseWindow),
    command('openWebApp', () => env.openExternal(Uri.parse(collectorUrl(), true))),
    command('showPanel', ({ stats }: { stats: { id: string } }) => panel.show(stats.id, null)),
    command('hotFunctions.order', () => hot.chooseOrder()),
    command('hotFunctions.ofFile', () => hot.scope('file')),
    command('hotFunctions.ofWorkspace', () => hot.scope('workspace')),
    command('searchAlerts', async () => {
      await commands.executeCommand('prodlens.alerts.focus');
      await commands.executeCommand('list.find');
    }),
    command('nextAlert', () => alerts.step(1)),
    command('previousAlert', () => alerts.step(-1)),
    context.secrets.onDidChange(restartForToken),
    window.registerUriHandler({
      handleUri({ path, query }) {
        const link = commandOfLink(path, query);
        if (link) return void commands.executeCommand(link.command, link.id);
        void window.showErrorMessage(`Prodlens: ${path}?${query} is no link to an alert or a function.`);
      },
    }),
    started.onNotification('prodlens/statusChanged', async (status: Status) => {
      show(statusText(status));
      steps.status(status);
      agents.connected(status.state === 'connected' ? status.url : null);
      await alerts.refresh();
      alerts.connection(status.state);
      await Promise.all([hot.refresh(), panel.refresh(), heat.refresh()]);
    }),
    started.onNotification('prodlens/alertsChanged', async () => {
      await Promise.all([alerts.refresh(), panel.refresh()]);
    }),
    started.onDidChangeState(({ newState }) =>
      commands.executeCommand('setContext', 'prodlens.running', newState === State.Running),
    ),
  );
  show({ text: '$(sync) Prodlens: starting', tooltip: 'The language server is starting.' });
  running = started.start().catch(notStarted);
}

/** Resolves when the server has ended. */
export async function deactivate(): Promise<void> {
  if (client?.isRunning()) await client.stop();
}
