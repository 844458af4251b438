// The places in a snapshot, of a sensor that had no source maps, by those that were uploaded: the function, the calls, the
// frames of the stacks. The fingerprint is made anew, since names that a minifier chose change with every build.

import { createHash } from 'node:crypto';
import {
  type FunctionPlace,
  fingerprintText,
  type Snapshot,
  type SnapshotCause,
  type SnapshotFrame,
} from '@prodlens/protocol';
import type { SessionMapper } from './source-maps.js';

/** The snapshot itself where no map knows any of its places. */
export async function originalSnapshot(snapshot: Snapshot, maps: SessionMapper): Promise<Snapshot> {
  let isMapped = false;

  async function placed(place: FunctionPlace): Promise<FunctionPlace> {
    const original = await maps.place(place);
    if (original === null) return place;
    isMapped = true;
    return original;
  }

  async function frame(of: SnapshotFrame): Promise<SnapshotFrame> {
    const original = await maps.frame(of);
    if (original === null) return of;
    isMapped = true;
    return original;
  }

  async function cause<T extends SnapshotCause>(of: T): Promise<T> {
    return { ...of, stack: await Promise.all(of.stack.map(frame)) };
  }

  const place = snapshot.function && (await placed(snapshot.function));
  const calls = [];
  for (const call of snapshot.calls) calls.push({ ...call, function: await placed(call.function) });
  const error = snapshot.error && {
    ...(await cause(snapshot.error)),
    causes: await Promise.all(snapshot.error.causes.map(cause)),
  };
  if (!isMapped) return snapshot;
  const original = { ...snapshot, function: place, calls, error };
  const fingerprint = createHash('sha1').update(fingerprintText(original)).digest('hex').slice(0, 16);
  return { ...original, fingerprint };
}
