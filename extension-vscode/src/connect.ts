// The command “Connect to Collector…”: asks for address and token, tries them at once, says what is wrong in one
// sentence, and keeps them only when they work or when the person wants them all the same.

// biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
import { ConfigurationTarget, type SecretStorage, window, workspace } from 'vscode';
import { addressProblem, checkCollector } from './collector-check.js';
import { readToken, writeToken } from './tokens.js';

/** As set; empty where it is not. */
export function collectorUrl(): string {
  return workspace.getConfiguration('prodlens').get('url', '').trim();
}

/** Asks again until the collector answers, or the person gives up or wants it anyway. */
export async function connect(secrets: SecretStorage): Promise<void> {
  let url: string | undefined = collectorUrl();
  for (;;) {
    url = (
      await window.showInputBox({
        title: 'Connect to Collector (1/2)',
        prompt: 'Address of the collector',
        value: url,
        ignoreFocusOut: true,
        validateInput: addressProblem,
      })
    )?.trim();
    if (url === undefined) return;
    const token = await window.showInputBox({
      title: 'Connect to Collector (2/2)',
      prompt: 'Token with the scope read; leave it empty if the collector has no tokens',
      value: await readToken(secrets, url),
      password: true,
      ignoreFocusOut: true,
    });
    if (token === undefined) return;
    const check = await checkCollector(url, token.trim());
    if (check.ok) {
      await keep(secrets, url, token.trim());
      const services = ['no service reports to it yet', '1 service reports to it'][check.services];
      const known = services ?? `${check.services} services report to it`;
      void window.showInformationMessage(`Connected to ${url}: ${known}.`);
      return;
    }
    const choice = await window.showErrorMessage(check.problem, 'Try Again', 'Use Anyway');
    if (choice === 'Use Anyway') await keep(secrets, url, token.trim());
    if (choice !== 'Try Again') return;
  }
}

/** The token first: the address is never in use with another collector's token or with none. */
async function keep(secrets: SecretStorage, url: string, token: string): Promise<void> {
  await writeToken(secrets, url, token);
  const configuration = workspace.getConfiguration('prodlens');
  const inWorkspace = configuration.inspect('url')?.workspaceValue !== undefined;
  if (collectorUrl() !== url) {
    await configuration.update('url', url, inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
  }
}
