// Makes an alert of what a detector found: names the function and its place, reads before and after from the store so that
// the numbers are those of every other answer, and looks for where the added time is spent. What cannot be said for sure is
// not said: a function whose identity across the deployment is in doubt is not compared at all.

import { createHash } from 'node:crypto';
import type { Alert, AlertCause, AlertDeployment, AlertError } from '@prodlens/protocol';
import type { Finding, Subject } from '../../analysis/finding.js';
import type { Deployment, KnownEndpoint, KnownFunction, Store } from '../../store/store.js';
import type { AlertBook, DeploymentNote, KeptAlert } from '../life/alert-book.js';
import { extraMsPerSecond, sidesOf } from './alert-sides.js';
import { alertTitle, closesWhen, severityOf } from './alert-words.js';
import { explain } from './carriers.js';
import { suspectsOf } from './suspects.js';
import { errorOf } from './thrown-error.js';

/** A service in an environment: its deployments, the current one last. */
export interface Scope {
  service: string;
  environment: string;
  deployments: Deployment[];
}

/** null where nothing can be said for sure. */
export async function makeAlert(
  store: Store,
  scope: Scope,
  finding: Finding,
  book: Pick<AlertBook, 'notes' | 'commitsOf'>,
  nowUnixMs: number,
): Promise<KeptAlert | null> {
  const current = scope.deployments.at(-1)!;
  const previous = scope.deployments.at(-2);
  const ids = scope.deployments.map(({ id }) => id);
  let known: KnownFunction | undefined;
  if (finding.functionId !== null) {
    [known] = await store.knownFunctions(ids, { functionIds: [finding.functionId] });
    if (known === undefined || !known.deploymentIds.includes(current.id)) return null;
    for (const earlier of heldAgainst(finding, known, scope)) {
      if (!(await isSameFunction(store, known, earlier.id, current.id))) return null;
    }
  }
  const [endpoint] = finding.endpointId === undefined ? [] : await store.knownEndpoints({ ids: [finding.endpointId] });
  if (finding.endpointId !== undefined && endpoint === undefined) return null;
  const [before, after] = await sidesOf(store, finding, known, ids, current.id);
  const deployment = finding.isOfDeployment ? deploymentOf(current, previous, book.notes()) : null;
  const { service, environment } = scope;
  const version = deployment?.version ?? '';
  const sinceUnixMs = finding.sinceMinute * 60_000;
  const thrown =
    known && finding.measure === 'errorRate'
      ? await errorOf(store, scope, known.identity, Math.min(sinceUnixMs, before.side.fromUnixMs), finding)
      : undefined;
  const { cause, carriers } = await explain(store, finding, known, ids, current.id, version);
  const alert: Alert = {
    id: alertId(service, environment, finding.subject, identity(known, endpoint, finding)),
    kind: finding.kind,
    severity: severityOf(finding.kind, finding),
    state: 'open',
    title: alertTitle(finding, known?.name ?? (endpoint && endpointName(endpoint)) ?? service, version, service),
    service,
    environment,
    place: placeOf(known, endpoint),
    cause: (known && thrown && thrownAt(known, thrown)) ?? cause,
    ...(thrown && { error: thrown }),
    ...(carriers.length > 0 && { carriers }),
    sinceUnixMs,
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
  const suspects = deployment === null ? [] : suspectsOf(book.commitsOf(service, environment, version), alert);
  if (suspects.length > 0) alert.suspects = suspects;
  const watched = {
    id: alert.id,
    subject: finding.subject,
    functionId: finding.functionId,
    ...(finding.endpointId !== undefined && { endpointId: finding.endpointId }),
    before: finding.before,
    after: finding.after,
    closesAt: finding.closesAt,
    ...(finding.closesOver && { closesOver: finding.closesOver }),
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

/**
 * 16 hexadecimal digits, the same whenever the same fault is found at the same place. `identity`: the place, and what else tells this fault from others.
 */
export function alertId(service: string, environment: string, subject: Subject | string, identity: string): string {
  const key = JSON.stringify([service, environment, subject, identity]);
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

function deploymentOf(
  current: Deployment,
  previous: Deployment | undefined,
  notes: Array<Omit<DeploymentNote, 'commits'>>,
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

/**
 * The deployments whose calls of the function make what it was before. A time is of all that ran then and know it, also
 * where the rise is found later than the deployment; other changes are of what ran in between too, so that only what is
 * said of the deployment itself is held against the one before it.
 */
function heldAgainst({ isOfDeployment, measure, beforeMinutes }: Finding, known: KnownFunction, scope: Scope) {
  const previous = isOfDeployment ? scope.deployments.slice(-2, -1) : [];
  if (measure !== 'medianNs' && measure !== 'tailShare') return previous;
  const fromUnixMs = beforeMinutes[0] * 60_000;
  const ran = scope.deployments
    .slice(0, -1)
    .filter(({ id, lastSeenUnixMs }) => lastSeenUnixMs >= fromUnixMs && known.deploymentIds.includes(id));
  return [...new Set([...previous, ...ran])];
}

/** Both have as many functions of the name in the file: then the same position among them is the same function. */
async function isSameFunction(store: Store, known: KnownFunction, before: number, after: number): Promise<boolean> {
  if (!known.deploymentIds.includes(before)) return false;
  const namesakes = async (deploymentId: number) =>
    (await store.knownFunctions([deploymentId], { fileIds: [known.fileId] })).filter(({ name }) => name === known.name);
  return (await namesakes(before)).length === (await namesakes(after)).length;
}

function placeOf(known: KnownFunction | undefined, endpoint: KnownEndpoint | undefined): Alert['place'] {
  if (endpoint !== undefined) {
    const { identity: endpointId, kind, method, route } = endpoint;
    return { type: 'endpoint', endpointId, kind, method, route };
  }
  if (known === undefined) return null;
  const { identity: functionId, file, name, ordinal, kind, line, column } = known;
  return { type: 'function', functionId, file, name, ordinal, kind, line, column, package: known.package };
}

/** What the alert is about, within its subject. */
function identity(known: KnownFunction | undefined, endpoint: KnownEndpoint | undefined, { errorType }: Finding) {
  const of = known?.identity ?? endpoint?.identity ?? '';
  return errorType === undefined ? of : `${of} ${errorType}`;
}

function thrownAt({ identity: functionId, file, name }: KnownFunction, error: AlertError): AlertCause | null {
  if (error.line === null) return null;
  return { type: 'throwing-line', functionId, file: error.file ?? file, name, line: error.line, share: null };
}

function endpointName({ method, route }: KnownEndpoint): string {
  return `${method} ${route}`.trim();
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
