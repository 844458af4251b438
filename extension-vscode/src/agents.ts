// Tells the editor's own agents of the collector's MCP server, so that they find it with no set-up: where the editor has
// a place for that (VS Code 1.101), and while a collector is connected. The token is added when an agent starts to use it.

// biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
import * as vscode from 'vscode';

/** The part of newer editors that the oldest supported one does not have. */
interface NewerEditor {
  lm?: {
    registerMcpServerDefinitionProvider?(id: string, provider: unknown): vscode.Disposable;
  };
  McpHttpServerDefinition?: new (
    label: string,
    uri: vscode.Uri,
    headers: Record<string, string>,
    version: string,
  ) => { headers: Record<string, string> };
}

export interface AgentsDoor extends vscode.Disposable {
  /** Of the collector that is connected; null for none. */
  connected(url: string | null): void;
}

export function agentsDoor(
  token: () => Promise<string>,
  version: string,
  editor: NewerEditor = vscode as NewerEditor,
): AgentsDoor {
  const changed = new vscode.EventEmitter<void>();
  let address: string | null = null;
  const { lm, McpHttpServerDefinition: Definition } = editor;
  const registered =
    Definition &&
    lm?.registerMcpServerDefinitionProvider?.('prodlens.collector', {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: () => {
        if (address === null) return [];
        return [new Definition('Prodlens', vscode.Uri.parse(`${address}/mcp`, true), {}, version)];
      },
      async resolveMcpServerDefinition(definition: { headers: Record<string, string> }) {
        const held = await token();
        if (held !== '') definition.headers = { authorization: `Bearer ${held}` };
        return definition;
      },
    });
  return {
    connected(url) {
      const next = url === null ? null : url.replace(/\/+$/, '');
      if (next === address) return;
      address = next;
      changed.fire();
    },
    dispose() {
      registered?.dispose();
      changed.dispose();
    },
  };
}
