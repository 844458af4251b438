// Snapshots on their way to the collector: few, in the order in which they were made, each until it is acknowledged. Where
// there is no room, those that come later are dropped: first occurrences come first.

import type { Snapshot } from '@prodlens/protocol';

export interface WaitingSnapshot {
  snapshot: Snapshot;
  before?: Snapshot;
  madeMs: number;
}

/** Snapshots that wait at most, and that are sent before the first of them is acknowledged. */
const WAITING = 50;
const AT_ONCE = 5;
/** After so many refusals of a session while snapshots were on their way, these are given up. */
const REFUSALS = 2;

export class SnapshotOutbox {
  #waiting: WaitingSnapshot[] = [];
  #sent = new Set<string>();
  #refusals = 0;
  /** Snapshots that found no room or were given up, and those that the collector did not keep. */
  dropped = 0;
  refused = 0;
  /** Why the last one was not kept. */
  refusal: string | null = null;

  add(one: WaitingSnapshot): void {
    if (this.#waiting.length >= WAITING) this.dropped++;
    else this.#waiting.push(one);
  }

  /** What is to be sent now; after a new connection also what was sent and not acknowledged. */
  next(isNewConnection: boolean): WaitingSnapshot[] {
    if (isNewConnection) this.#sent.clear();
    const room = AT_ONCE - this.#sent.size;
    const next = this.#waiting.filter(({ snapshot }) => !this.#sent.has(snapshot.id)).slice(0, Math.max(0, room));
    for (const { snapshot } of next) this.#sent.add(snapshot.id);
    return next;
  }

  acknowledged(id: string, refusal: string | null): void {
    this.#sent.delete(id);
    this.#refusals = 0;
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter(({ snapshot }) => snapshot.id !== id);
    if (refusal === null || this.#waiting.length === before) return;
    this.refused++;
    this.refusal = refusal;
  }

  /** The collector ended the session because of what was sent: it may be one that knows no snapshots. */
  sessionRefused(): void {
    if (this.#sent.size === 0 || ++this.#refusals < REFUSALS) return;
    this.#refusals = 0;
    this.dropped += this.#sent.size;
    this.#waiting = this.#waiting.filter(({ snapshot }) => !this.#sent.has(snapshot.id));
    this.#sent.clear();
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }
}
