// Makes an alert of what a detector found: names the function and its place, reads before and after from the store so that
// the numbers are those of every other answer, and looks for where the added time is spent. What cannot be said for sure is
// not said: a function whose identity across the deployment is in doubt is not compared at all.

import { createHash } from 'node:crypto';
import {
  type Alert,
  type AlertCause,
  type AlertDeployment,
  type AlertSide,
  bucketsCount,
  type FunctionTotals,
  mergeTotals,
  NO_TOTALS,
} from '@prodlens/protocol';
import { attribute, type Whole } from '../analysis/attribution.js';
import type { Finding, Subject } from '../analysis/finding.js';
import { clampedQuantileNs } from '../analysis/regression.js';
import type { Deployment, KnownFunction, Store } from '../store/store.js';
import type { DeploymentNote, KeptAlert } from './alert-book.js';
import { alertTitle, closesWhen, severityOf } from './alert-words.js';

/** A service in an environment: its deployments, the current one last. */
export interface Scope {
  service: string;
  environment: string;
  deployments: Deployment[];
}

/** A callee that explains at least so much of the added time is where to look first. */
const CAUSE_SHARE = 0.5;
/** Calls between functions are kept and read by the minute; more of them are not read for a cause. */
const CAUSE_MINUTES = 60;

/** null where nothing can be said for sure. */
export async function makeAlert(
  store: Store,
  scope: Scope,
  finding: Finding,
  notes: DeploymentNote[],
  nowUnixMs: number,
): Promise<KeptAlert | null> {
  const current = scope.deployments.at(-1)!;
  const previous = scope.deployments.at(-2);
  const ids = scope.deployments.map(({ id }) => id);
  let known: KnownFunction | undefined;
  if (finding.functionId !== null) {
    [known] = await store.knownFunctions(ids, { functionIds: [finding.functionId] });
    if (known === undefined || !known.deploymentIds.includes(current.id)) return null;
    if (finding.isOfDeployment && previous && !(await isSameFunction(store, known, previous.id, current.id)))
      return null;
  }
  const [before, after] = await sidesOf(store, finding, known, ids, current.id);
  const deployment = finding.isOfDeployment ? deploymentOf(current, previous, notes) : null;
  const { service, environment } = scope;
  const version = deployment?.version ?? '';
  const alert: Alert = {
    id: alertId(service, environment, finding.subject, known?.identity ?? ''),
    kind: finding.kind,
    severity: severityOf(finding.kind, finding),
    state: 'open',
    title: alertTitle(finding, known?.name ?? service, version, service),
    service,
    environment,
    place: known === undefined ? null : placeOf(known),
    cause: known === undefined ? null : await causeOf(store, finding, known, ids, current.id),
    sinceUnixMs: finding.sinceMinute * 60_000,
    openedUnixMs: nowUnixMs,
    updatedUnixMs: nowUnixMs,
    closedUnixMs: null,
    deployment,
    evidence: {
      detector: finding.detector,
      detail: finding.detail,
      measure: finding.measure,
      before: before.side,
      after: after.side,
      change: finding.change,
      extraMsPerSecond: extraMsPerSecond(finding, before.totals, after.totals),
    },
    closesWhen: closesWhen(finding),
    group: groupOf(scope, finding, deployment),
    silence: null,
    assignee: null,
    history: [],
  };
  const watched = {
    id: alert.id,
    subject: finding.subject,
    functionId: finding.functionId,
    before: finding.before,
    after: finding.after,
    closesAt: finding.closesAt,
    ...(finding.members && { members: finding.members }),
    seenMinute: finding.afterMinutes[1],
  };
  return {
    alert,
    subject: finding.subject,
    watched,
    deploymentId: finding.isOfDeployment ? current.id : null,
    judgedUnixMs: nowUnixMs,
    toldUnixMs: 0,
  };
}

export function alertId(service: string, environment: string, subject: Subject | string, identity: string): string {
  const key = JSON.stringify([service, environment, subject, identity]);
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

export function deploymentOf(
  current: Deployment,
  previous: Deployment | undefined,
  notes: DeploymentNote[],
): AlertDeployment {
  const { service, environment, version, revision, currentSinceUnixMs } = current;
  const note = notes.find((n) => n.service === service && n.environment === environment && n.version === version);
  return {
    version,
    revision: revision || (note?.revision ?? ''),
    previousVersion: previous?.version ?? '',
    previousRevision: previous?.revision ?? '',
    startedUnixMs: currentSinceUnixMs,
    author: note?.author ?? '',
    link: note?.link ?? '',
  };
}

/** Both have as many functions of the name in the file: then the same position among them is the same function. */
async function isSameFunction(store: Store, known: KnownFunction, before: number, after: number): Promise<boolean> {
  if (!known.deploymentIds.includes(before)) return false;
  const namesakes = async (deploymentId: number) =>
    (await store.knownFunctions([deploymentId], { fileIds: [known.fileId] })).filter(({ name }) => name === known.name);
  return (await namesakes(before)).length === (await namesakes(after)).length;
}

function placeOf(known: KnownFunction): Alert['place'] {
  const { identity: functionId, file, name, ordinal, kind, line, column } = known;
  return { type: 'function', functionId, file, name, ordinal, kind, line, column, package: known.package };
}

/** Of what a deployment did after, only its own instances; before, whatever ran. */
async function sidesOf(
  store: Store,
  finding: Finding,
  known: KnownFunction | undefined,
  ids: number[],
  currentId: number,
) {
  const [beforeTotals, afterTotals] = await Promise.all(
    [finding.beforeMinutes, finding.afterMinutes].map(async ([from, to], i): Promise<FunctionTotals> => {
      if (known === undefined) return NO_TOTALS;
      const of = i === 1 && finding.isOfDeployment ? [currentId] : ids;
      const rows = await store.totals({ fromMinute: from, toMinute: to - 1 }, of, [known.fileId]);
      return rows
        .filter(({ functionId }) => functionId === known.functionId)
        .reduce((sum, { totals }) => mergeTotals(sum, totals), NO_TOTALS);
    }),
  );
  const side = (totals: FunctionTotals, value: number, [from, to]: [number, number]): AlertSide => {
    const isTime = finding.measure === 'medianNs';
    const timed = bucketsCount(totals.buckets);
    return {
      value: isTime && timed > 0 ? clampedQuantileNs(totals, 0.5) : value,
      p95Ns: isTime && timed > 0 ? clampedQuantileNs(totals, 0.95) : null,
      calls: isTime ? timed : totals.calls,
      fromUnixMs: from * 60_000,
      toUnixMs: to * 60_000,
    };
  };
  return [
    { totals: beforeTotals!, side: side(beforeTotals!, finding.before, finding.beforeMinutes) },
    { totals: afterTotals!, side: side(afterTotals!, finding.after, finding.afterMinutes) },
  ] as const;
}

function extraMsPerSecond(finding: Finding, before: FunctionTotals, after: FunctionTotals): number | null {
  if (finding.measure === 'cpuNsPerSecond') return (finding.after - finding.before) / 1e6;
  const [n, m] = [bucketsCount(before.buckets), bucketsCount(after.buckets)];
  if (finding.measure !== 'medianNs' || n === 0 || m === 0) return null;
  const seconds = (finding.afterMinutes[1] - finding.afterMinutes[0]) * 60;
  return Math.max(0, ((after.sumNs / m - before.sumNs / n) * m) / seconds / 1e6);
}

/** The callee in which most of the added time is spent, or the function itself; null where neither is clear. */
async function causeOf(
  store: Store,
  finding: Finding,
  known: KnownFunction,
  ids: number[],
  currentId: number,
): Promise<AlertCause | null> {
  if (finding.measure !== 'medianNs') return null;
  const whole = async ([from, to]: [number, number], of: number[]): Promise<Whole<number>> => {
    const range = { fromMinute: Math.max(from, to - CAUSE_MINUTES), toMinute: to - 1 };
    const totals = (await store.totals(range, of, [known.fileId])).filter((t) => t.functionId === known.functionId);
    const { calls } = await store.calls(range, of, [known.functionId]);
    const callees = calls.filter((c) => c.callerId === known.functionId && c.calleeId !== known.functionId);
    const sum = (of: (t: FunctionTotals) => number) => totals.reduce((all, t) => all + of(t.totals), 0);
    const parts = callees.map(({ calleeId, sumNs }) => ({ key: calleeId, sumNs }));
    return {
      calls: sum((t) => bucketsCount(t.buckets)),
      sumNs: sum((t) => t.sumNs),
      parts: [...parts, { key: known.functionId, sumNs: sum((t) => t.selfNs) }],
    };
  };
  const after = finding.isOfDeployment ? [currentId] : ids;
  const [first] = attribute(await whole(finding.beforeMinutes, ids), await whole(finding.afterMinutes, after));
  if (first === undefined || first.share < CAUSE_SHARE) return null;
  const [place] = await store.knownFunctions(ids, { functionIds: [first.key] });
  if (place === undefined) return null;
  const { identity: functionId, file, name, line } = place;
  const type = first.key === known.functionId ? 'own-time' : 'callee';
  return { type, functionId, file, name, line, share: Math.min(1, first.share) };
}

/** One cause, one group: a deployment, or else the hour. */
function groupOf({ service, environment }: Scope, finding: Finding, deployment: AlertDeployment | null) {
  const hour = Math.floor(finding.sinceMinute / 60);
  const cause = deployment === null ? String(hour) : `${deployment.version}\n${deployment.startedUnixMs}`;
  const at = new Date(hour * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  return {
    id: alertId(service, environment, 'group', cause),
    title: `${service} in ${environment} since ${deployment === null ? `${at} UTC` : deployment.version}`,
    size: 1,
    rank: 1,
  };
}
