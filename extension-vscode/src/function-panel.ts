// The panel of one function: a webview beside the editor that shows what the collector answers. It is one panel, which
// goes from function to function and back. The page in it has no address and no token: it gets answers by messages, and
// its content security policy lets it load its own two files and reach nothing else.

import { randomBytes } from 'node:crypto';
import {
  commands,
  type Disposable,
  env,
  Uri,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  window,
  workspace,
  // biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
} from 'vscode';
import type { FromPanel, PanelScope, ToPanel } from '../panel/messages.js';
import type { Ask } from './collector-answers.js';
import { functionContent, snapshotOf } from './function-content.js';

export interface FunctionPanel extends Disposable {
  /** `focus`: the part that comes into view first. */
  show(functionId: string, focus: 'forensics' | null): Promise<void>;
  /** Asks again, where the panel is seen. */
  refresh(): Promise<void>;
}

const TYPE = 'prodlens.function';
const EVERY_MS = 15_000;
const LONGEST_WAY_BACK = 50;

/** `ask` is asked for anew each time: address and token are those of the moment. `folder`: of the bundled files. */
export function functionPanel(folder: Uri, ask: () => Promise<Ask>): FunctionPanel {
  let panel: WebviewPanel | null = null;
  let scope: PanelScope | null = null;
  let focus: 'forensics' | null = null;
  let back: PanelScope[] = [];
  let asked = 0;

  const post = (message: ToPanel) => panel?.webview.postMessage(message);
  const setting = (name: string, otherwise: string) =>
    workspace.getConfiguration('prodlens').get<string>(name)?.trim() || otherwise;

  async function load(): Promise<void> {
    const [of, question] = [scope, ++asked];
    if (panel === null || of === null) return;
    const canGoBack = back.length > 0;
    try {
      const content = await functionContent(await ask(), of, setting('environment', ''));
      if (question !== asked || panel === null) return;
      panel.title = content.stats.name;
      const brought = focus;
      // Once: the next answer must not take the focus from where the person is by then.
      focus = null;
      await post({ type: 'content', scope: of, content, focus: brought, canGoBack });
    } catch (error) {
      if (question === asked) await post({ type: 'problem', scope: of, message: (error as Error).message, canGoBack });
    }
  }

  async function visit(next: PanelScope): Promise<void> {
    if (scope !== null && scope.functionId !== next.functionId) back = [...back, scope].slice(-LONGEST_WAY_BACK);
    scope = next;
    await load();
  }

  /** A line opens beside the panel, not over it. */
  async function leave(): Promise<void> {
    if (panel?.viewColumn !== ViewColumn.One) await commands.executeCommand('workbench.action.focusFirstEditorGroup');
  }

  async function take(message: FromPanel): Promise<unknown> {
    if (scope === null) return;
    switch (message.type) {
      case 'ready':
        return load();
      case 'choose':
        scope = message.scope;
        return load();
      case 'back':
        scope = back.pop() ?? scope;
        return load();
      case 'visit':
        return visit({ ...scope, functionId: message.functionId });
      case 'openFunction':
        await leave();
        return commands.executeCommand('prodlens.showFunction', scope.functionId);
      case 'openLine':
        await leave();
        return commands.executeCommand('prodlens.showLine', message.service, message.file, message.line);
      case 'openAlert':
        await leave();
        return commands.executeCommand('prodlens.openAlert', message.id);
      case 'openWebApp':
        return commands.executeCommand('prodlens.openInWebApp', scope.functionId);
      case 'copyForAgent':
        await commands.executeCommand('prodlens.copyForAgent', scope.functionId);
        return window.setStatusBarMessage('Prodlens: copied for an agent.', 3_000);
      case 'askSnapshot':
        try {
          return post({ type: 'snapshot', id: message.id, snapshot: await snapshotOf(await ask(), message.id) });
        } catch (error) {
          return post({ type: 'noSnapshot', id: message.id, message: (error as Error).message });
        }
      case 'copy':
        return env.clipboard.writeText(message.text);
      case 'save': {
        const beside = workspace.workspaceFolders?.[0]?.uri ?? folder;
        const target = await window.showSaveDialog({ defaultUri: Uri.joinPath(beside, message.fileName) });
        return target && workspace.fs.writeFile(target, Buffer.from(message.text));
      }
    }
  }

  function adopt(made: WebviewPanel): void {
    panel = made;
    made.iconPath = { light: Uri.joinPath(folder, 'pulse-light.svg'), dark: Uri.joinPath(folder, 'pulse-dark.svg') };
    made.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    made.webview.html = page(made.webview, folder);
    made.webview.onDidReceiveMessage(take);
    made.onDidChangeViewState(() => made.visible && void load());
    made.onDidDispose(() => {
      panel = null;
      scope = null;
      back = [];
    });
  }

  const timer = setInterval(() => panel?.visible && void load(), EVERY_MS);
  const restoring = window.registerWebviewPanelSerializer(TYPE, {
    async deserializeWebviewPanel(restored, state: PanelScope | undefined) {
      if (typeof state?.functionId !== 'string') return restored.dispose();
      scope = state;
      adopt(restored);
    },
  });
  return {
    async show(functionId, part) {
      focus = part;
      const next = { functionId, environment: '', window: setting('window', '1h') };
      if (panel === null) {
        scope = next;
        adopt(window.createWebviewPanel(TYPE, 'Prodlens', ViewColumn.Beside));
      } else {
        panel.reveal();
        await visit({ ...next, window: scope?.window ?? next.window });
      }
    },
    async refresh() {
      if (panel?.visible) await load();
    },
    dispose() {
      clearInterval(timer);
      restoring.dispose();
      panel?.dispose();
    },
  };
}

function page(webview: Webview, folder: Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const at = (name: string) => webview.asWebviewUri(Uri.joinPath(folder, name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${at('panel.css')}">
<title>Prodlens</title>
</head>
<body><main id="panel"></main><script nonce="${nonce}" src="${at('panel.js')}"></script></body>
</html>`;
}
