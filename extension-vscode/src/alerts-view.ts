// The view of alerts in the activity bar, their number in the status bar, and the steps from one to the next. What the
// view says while it is empty stands in package.json (viewsWelcome), by the two context keys that are set here.

import type { Alert } from '@prodlens/protocol';
import {
  commands,
  type Disposable,
  EventEmitter,
  StatusBarAlignment,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  // biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
} from 'vscode';
import { type AlertNode, alertTree, leavesOf, renewed, stepFrom } from './alert-tree.js';
import type { Status } from './status.js';

export interface AlertsView extends Disposable {
  /** Asks for the alerts again. */
  refresh(): Promise<void>;
  /** 'stopped': the language server itself is not running. */
  connection(state: Status['state'] | 'stopped'): void;
  /** Opens the line of the next (1) or the one before (-1). */
  step(by: 1 | -1): Promise<void>;
  /** FunctionStats.id of what an alert is about; undefined where it is no open alert's id, or about no function. */
  functionOf(alertId: string): string | undefined;
}

/** `ask` answers with all alerts that are not closed, null where none are known. */
export function alertsView(ask: () => Promise<Alert[] | null>): AlertsView {
  let roots: AlertNode[] = [];
  let asked = 0;
  let current: string | null = null;
  const changed = new EventEmitter<AlertNode | undefined>();
  const view = window.createTreeView<AlertNode>('prodlens.alerts', {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => node?.children ?? roots,
      getParent: (node) => node.parent,
      getTreeItem: toTreeItem,
    },
  });
  const item = window.createStatusBarItem('prodlens.alerts', StatusBarAlignment.Right, 49);
  item.name = 'Prodlens Alerts';
  item.command = 'prodlens.alerts.focus';
  view.onDidChangeSelection(({ selection }) => {
    current = selection[0]?.alert?.id ?? current;
  });

  function show(alerts: Alert[] | null): void {
    const renewal = renewed(roots, alertTree(alerts ?? []));
    roots = renewal.roots;
    for (const node of renewal.changed.includes(undefined) ? [undefined] : renewal.changed) changed.fire(node);
    void commands.executeCommand('setContext', 'prodlens.alertsKnown', alerts !== null);
    const open = leavesOf(roots).filter(({ alert }) => alert?.state === 'open');
    const words = `${open.length} open ${open.length === 1 ? 'alert' : 'alerts'}`;
    view.badge = open.length === 0 ? undefined : { value: open.length, tooltip: words };
    item.text = `$(bell) ${open.length}`;
    item.tooltip = `Prodlens: ${words}`;
    item.accessibilityInformation = { label: `Prodlens: ${words}` };
    if (open.length === 0) item.hide();
    else item.show();
  }

  return {
    async refresh() {
      const question = ++asked;
      const alerts = await ask().catch(() => null);
      if (question === asked) show(alerts);
    },
    connection(state) {
      void commands.executeCommand('setContext', 'prodlens.connection', state);
      // Above the alerts, where there are any; without them the view's welcome says it.
      view.message = state === 'connected' || roots.length === 0 ? '' : 'Not connected: alerts as last known.';
    },
    async step(by) {
      const node = stepFrom(current, by, roots);
      if (!node) return void window.setStatusBarMessage('Prodlens: there is no open alert.', 5_000);
      current = node.id;
      if (view.visible) await view.reveal(node, { select: true, focus: false });
      // What is about no function has no line: a key that goes through the alerts does not open a browser.
      if (node.alert?.place?.type === 'function') await commands.executeCommand('prodlens.openAlert', node.id);
      else window.setStatusBarMessage(`Prodlens: ${node.alert?.title}`, 8_000);
    },
    functionOf(alertId) {
      const place = leavesOf(roots).find(({ id }) => id === alertId)?.alert?.place;
      return place?.type === 'function' ? place.functionId : undefined;
    },
    dispose() {
      for (const part of [view, item, changed]) part.dispose();
    },
  };
}

function toTreeItem(node: AlertNode): TreeItem {
  const { Collapsed, Expanded, None } = TreeItemCollapsibleState;
  const withChildren = node.opens === null ? Expanded : Collapsed;
  const item = new TreeItem(node.label, node.children.length === 0 ? None : withChildren);
  item.id = node.id;
  item.description = node.description;
  item.tooltip = node.tooltip;
  item.contextValue = node.context;
  if (node.icon) item.iconPath = new ThemeIcon(node.icon.name, new ThemeColor(node.icon.colour));
  if (node.opens) item.command = { command: 'prodlens.openAlert', title: 'Open', arguments: [node.opens] };
  return item;
}
