// Work that outlives the request that asked for it: a queue in the database and a loop that polls it. A claimed job
// becomes due again after its lease, so a job whose process died is taken up by the next. At least once, therefore.

import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from './database.js';

const POLL_MS = 200;
const LEASE_MS = 30_000;
const MAXIMUM_ATTEMPTS = 5;

export type JobHandler = (payload: string) => Promise<void>;

interface Job {
  id: number;
  kind: string;
  payload: string;
  /** This one included. */
  attempts: number;
}

export class JobQueue {
  readonly #handlers = new Map<string, JobHandler>();
  readonly #stopping = new AbortController();
  readonly #statements;
  readonly #retryMs: number;
  #loop: Promise<void> | undefined;

  /** A job that failed waits `retryMs`, and twice as long each time after. */
  constructor(database: Database, { retryMs = 500 } = {}) {
    this.#retryMs = retryMs;
    this.#statements = {
      add: database.prepare('INSERT INTO jobs (kind, payload, run_at) VALUES (?, ?, ?)'),
      claim: database.prepare(
        `UPDATE jobs SET run_at = ?1 + ${LEASE_MS}, attempts = attempts + 1
         WHERE id = (SELECT id FROM jobs WHERE failed_at IS NULL AND run_at <= ?1 ORDER BY run_at LIMIT 1)
         RETURNING id, kind, payload, attempts`,
      ),
      remove: database.prepare('DELETE FROM jobs WHERE id = ?'),
      retry: database.prepare('UPDATE jobs SET run_at = ?, last_error = ? WHERE id = ?'),
      giveUp: database.prepare('UPDATE jobs SET failed_at = ?, last_error = ? WHERE id = ?'),
    };
  }

  handle(kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler);
  }

  enqueue(kind: string, payload: string): void {
    this.#statements.add.run(kind, payload, Date.now());
  }

  start(): void {
    this.#loop ??= this.#work(this.#stopping.signal);
  }

  /** Resolves when the job in hand, if any, is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const job = this.#statements.claim.get(Date.now()) as Job | undefined;
      if (job === undefined) await delay(POLL_MS, undefined, { signal }).catch(() => {});
      else await this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    try {
      const handler = this.#handlers.get(job.kind);
      if (handler === undefined) throw new Error(`no handler for jobs of kind ${job.kind}`);
      await handler(job.payload);
      this.#statements.remove.run(job.id);
    } catch (error) {
      if (job.attempts >= MAXIMUM_ATTEMPTS) this.#statements.giveUp.run(Date.now(), String(error), job.id);
      else this.#statements.retry.run(Date.now() + this.#retryMs * 2 ** (job.attempts - 1), String(error), job.id);
    }
  }
}
