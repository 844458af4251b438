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
  /** Original names by what V8 calls the functions of the snapshot, in each compiled file; null where two have one name. */
  const names = new Map<string, string | null>();

  async function placed(place: FunctionPlace): Promise<FunctionPlace> {
    const original = await maps.place(place);
    if (original === null) return place;
    isMapped = true;
    const key = `${place.file}\n${lastName(place.name)}`;
    const before = names.get(key);
    names.set(key, before === undefined || before === original.name ? original.name : null);
    return original;
  }

  async function frame(of: SnapshotFrame): Promise<SnapshotFrame> {
    const position = await maps.position(of.file, of.line, of.column);
    if (position === null) return of;
    isMapped = true;
    const { file, line, column } = position;
    const name = names.get(`${of.file}\n${lastName(of.functionName)}`);
    return { ...of, file, line, column, functionName: name ?? of.functionName };
  }

  async function cause<T extends SnapshotCause>(of: T): Promise<T> {
    return { ...of, stack: await Promise.all(of.stack.map(frame)) };
  }

  // In this order: frames have the names of the functions.
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

/** "Cart.total" and "async Cart.total" are "total". */
function lastName(name: string): string {
  return name.replace(/^.*[. #]/, '');
}
