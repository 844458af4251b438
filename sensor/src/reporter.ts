// Takes the counters every ten seconds and brings them to the collector: functions first, each once a connection,
// then the window that counts them.

import { SENSOR_LIMITS, type SensorFunction } from '@prodlens/protocol';
import { after, every, now } from './clock.js';
import type { Connection } from './connection.js';
import { Outbox } from './outbox.js';
import type { Registry } from './registry.js';
import type { Runtime } from './runtime.js';

const WINDOW_MS = 10_000;
/** A service that has just started is seen sooner. */
const FIRST_WINDOW_MS = 2_000;
const FUNCTIONS_A_MESSAGE = 5_000;

export class Reporter {
  #runtime: Runtime;
  #registry: Registry;
  #drainLoader: () => void;
  #outbox = new Outbox();
  #connection: Connection | null = null;
  #named = new Set<number>();
  #namedOwn = 0;
  #windowStartMs = now();
  #waiters: (() => void)[] = [];

  constructor(runtime: Runtime, registry: Registry, drainLoader: () => void) {
    this.#runtime = runtime;
    this.#registry = registry;
    this.#drainLoader = drainLoader;
  }

  /** Starts the windows' clock. */
  start(connection: Connection): void {
    this.#connection = connection;
    after(FIRST_WINDOW_MS, () => {
      this.takeWindow();
      every(WINDOW_MS, () => this.takeWindow());
    });
  }

  /** A new connection: what was not acknowledged goes again, and functions are named anew. */
  welcomed(lastSequence: number): void {
    this.#named.clear();
    this.#namedOwn = 0;
    this.#outbox.acknowledged(lastSequence);
    this.#send(true);
    this.#tellWaiters();
  }

  acknowledged(sequence: number): void {
    this.#outbox.acknowledged(sequence);
    this.#send(false);
    this.#tellWaiters();
  }

  refused(): void {
    this.#outbox.refused();
    this.#tellWaiters();
  }

  /** At the end of the process: hands the running window to the system, which sends what fits its buffer. */
  takeLastWindow(): void {
    if (this.#connection?.isReady) this.takeWindow();
  }

  #tellWaiters(): void {
    if (this.#outbox.isEmpty) for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Ends the running window and sends it, or keeps it until the collector is there. */
  takeWindow(): void {
    this.#drainLoader();
    const endMs = now();
    const counted = this.#runtime.takeWindow((id) => this.#registry.isAsync(id));
    // Text that was instrumented elsewhere, by a bundler's plugin, counts under ids that have no name here.
    const rows = counted.filter(({ id }) => this.#registry.isKnown(id));
    this.#outbox.add({ startMs: this.#windowStartMs, endMs, rows });
    this.#windowStartMs = endMs;
    this.#send(false);
  }

  /** Resolves once all that was counted until now is durable at the collector. */
  flushed(): Promise<void> {
    this.takeWindow();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #send(isNewConnection: boolean): void {
    const connection = this.#connection;
    if (!connection?.isReady) return;
    const window = this.#outbox.next(isNewConnection);
    if (window === null) return;
    this.#nameFunctions(
      connection,
      window.rows.map((row) => row.id),
    );
    connection.send({
      type: 'window',
      sequence: window.sequence,
      ageMs: now() - window.endMs,
      durationMs: window.endMs - window.startMs,
      rows: window.rows,
      facts: { ...this.#registry.facts(), mergedWindows: this.#outbox.merged, droppedWindows: this.#outbox.dropped },
    });
  }

  /** Names the functions of a window, and the service's own that were loaded since, that this connection does not know. */
  #nameFunctions(connection: Connection, ids: number[]): void {
    const own = this.#registry.ownIds();
    const fresh: SensorFunction[] = [];
    for (const id of [...own.slice(this.#namedOwn), ...ids]) {
      if (this.#named.has(id)) continue;
      this.#named.add(id);
      fresh.push(withinLimits(this.#registry.describe(id)));
    }
    this.#namedOwn = own.length;
    for (let i = 0; i < fresh.length; i += FUNCTIONS_A_MESSAGE) {
      connection.send({ type: 'functions', functions: fresh.slice(i, i + FUNCTIONS_A_MESSAGE) });
    }
  }
}

function withinLimits(f: SensorFunction): SensorFunction {
  const { stringLength } = SENSOR_LIMITS;
  if (f.name.length <= stringLength && f.file.length <= stringLength) return f;
  return { ...f, name: f.name.slice(0, stringLength), file: f.file.slice(0, stringLength) };
}
