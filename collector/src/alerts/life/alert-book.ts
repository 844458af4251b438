// What is known of alerts, in a database file of its own beside the store's: the alerts with their history, how far the
// analysis has come, what pipelines said of deployments, what is expected, and the messages that are still to be sent.

import type { Alert } from '@prodlens/protocol';
import type { Subject, Watched } from '../../analysis/finding.js';
import { closeDatabase, type Database, openDatabase, transaction } from '../../store/sqlite/open-database.js';

/** An alert with what only the collector needs of it. */
export interface KeptAlert {
  alert: Alert;
  subject: Subject;
  watched: Watched | null;
  deploymentId: number | null;
  /** When its measure could be judged last. */
  judgedUnixMs: number;
  /** When its group was told of it last; 0: never. */
  toldUnixMs: number;
  /** Ids of functions to where its cause lies, the nearest first. */
  leads?: number[];
  /** The service takes more of the processor since. */
  isBusier?: boolean;
  /** Id of the alert that tells of its cause. */
  partOf?: string;
  /** Alerts that were part of it when it was told of last. */
  reachedTold?: number;
}

/** What a pipeline said of a deployment. */
export interface DeploymentNote {
  service: string;
  environment: string;
  version: string;
  revision: string;
  author: string;
  link: string;
  notedUnixMs: number;
  /** Commits of the deployment, oldest first, with the functions that each touched. */
  commits: NotedCommit[];
}

/** A commit, with what it touched. */
export interface NotedCommit {
  revision: string;
  author: string;
  /** First line of its message. */
  subject: string;
  /** Where to read it; '' where that is not known. */
  link: string;
  files: Array<{ file: string; functions: string[] }>;
}

/** What is told of a deployment; of more, the oldest commits and the files behind are left out. `text`: UTF-16 units. */
export const CHANGE_LIMITS = { commits: 500, filesOfCommit: 200, functionsOfFile: 200, text: 200 } as const;

/** What somebody expects, so that nobody need be told. null and '' stand for any. */
export interface ExpectedRule {
  service: string;
  environment: string | null;
  /** Of the function; null: any. */
  file: string | null;
  name: string | null;
  untilUnixMs: number | null;
  reason: string;
  /** Name of the reviewed file that says so. */
  by: string;
}

/** A message on its way to a channel. */
export interface Delivery {
  id: number;
  channel: string;
  body: string;
  attempts: number;
  nextUnixMs: number;
  createdUnixMs: number;
  /** Why the last attempt failed; '' before it. */
  failure: string;
}

const CLOSED_KEPT_MS = 90 * 86_400_000;
const NOTES_KEPT_MS = 180 * 86_400_000;
const DEAD_KEPT_MS = 30 * 86_400_000;
/** Alerts at most; the oldest closed ones go first. */
const ALERTS = 20_000;

const TABLES = `
  CREATE TABLE alert (id TEXT PRIMARY KEY, state TEXT NOT NULL, updated_ms INTEGER NOT NULL, kept TEXT NOT NULL) STRICT;
  CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE deployment_note (
    service TEXT NOT NULL, environment TEXT NOT NULL, version TEXT NOT NULL, revision TEXT NOT NULL,
    author TEXT NOT NULL, link TEXT NOT NULL, noted_ms INTEGER NOT NULL,
    PRIMARY KEY (service, environment, version)
  ) STRICT;
  CREATE TABLE expected (service TEXT NOT NULL, origin TEXT NOT NULL, rules TEXT NOT NULL, PRIMARY KEY (service, origin)) STRICT;
  CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL, created_ms INTEGER NOT NULL, failure TEXT NOT NULL, is_dead INTEGER NOT NULL
  ) STRICT;
`;

/** From one version to the next. */
const STEPS = [TABLES, "ALTER TABLE deployment_note ADD COLUMN commits TEXT NOT NULL DEFAULT '[]';"];

/** Throws PRODLENS_ERR_DATA_FOLDER. */
export function openAlertBook(dataDir: string) {
  const db = openDatabase(dataDir, { file: 'alerts.db' });
  prepare(db);
  const alerts = new Map<string, KeptAlert>();
  for (const { kept } of db.prepare('SELECT kept FROM alert').all() as Array<{ kept: string }>) {
    const read = JSON.parse(kept) as KeptAlert;
    alerts.set(read.alert.id, read);
  }
  const put = db.prepare(
    `INSERT INTO alert (id, state, updated_ms, kept) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, updated_ms = excluded.updated_ms, kept = excluded.kept`,
  );
  const setFact = db.prepare(
    'INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const getFact = db.prepare('SELECT value FROM fact WHERE name = ?');
  const deliveries = 'SELECT id, channel, body, attempts, next_ms AS nextUnixMs, created_ms AS createdUnixMs, failure';

  return {
    all: (): KeptAlert[] => [...alerts.values()],
    get: (id: string): KeptAlert | undefined => alerts.get(id),
    /** Durable when it returns. */
    put(kept: KeptAlert[]): void {
      if (kept.length === 0) return;
      transaction(db, () => {
        for (const one of kept) put.run(one.alert.id, one.alert.state, one.alert.updatedUnixMs, JSON.stringify(one));
      });
      for (const one of kept) alerts.set(one.alert.id, one);
    },

    fact: (name: string): string | null => (getFact.get(name) as { value: string } | undefined)?.value ?? null,
    setFact(name: string, value: string): void {
      setFact.run(name, value);
    },

    /** `commits` null: those that were noted before stay. */
    note(note: Omit<DeploymentNote, 'commits'> & { commits: NotedCommit[] | null }): void {
      const { service, environment, version, revision, author, link, notedUnixMs, commits } = note;
      db.prepare(
        `INSERT INTO deployment_note (service, environment, version, revision, author, link, noted_ms, commits)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(?8, '[]'))
         ON CONFLICT (service, environment, version) DO UPDATE SET revision = excluded.revision,
         author = excluded.author, link = excluded.link, noted_ms = excluded.noted_ms, commits = coalesce(?8, commits)`,
      ).run(service, environment, version, revision, author, link, notedUnixMs, commits && JSON.stringify(commits));
    },
    /** Newest first, all but the commits. */
    notes: (): Array<Omit<DeploymentNote, 'commits'>> =>
      db
        .prepare(
          `SELECT service, environment, version, revision, author, link, noted_ms AS notedUnixMs
           FROM deployment_note ORDER BY noted_ms DESC`,
        )
        .all() as Array<Omit<DeploymentNote, 'commits'>>,
    commitsOf(service: string, environment: string, version: string): NotedCommit[] {
      const found = db
        .prepare('SELECT commits FROM deployment_note WHERE service = ? AND environment = ? AND version = ?')
        .get(service, environment, version) as { commits: string } | undefined;
      return found === undefined ? [] : JSON.parse(found.commits);
    },

    /** In place of all that the file said of the service before. */
    expect(service: string, by: string, rules: ExpectedRule[]): void {
      db.prepare(
        `INSERT INTO expected (service, origin, rules) VALUES (?, ?, ?)
         ON CONFLICT (service, origin) DO UPDATE SET rules = excluded.rules`,
      ).run(service, by, JSON.stringify(rules));
    },
    expected: (): ExpectedRule[] =>
      (db.prepare('SELECT rules FROM expected').all() as Array<{ rules: string }>).flatMap(({ rules }) =>
        JSON.parse(rules),
      ),

    enqueue(channel: string, body: string, nowUnixMs: number): void {
      db.prepare(
        `INSERT INTO delivery (channel, body, attempts, next_ms, created_ms, failure, is_dead)
         VALUES (?, ?, 0, ?, ?, '', 0)`,
      ).run(channel, body, nowUnixMs, nowUnixMs);
    },
    due: (nowUnixMs: number): Delivery[] =>
      db
        .prepare(`${deliveries} FROM delivery WHERE is_dead = 0 AND next_ms <= ? ORDER BY id LIMIT 100`)
        .all(nowUnixMs) as unknown as Delivery[],
    nextDueUnixMs: (): number | null =>
      (db.prepare('SELECT min(next_ms) AS next FROM delivery WHERE is_dead = 0').get() as { next: number | null }).next,
    dead: (): Delivery[] =>
      db
        .prepare(`${deliveries} FROM delivery WHERE is_dead = 1 ORDER BY id DESC LIMIT 100`)
        .all() as unknown as Delivery[],
    deadCount: (): number =>
      (db.prepare('SELECT count(*) AS n FROM delivery WHERE is_dead = 1').get() as { n: number }).n,
    delivered(id: number): void {
      db.prepare('DELETE FROM delivery WHERE id = ?').run(id);
    },
    failed(id: number, failure: string, nextUnixMs: number, isDead: boolean): void {
      db.prepare('UPDATE delivery SET attempts = attempts + 1, failure = ?, next_ms = ?, is_dead = ? WHERE id = ?').run(
        failure.slice(0, 500),
        nextUnixMs,
        isDead ? 1 : 0,
        id,
      );
    },

    sweep(nowUnixMs: number): void {
      const closed = [...alerts.values()]
        .filter(({ alert }) => alert.state === 'closed')
        .sort((a, b) => a.alert.updatedUnixMs - b.alert.updatedUnixMs);
      let excess = alerts.size - ALERTS;
      for (const { alert } of closed) {
        if (alert.updatedUnixMs >= nowUnixMs - CLOSED_KEPT_MS && excess <= 0) break;
        db.prepare('DELETE FROM alert WHERE id = ?').run(alert.id);
        alerts.delete(alert.id);
        excess--;
      }
      db.prepare('DELETE FROM deployment_note WHERE noted_ms < ?').run(nowUnixMs - NOTES_KEPT_MS);
      db.prepare('DELETE FROM delivery WHERE is_dead = 1 AND created_ms < ?').run(nowUnixMs - DEAD_KEPT_MS);
    },
    close(): void {
      closeDatabase(db);
    },
  };
}

export type AlertBook = ReturnType<typeof openAlertBook>;

function prepare(db: Database): void {
  transaction(db, () => {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    for (const step of STEPS.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${STEPS.length}`);
  });
}
