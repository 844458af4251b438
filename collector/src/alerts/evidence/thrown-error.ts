// Which error an alert is about, and the line that throws it: what the snapshots of the function say.

import type { AlertError, SnapshotSummary } from '@prodlens/protocol';
import type { Finding } from '../../analysis/finding.js';
import type { Store } from '../../store/store.js';

/** Snapshots that are looked through, the newest. */
const READ = 200;

/**
 * The error that the function (FunctionStats.id) threw most since a time, or the newest of the type that the finding is
 * about; undefined where none was captured.
 */
export async function errorOf(
  store: Store,
  { service, environment }: { service: string; environment: string },
  functionId: string,
  sinceUnixMs: number,
  { kind, errorType: wanted }: Pick<Finding, 'kind' | 'errorType'>,
): Promise<AlertError | undefined> {
  // What is gone without a type may have been of several.
  if (kind === 'error-gone' && wanted === undefined) return undefined;
  const found = await store.snapshots({ service, environment, function: functionId, sinceUnixMs }, READ);
  const thrown = found.filter(
    (one): one is SnapshotSummary & { errorType: string } =>
      one.errorType !== null && (wanted ?? one.errorType) === one.errorType,
  );
  const counts = new Map<string, number>();
  for (const { errorType, suppressed } of thrown) counts.set(errorType, (counts.get(errorType) ?? 0) + 1 + suppressed);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  const newest = thrown.find(({ errorType }) => errorType === most?.[0]);
  if (newest === undefined) return undefined;
  const { errorType: type, fingerprint, file, line, id: snapshotId } = newest;
  return { type, fingerprint, file, line, snapshotId };
}
