// The view of the functions that cost most, of the workspace or of the file in the editor, by an order that a person
// chooses. The list and its numbers are the language server's; the row's words are the lens's.

import type { FunctionStats } from '@prodlens/protocol';
import {
  commands,
  type Disposable,
  EventEmitter,
  type Memento,
  ThemeIcon,
  TreeItem,
  window,
  // biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
} from 'vscode';
import { HOT_ORDERS, type HotOrder, hotDescription, hotLabel, hotTooltip } from './hot-function.js';

export interface HotFunction {
  stats: FunctionStats;
  uri: string;
  range: { start: { line: number; character: number } };
}

export interface HotAnswer {
  /** null: the collector cannot be asked. */
  functions: HotFunction[] | null;
  problem: string | null;
}

/** `uri`: of one file, null for the workspace. */
export type AskHot = (uri: string | null, order: HotOrder) => Promise<HotAnswer>;

export interface HotFunctionsView extends Disposable {
  /** Asks again where the view is seen. */
  refresh(): Promise<void>;
  chooseOrder(): Promise<void>;
  scope(of: 'file' | 'workspace'): Promise<void>;
}

const EVERY_MS = 30_000;

/** `memory` keeps order and scope. */
export function hotFunctionsView(ask: AskHot, memory: Memento): HotFunctionsView {
  let rows: HotFunction[] = [];
  let asked = 0;
  const changed = new EventEmitter<void>();
  const view = window.createTreeView<HotFunction>('prodlens.hotFunctions', {
    treeDataProvider: { onDidChangeTreeData: changed.event, getChildren: (row) => (row ? [] : rows), getTreeItem },
  });
  const order = () => memory.get<HotOrder>('hotFunctions.order', 'totalNs');
  const ofFile = () => memory.get('hotFunctions.scope') === 'file';

  function getTreeItem({ stats, uri, range }: HotFunction): TreeItem {
    const item = new TreeItem(hotLabel(stats, order()));
    item.id = `${stats.id} ${stats.environment}`;
    item.description = hotDescription(stats, order());
    item.tooltip = hotTooltip(stats);
    item.iconPath = new ThemeIcon(stats.regression ? 'arrow-up' : 'symbol-method');
    item.contextValue = 'function';
    const place = [stats.id, uri, range.start.line];
    item.command = { command: 'prodlens.showFunction', title: 'Open', arguments: place };
    return item;
  }

  async function refresh(): Promise<void> {
    const question = ++asked;
    void commands.executeCommand('setContext', 'prodlens.hotFunctionsOfFile', ofFile());
    if (!view.visible) return;
    const uri = ofFile() ? (window.activeTextEditor?.document.uri.toString() ?? '') : null;
    const answer = await ask(uri, order()).catch(() => null);
    if (question !== asked) return;
    const problem = answer === null ? 'The language server is not running.' : answer.problem;
    const scope = ofFile() ? 'file' : 'workspace';
    view.description = `${HOT_ORDERS[order()].title}, ${scope}`;
    if (problem === null) rows = answer?.functions ?? [];
    const nothing = rows.length === 0 ? `No function of this ${scope} has such numbers in this time.` : '';
    view.message = problem === null ? nothing : `${problem}${rows.length > 0 ? ' As last known.' : ''}`;
    changed.fire();
  }

  const timer = setInterval(() => void refresh(), EVERY_MS);
  const parts: Disposable[] = [
    view,
    changed,
    view.onDidChangeVisibility(() => void refresh()),
    window.onDidChangeActiveTextEditor(() => ofFile() && void refresh()),
  ];
  void refresh();
  return {
    refresh,
    async chooseOrder() {
      const orders = Object.entries(HOT_ORDERS).map(([key, { title, detail }]) => ({ label: title, detail, key }));
      const chosen = await window.showQuickPick(orders, { title: 'Hot functions', placeHolder: 'Order' });
      if (!chosen) return;
      await memory.update('hotFunctions.order', chosen.key);
      await refresh();
    },
    async scope(of) {
      await memory.update('hotFunctions.scope', of);
      await refresh();
    },
    dispose() {
      clearInterval(timer);
      for (const part of parts) part.dispose();
    },
  };
}
