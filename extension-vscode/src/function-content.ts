// Asks the collector for all that the panel shows of a function. No number is made here.

import type {
  Alert,
  CallTreeNode,
  FunctionStats,
  LatencyOverTime,
  Snapshot,
  SnapshotSummary,
} from '@prodlens/protocol';
import type { FunctionContent, PanelScope } from '../panel/messages.js';
import { type Ask, Refused } from './collector-answers.js';

const SNAPSHOTS = 20;

/** `preferred`: the environment of the settings, '' for none. Rejects with one sentence for a person. */
export async function functionContent(ask: Ask, scope: PanelScope, preferred: string): Promise<FunctionContent> {
  const of = `functions/${encodeURIComponent(scope.functionId)}`;
  const { functions, window } = await ask<{ functions: FunctionStats[]; window: string }>(
    `${of}?${new URLSearchParams({ window: scope.window })}`,
  );
  const wanted = scope.environment || preferred;
  const stats = functions.find(({ environment }) => environment === wanted) ?? functions[0]!;
  const { environment } = stats;
  const query = (more: Record<string, string>) => new URLSearchParams({ environment, ...more });
  const [{ latency }, { tree }, { alerts }, forensics] = await Promise.all([
    ask<{ latency: LatencyOverTime[] }>(`${of}/latency?${new URLSearchParams({ window })}`),
    ask<{ tree: CallTreeNode | null }>(`${of}/tree?${query({ window })}`),
    ask<{ alerts: Alert[] }>(`alerts?${query({ functionId: scope.functionId })}`),
    ask<{ snapshots: SnapshotSummary[] }>(
      `forensics?${query({ function: scope.functionId, limit: String(SNAPSHOTS) })}`,
    ).catch((error: Error) => {
      if (error instanceof Refused) return { snapshots: [], refused: error.message };
      throw error;
    }),
  ]);
  return {
    stats,
    environments: functions.map((one) => one.environment),
    window,
    latency: latency.find((one) => one.environment === environment) ?? null,
    tree,
    alerts: alerts.filter(({ state }) => state !== 'closed'),
    snapshots: forensics.snapshots,
    snapshotsRefused: 'refused' in forensics ? forensics.refused : null,
  };
}

/** Each reading is in the collector's audit log. */
export async function snapshotOf(ask: Ask, id: string): Promise<Snapshot> {
  return (await ask<{ snapshot: Snapshot }>(`forensics/${encodeURIComponent(id)}`)).snapshot;
}
