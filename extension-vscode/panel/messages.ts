// What the function panel and the extension say to each other. The panel never sees the collector's address or token: it
// is handed answers, and asks for what a person chose.

import type {
  Alert,
  CallTreeNode,
  FunctionStats,
  LatencyOverTime,
  Snapshot,
  SnapshotSummary,
} from '@prodlens/protocol';

/** Which numbers are shown. */
export interface PanelScope {
  /** FunctionStats.id */
  functionId: string;
  /** '' for that of the settings, else the first. */
  environment: string;
  /** As in the setting prodlens.window. */
  window: string;
}

/** All that is shown of one function in one environment, each part as the collector's API answers it. */
export interface FunctionContent {
  stats: FunctionStats;
  /** Of this function. */
  environments: string[];
  /** Which the collector really covers. */
  window: string;
  /** null where nothing was called. */
  latency: LatencyOverTime | null;
  tree: CallTreeNode | null;
  /** Those that are not closed. */
  alerts: Alert[];
  snapshots: SnapshotSummary[];
  /** Why snapshots cannot be seen; null where they can. */
  snapshotsRefused: string | null;
}

export type ToPanel =
  | { type: 'content'; scope: PanelScope; content: FunctionContent; focus: 'forensics' | null; canGoBack: boolean }
  /** `message`: one sentence. What is shown stays, as last known. */
  | { type: 'problem'; scope: PanelScope; message: string; canGoBack: boolean }
  | { type: 'snapshot'; id: string; snapshot: Snapshot }
  | { type: 'noSnapshot'; id: string; message: string };

export type FromPanel =
  | { type: 'ready' }
  | { type: 'choose'; scope: PanelScope }
  | { type: 'back' }
  /** Another function in the panel. */
  | { type: 'visit'; functionId: string }
  /** The shown function in the editor. */
  | { type: 'openFunction' }
  /** As deployed; `line` 1-based. */
  | { type: 'openLine'; service: string; file: string; line: number }
  | { type: 'openAlert'; id: string }
  | { type: 'openWebApp' }
  | { type: 'copyForAgent' }
  | { type: 'askSnapshot'; id: string }
  | { type: 'copy'; text: string }
  | { type: 'save'; fileName: string; text: string };
