// A sensor's snapshot, received: looked through once more, as a second net under the sensor's own redaction, then kept. What
// still looks like a secret is refused as a whole, and the sensor is told why: it says so in its record.

import {
  capturedText,
  type SensorHello,
  type SensorSnapshot,
  type SnapshotSummary,
  secretInSnapshot,
} from '@prodlens/protocol';
import { quoted } from '../errors.js';
import { functionIdentity } from '../store/function-identity.js';
import { SNAPSHOT_RETENTION_MS } from '../store/retention.js';
import type { Store } from '../store/store.js';

/** Durable when it resolves to null; else it was not kept, for this reason. */
export async function keepSnapshot(
  store: Pick<Store, 'putSnapshot'>,
  hello: SensorHello,
  { snapshot, ageMs }: SensorSnapshot,
  receivedUnixMs: number,
): Promise<string | null> {
  const secret = secretInSnapshot(snapshot);
  if (secret !== null) return quoted(secret, 400);
  const takenUnixMs = Math.round(receivedUnixMs - Math.min(ageMs, SNAPSHOT_RETENTION_MS));
  await store.putSnapshot({ snapshot, summary: summaryOf(hello, snapshot, takenUnixMs) });
  return null;
}

function summaryOf(hello: SensorHello, snapshot: SensorSnapshot['snapshot'], takenUnixMs: number): SnapshotSummary {
  const { service, environment, version, revision, instance, host } = hello;
  const { id, trigger, fingerprint, suppressed, flow, error, function: place } = snapshot;
  const thrown = error?.stack.find((frame) => frame.file === place?.file);
  return {
    ...{ id, takenUnixMs, service, environment, version, revision, instance, host, trigger, fingerprint, suppressed },
    endpoint: flow && `${flow.method} ${flow.route}`,
    status: flow?.status ?? null,
    durationNs: flow?.durationNs ?? null,
    functionId: place && functionIdentity(service, place.file, place.name, place.ordinal),
    functionName: place?.name ?? null,
    file: place?.file ?? null,
    line: thrown?.line ?? place?.line ?? null,
    errorType: error?.type ?? null,
    message:
      error && (typeof error.message === 'string' ? quoted(error.message, 200) : capturedText(error.message, 200)),
  };
}
