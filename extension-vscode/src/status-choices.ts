// What a click on the status bar's item offers: another environment, another window, another collector. Environments come
// from the collector, so nobody has to know how they are spelt.

import {
  ConfigurationTarget,
  commands,
  type QuickPickItem,
  window,
  workspace,
  // biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
} from 'vscode';
import type { Ask } from './collector-answers.js';

const WINDOWS = [
  { label: '15 minutes', value: '15m' },
  { label: '1 hour', value: '1h' },
  { label: '6 hours', value: '6h' },
  { label: '1 day', value: '1d' },
  { label: '7 days', value: '7d' },
  { label: '30 days', value: '30d' },
];
const WINDOW = /^\s*[0-9]{1,9}[smhd]\s*$/;

/** `says`: what is known of the connection. */
export async function showStatus(says: string): Promise<void> {
  const choices = [
    { label: '$(server-environment) Choose the environment', run: 'prodlens.chooseEnvironment' },
    { label: '$(history) Choose the window', run: 'prodlens.chooseWindow' },
    { label: '$(bell) Show the alerts', run: 'prodlens.alerts.focus' },
    { label: '$(plug) Connect to another collector', run: 'prodlens.connect' },
    { label: '$(output) Show the output', run: 'workbench.action.output.show.prodlens' },
  ];
  const chosen = await window.showQuickPick(choices, { title: 'Prodlens', placeHolder: says.split('\n')[0] ?? '' });
  if (chosen) await commands.executeCommand(chosen.run);
}

/** Writes the choice into the settings. Where the collector does not answer, says so. */
export async function chooseEnvironment(ask: () => Promise<Ask>): Promise<void> {
  let environments: string[];
  try {
    const { services } = await (await ask())<{ services: { environments: string[] }[] }>('services');
    environments = [...new Set(services.flatMap((service) => service.environments))].sort();
  } catch (error) {
    return void window.showErrorMessage((error as Error).message);
  }
  const now = settingOf('environment');
  const automatic = { label: 'One for each service', description: 'production where there is one', value: '' };
  const items = [automatic, ...environments.map((value) => ({ label: value, value }))];
  const chosen = await window.showQuickPick(withMark(items, now), {
    placeHolder: 'Environment whose numbers are shown',
  });
  if (chosen) await keep('environment', chosen.value);
}

/** Writes the choice into the settings; another one is typed, such as 6h. */
export async function chooseWindow(): Promise<void> {
  const now = settingOf('window');
  const other = { label: 'Another…', value: null };
  const chosen = await window.showQuickPick(withMark([...WINDOWS, other], now), {
    placeHolder: 'How far back the numbers reach',
  });
  if (!chosen) return;
  const value = chosen.value ?? (await askWindow(now));
  if (value !== undefined) await keep('window', value.trim());
}

function askWindow(now: string): Thenable<string | undefined> {
  return window.showInputBox({
    prompt: 'How far back the numbers reach: a number and s, m, h or d, at least 1m and at most 90d',
    value: now,
    validateInput: (text) => (WINDOW.test(text) ? null : 'For example 15m, 1h or 7d.'),
  });
}

function withMark<T extends QuickPickItem & { value: string | null }>(items: T[], now: string): T[] {
  return items.map((item) => (item.value === now ? { ...item, label: `${item.label} $(check)` } : item));
}

function settingOf(name: string): string {
  return workspace.getConfiguration('prodlens').get(name, '').trim();
}

/** Where the workspace says something of its own, there: elsewhere it would have no effect. */
async function keep(name: string, value: string): Promise<void> {
  const configuration = workspace.getConfiguration('prodlens');
  const inWorkspace = configuration.inspect(name)?.workspaceValue !== undefined;
  await configuration.update(name, value, inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
}
