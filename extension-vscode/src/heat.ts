// Heat in the gutter and the overview ruler: functions of the visible files by their share of the hottest one's time.
// Off unless the setting says otherwise.

import {
  type Disposable,
  OverviewRulerLane,
  Range,
  ThemeColor,
  Uri,
  window,
  workspace,
  // biome-ignore lint/correctness/noUndeclaredDependencies: the editor provides this module
} from 'vscode';
import { heatLevels } from './heat-levels.js';
import type { AskHot } from './hot-functions-view.js';

export interface Heat extends Disposable {
  refresh(): Promise<void>;
}

const EVERY_MS = 30_000;
/** Faint to full. */
const OPACITIES = [0.25, 0.5, 0.75, 1];

export function gutterHeat(ask: AskHot): Heat {
  const marks = OPACITIES.map((opacity, level) =>
    window.createTextEditorDecorationType({
      gutterIconPath: bar(opacity),
      gutterIconSize: 'contain',
      ...(level >= 2 && {
        overviewRulerColor: new ThemeColor('charts.orange'),
        overviewRulerLane: OverviewRulerLane.Left,
      }),
    }),
  );
  const isOn = () => workspace.getConfiguration('prodlens').get('gutterHeat.enabled', false);

  async function refresh(): Promise<void> {
    for (const editor of window.visibleTextEditors) {
      if (editor.document.uri.scheme !== 'file') continue;
      const answer = isOn() ? await ask(editor.document.uri.toString(), 'totalNs').catch(() => null) : null;
      const levels = heatLevels(
        (answer?.functions ?? []).map(({ stats, range }) => ({ line: range.start.line, totalNs: stats.totalNs ?? 0 })),
        marks.length,
      );
      for (const [level, mark] of marks.entries()) {
        editor.setDecorations(
          mark,
          (levels[level] ?? []).map((line) => new Range(line, 0, line, 0)),
        );
      }
    }
  }

  const timer = setInterval(() => isOn() && void refresh(), EVERY_MS);
  const parts: Disposable[] = [
    ...marks,
    window.onDidChangeVisibleTextEditors(() => isOn() && void refresh()),
    workspace.onDidChangeConfiguration(
      (change) => change.affectsConfiguration('prodlens.gutterHeat') && void refresh(),
    ),
  ];
  return {
    refresh: async () => void (isOn() && (await refresh())),
    dispose() {
      clearInterval(timer);
      for (const part of parts) part.dispose();
    },
  };
}

function bar(opacity: number): Uri {
  const shape = `<rect x="6" y="2" width="4" height="12" rx="2" fill="#e8833a" fill-opacity="${opacity}"/>`;
  const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${shape}</svg>`;
  return Uri.parse(`data:image/svg+xml;base64,${Buffer.from(image).toString('base64')}`, true);
}
