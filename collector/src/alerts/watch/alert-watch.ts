// Feeds the analysis minute by minute, and makes alerts of what it finds. A minute is read once it is over and sensors have
// had time to report it; after a start the last day is read again, without being judged twice. Everything it says is
// in the book before anybody is told.

import type { Logger } from 'pino';
import type { Finding, Subject, Watched } from '../../analysis/finding.js';
import { packMinute } from '../../analysis/minute-frame.js';
import { giveWay } from '../../pace.js';
import { groupBy } from '../../query/group-by.js';
import type { Query } from '../../query/query.js';
import type { Deployment, Store } from '../../store/store.js';
import type { UserRule } from '../alert-settings.js';
import { makeAlert, type Scope } from '../evidence/alert-facts.js';
import { startTrace, traced } from '../evidence/cause-trace.js';
import type { AlertBook, KeptAlert } from '../life/alert-book.js';
import { type Step, whenFound, whenGone, whenSilenceEnds } from '../life/alert-life.js';
import { expectedSilence } from '../life/expected.js';
import { createGathering, type Told } from '../life/gathering.js';
import type { AnalysisClient } from './analysis-client.js';
import { createErrorTypeWatch } from './error-type-watch.js';
import { narrowed } from './narrowed.js';
import { glaringAlerts, isYoung, ruleAlert } from './without-baseline.js';

/** Sensors report every ten seconds; what comes later counts in the store and not here. */
export const GRACE_MS = 20_000;
const DAY_MINUTES = 1_440;
/** Further behind than this the past is only remembered: nobody wants to hear of what was wrong two hours ago. */
const LATE_MINUTES = 90;
/** The clock went back by more than this: what was remembered lies in the future. */
const BACK_MINUTES = 5;
/** Minutes times functions that are read at the start; above it, only every so many minutes. */
const RESTORED_ROWS = 10_000_000;
/** A week and a day. */
const RESTORED_HOURS = 192;
/** Nobody called it for so long: no verdict will come. */
const FORGOTTEN_MS = 24 * 3_600_000;

export interface AlertWatchParts {
  store: Store;
  query: Query;
  rules: UserRule[];
  book: AlertBook;
  analysis: AnalysisClient;
  log: Logger;
  now: () => number;
  /** After it is in the book; `told` is what people should hear of. */
  changed: (told: Told[]) => void;
}

/** `now` in Unix ms. What it finds is written into the book before `changed` hears of it. */
export function createAlertWatch({ store, query, rules, book, analysis, log, now, changed }: AlertWatchParts) {
  const errorTypes = createErrorTypeWatch(store);
  /** The last minute that was analysed; NaN before the first. */
  let done = Number.NaN;
  const { apply, settle, tell } = createGathering(book, now, changed);

  /** Analyses every minute that is over and was not. One call at a time. */
  async function catchUp(): Promise<void> {
    const last = Math.floor((now() - GRACE_MS) / 60_000) - 1;
    if (Number.isNaN(done) || last < done - BACK_MINUTES || last > done + DAY_MINUTES) await restore(last);
    for (; done < last; done++) {
      await analyse(done + 1, done + 1 < last - LATE_MINUTES);
      book.setFact('analysedMinute', String(done + 1));
    }
    endSilences();
    await judgeRules();
  }

  /** What shows without a baseline, in the first hours of a service: asked as often as numbers come. */
  async function lookAtYoung(): Promise<void> {
    for (const scope of await allScopes()) {
      if (!isYoung(scope, now())) continue;
      for (const { kept, finding } of await glaringAlerts(store, query, scope, book, now()))
        applyFound([await traced(startTrace(store, scope), kept, finding, book.get(kept.alert.id))]);
      settle(ofScope(scope));
    }
  }

  async function judgeRules(): Promise<void> {
    const broken = new Set<string>();
    for (const rule of rules) {
      const found = await ruleAlert(query, rule, now());
      for (const { alert } of found) broken.add(alert.id);
      applyFound(found);
    }
    const kept = book.all().filter(({ subject, alert }) => subject === 'rule' && alert.state !== 'closed');
    const gone = kept.filter(({ alert }) => !broken.has(alert.id));
    apply(gone.map((one) => ({ kept: one, step: whenGone(one.alert, 'The threshold is kept again.', now()) })));
    tell();
  }

  /** Reads the last day again, up to the minute that was judged last. */
  async function restore(last: number): Promise<void> {
    await analysis.ask({ type: 'forget' });
    const judged = Number(book.fact('analysedMinute') ?? 0);
    const until = judged > last || judged < last - DAY_MINUTES ? last - LATE_MINUTES : judged;
    const scopes = await allScopes();
    let from = until + 1;
    for (const { deployments } of scopes) {
      for (const d of deployments) from = Math.min(from, Math.floor(d.firstSeenUnixMs / 60_000));
    }
    const firstMinute = Math.max(from, last - DAY_MINUTES);
    for (const scope of scopes) await restoreHours(scope, Math.floor(firstMinute / 60));
    let stride = 1;
    for (let minute = firstMinute; minute <= until; minute++) {
      const rows = await analyse(minute, true, minute % stride !== 0);
      stride = Math.max(1, Math.ceil((rows * DAY_MINUTES) / RESTORED_ROWS), stride);
    }
    done = until;
  }

  /** The week before the hour: what each function usually does at which hour of it. */
  async function restoreHours(scope: Scope, endHour: number): Promise<void> {
    const ids = scope.deployments.map(({ id }) => id);
    const firstSeenUnixMs = Math.min(...scope.deployments.map((d) => d.firstSeenUnixMs));
    const first = Math.max(endHour - RESTORED_HOURS, Math.floor(firstSeenUnixMs / 3_600_000));
    for (let hour = first; hour < endHour; hour++) {
      const rows = await store.totals({ fromMinute: hour * 60, toMinute: hour * 60 + 59 }, ids);
      if (rows.length === 0) continue;
      await analysis.ask({ type: 'hour', scope: scopeKey(scope), hour, frame: packMinute(rows) });
      await giveWay();
    }
  }

  /** Rows that were read. `isLeftOut`: time passes without its rows. */
  async function analyse(minute: number, isPast: boolean, isLeftOut = false): Promise<number> {
    let rows = 0;
    for (const scope of await allScopes(minute)) {
      const frames = [];
      const endpointFrames = [];
      for (const { id, lastSeenUnixMs, firstSeenUnixMs } of isLeftOut ? [] : scope.deployments) {
        if (lastSeenUnixMs < minute * 60_000 || firstSeenUnixMs >= (minute + 1) * 60_000) continue;
        const totals = await store.totals({ fromMinute: minute, toMinute: minute }, [id]);
        rows += totals.length;
        if (totals.length > 0) frames.push({ deploymentId: id, frame: packMinute(totals) });
        const endpoints = await store.endpointTotals({ fromMinute: minute, toMinute: minute }, [id]);
        const asFunctions = endpoints.map(({ endpointId, totals }) => ({
          functionId: endpointId,
          totals: { ...totals, cpuNs: 0 },
        }));
        if (endpoints.length > 0) endpointFrames.push({ deploymentId: id, frame: packMinute(asFunctions) });
        await giveWay();
      }
      const current = scope.deployments.at(-1)!;
      const scopeOf = scopeKey(scope);
      const watched = isPast ? [] : openAlerts(scope).flatMap((kept) => kept.watched ?? []);
      const answer = await analysis.ask({
        type: 'minute',
        scope: scopeOf,
        minute,
        current: {
          deploymentId: current.id,
          startedMinute: Math.floor(current.currentSinceUnixMs / 60_000),
          follows: scope.deployments.length > 1,
        },
        frames,
        endpointFrames,
        isPast,
        watched,
      });
      if (isPast) continue;
      const parts = startTrace(store, scope);
      const findings: Finding[] = [];
      for (const one of answer.findings) findings.push(...(one.alone ? await narrowed(parts, one) : [one]));
      for (const finding of [...(await errorTypes.findings(scope, minute + 1)), ...findings]) {
        if (isToldAlready(scope, finding)) continue;
        const found = await makeAlert(store, scope, finding, book, now());
        if (found === null) continue;
        applyFound([await traced(parts, found, finding, book.get(found.alert.id))]);
        if (finding.subject === 'latency') closeOutliers(scope, finding.functionId);
      }
      settle(ofScope(scope));
      const over = await overTypes(scope, minute + 1);
      // From here on nothing is waited for: what a person does meanwhile is not to be written over.
      const steps: Array<{ kept: KeptAlert; step: Step }> = [];
      const key = (of: Pick<Watched, 'subject' | 'functionId' | 'endpointId'>) =>
        `${of.subject} ${of.functionId} ${of.endpointId}`;
      const foundKeys = new Set(findings.map(key));
      for (const verdict of answer.verdicts) {
        const kept = book.get(verdict.id);
        if (kept === undefined || kept.alert.state === 'closed') continue;
        if (kept.watched && foundKeys.has(key(kept.watched))) continue;
        const why = whyGone(kept, verdict.state, scope, minute);
        if (why !== null) steps.push({ kept, step: whenGone(kept.alert, why, now()) });
        else if (verdict.state !== 'unknown') kept.judgedUnixMs = now();
      }
      for (const kept of openAlerts(scope)) {
        if (over.has(kept.alert.id))
          steps.push({ kept, step: whenGone(kept.alert, 'None of it has been captured for an hour.', now()) });
      }
      apply(steps);
      settle(ofScope(scope));
    }
    return rows;
  }

  /** Ids of the alerts about types of errors that are no longer thrown. */
  async function overTypes(scope: Scope, nowMinute: number): Promise<Set<string>> {
    const over = new Set<string>();
    for (const { subject, alert } of openAlerts(scope)) {
      const { place, error } = alert;
      if (subject !== 'error-type' || place?.type !== 'function' || error === undefined) continue;
      if (await errorTypes.isOver(scope, place.functionId, error.type, nowMinute)) over.add(alert.id);
    }
    return over;
  }

  function applyFound(found: KeptAlert[]): void {
    apply(
      found.flatMap((kept) => {
        const before = book.get(kept.alert.id);
        if (before?.watched && kept.watched && before.alert.state !== 'closed') {
          before.watched.seenMinute = kept.watched.seenMinute;
        }
        const silence = expectedSilence(book.expected(), kept.alert, now());
        const step = whenFound(before?.alert, kept.alert, silence, now());
        const isTraced = (before?.leads ?? []).length !== (kept.leads ?? []).length;
        if (step.alert === before?.alert)
          return isTraced ? [{ kept: { ...before, leads: kept.leads ?? [] }, step: { ...step, tell: null } }] : [];
        const { toldUnixMs = 0, partOf, reachedTold } = before ?? {};
        const told = { toldUnixMs, ...(partOf && { partOf }), ...(reachedTold && { reachedTold }) };
        return [{ kept: { ...kept, ...told }, step }];
      }),
    );
  }

  function endSilences(): void {
    apply(
      book.all().flatMap((kept) => {
        const step = whenSilenceEnds(kept.alert, now());
        return step === null ? [] : [{ kept, step }];
      }),
    );
    tell();
  }

  function ofScope({ service, environment }: Scope): KeptAlert[] {
    return book.all().filter(({ alert: a }) => a.service === service && a.environment === environment);
  }

  function openAlerts(scope: Scope): KeptAlert[] {
    return ofScope(scope).filter(({ alert }) => alert.state !== 'closed');
  }

  /** One cause, one alert: of outliers where all is slow, and of first errors where their type is new. */
  function isToldAlready(scope: Scope, { subject, kind, functionId, errorType }: Finding): boolean {
    const isOpen = (other: Subject, isSame = (_: KeptAlert) => true) =>
      openAlerts(scope).some((k) => k.subject === other && k.watched?.functionId === functionId && isSame(k));
    switch (subject) {
      case 'tail':
        return isOpen('latency');
      case 'errors':
        return kind === 'new-error' && isOpen('error-type');
      case 'error-type':
        return isOpen('errors', ({ alert }) => alert.kind === 'new-error' && alert.error?.type === errorType);
      case 'error-gone':
        return isOpen('error-gone', ({ alert }) => (alert.error === undefined) !== (errorType === undefined));
      default:
        return false;
    }
  }

  /** What looked like a share of the calls is all of them. */
  function closeOutliers(scope: Scope, functionId: number | null): void {
    const covered = openAlerts(scope).filter((k) => k.subject === 'tail' && k.watched?.functionId === functionId);
    apply(covered.map((kept) => ({ kept, step: whenGone(kept.alert, 'All of its calls are slower.', now()) })));
  }

  function whyGone(kept: KeptAlert, state: string, scope: Scope, minute: number): string | null {
    if (state === 'gone') return 'It is as it was before.';
    const nowMs = now();
    if (kept.subject === 'error-gone' && nowMs - kept.alert.openedUnixMs > FORGOTTEN_MS) return 'Told a day ago.';
    if (state === 'unknown' && kept.subject !== 'error-gone' && kept.subject !== 'error-type') {
      const current = scope.deployments.at(-1)!;
      const isOther = kept.deploymentId !== null && kept.deploymentId !== current.id;
      if (isOther && minute * 60_000 > current.currentSinceUnixMs + 2 * 3_600_000)
        return `Not called in ${current.version}, which runs now.`;
      if (nowMs - kept.judgedUnixMs > FORGOTTEN_MS) return 'Hardly called for a day.';
    }
    return null;
  }

  /** Those that run at the minute, or had run by then. */
  async function allScopes(minute?: number): Promise<Scope[]> {
    const until = minute === undefined ? Number.POSITIVE_INFINITY : (minute + 1) * 60_000;
    const known = (await store.deployments()).filter((d: Deployment) => d.firstSeenUnixMs < until);
    return [...groupBy(known, scopeKey)].map(([, deployments]) => {
      const then = deployments.filter(({ currentSinceUnixMs }) => currentSinceUnixMs < until);
      return {
        service: deployments[0]!.service,
        environment: deployments[0]!.environment,
        deployments: then.length > 0 ? then : deployments,
      };
    });
  }

  return {
    catchUp: () =>
      catchUp().catch((error: unknown) => {
        log.error({ err: error }, 'the analysis of the last minutes failed');
      }),
    lookAtYoung: () =>
      lookAtYoung().catch((error: unknown) => {
        log.error({ err: error }, 'the first look at a new service failed');
      }),
    analysedMinute: () => done,
  };
}

/** One text for a service in an environment, as a key of maps. */
export function scopeKey({ service, environment }: { service: string; environment: string }): string {
  return JSON.stringify([service, environment]);
}
