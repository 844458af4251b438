// The reporter's part that has to do with snapshots: makes them, keeps them until the collector has them, and says what became
// of them.

import type { CaptureFacts } from '@prodlens/protocol';
import type { RawSnapshot } from '../capture/raw-snapshot.js';
import { now } from '../measure/clock.js';
import { CONTROL, type Counters } from '../measure/counters.js';
import type { Connection } from './connection.js';
import { SnapshotOutbox } from './snapshot-outbox.js';
import { type SnapshotMakerOptions, snapshotMaker } from './snapshots.js';

export interface SnapshotSenderOptions extends SnapshotMakerOptions {
  counters: Counters;
  /** A dry run on this machine, which shows what there was before redaction. */
  withBefore: boolean;
  /** Called before snapshots are sent: the collector knows functions before what is said of them. */
  nameFunctions(): void;
}

export class SnapshotSender {
  readonly #make: ReturnType<typeof snapshotMaker>;
  readonly #options: SnapshotSenderOptions;
  readonly #outbox = new SnapshotOutbox();
  #connection: Connection | null = null;
  #taken = 0;
  #waiters: (() => void)[] = [];

  constructor(options: SnapshotSenderOptions) {
    this.#options = options;
    this.#make = snapshotMaker(options);
  }

  start(connection: Connection): void {
    this.#connection = connection;
  }

  take(raw: RawSnapshot): void {
    this.#taken++;
    const { snapshot, before } = this.#make(raw);
    this.#outbox.add({ snapshot, ...(this.#options.withBefore && { before }), madeMs: now() });
    this.#send(false);
  }

  welcomed(): void {
    this.#send(true);
    this.#tellWaiters();
  }

  answered(id: string, refusal: string | null): void {
    this.#outbox.acknowledged(id, refusal);
    this.#send(false);
    this.#tellWaiters();
  }

  refused(): void {
    this.#outbox.sessionRefused();
    this.#tellWaiters();
  }

  /** Resolves once the collector has answered for all of them. */
  delivered(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#tellWaiters();
    });
  }

  facts(): { capture: CaptureFacts } {
    const { mode, fault } = this.#options.capture;
    const { dropped, refused, refusal } = this.#outbox;
    const suppressed = this.#options.counters.control[CONTROL.suppressedCaptures]! >>> 0;
    return { capture: { mode, fault, taken: this.#taken, suppressed, dropped, refused, refusal } };
  }

  #send(isNewConnection: boolean): void {
    const connection = this.#connection;
    if (!connection?.isReady) return;
    const next = this.#outbox.next(isNewConnection);
    if (next.length > 0) this.#options.nameFunctions();
    for (const { madeMs, ...rest } of next) {
      connection.send({ type: 'snapshot', ageMs: now() - madeMs, ...rest });
    }
  }

  #tellWaiters(): void {
    if (this.#outbox.isEmpty) for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
