// Alerts that the detectors do not raise: a threshold that a person has set, and, in the first hours of a service, what is
// glaringly slower with a deployment before there is a baseline. Both are read from query/, so that an alert, a lens and
// the API show the same numbers.

import type { Alert, FunctionStats, Regression } from '@prodlens/protocol';
import { formatMeasure, NO_TOTALS } from '@prodlens/protocol';
import { BASELINE_MS, COLD_MINUTES, findRegression } from '../../analysis/detectors/regression.js';
import type { Finding } from '../../analysis/finding.js';
import type { Query } from '../../query/query.js';
import type { Store } from '../../store/store.js';
import type { UserRule } from '../alert-settings.js';
import { alertId, makeAlert, type Scope } from '../evidence/alert-facts.js';
import type { AlertBook, KeptAlert } from '../life/alert-book.js';

const DEFAULT_RULE_MINUTES = 5;

/** Whether a deployment of the scope is held against the one before without a baseline. */
export function isYoung({ deployments }: Scope, nowUnixMs: number): boolean {
  const current = deployments.at(-1)!;
  const first = Math.min(...deployments.map((d) => d.firstSeenUnixMs));
  const isNew = nowUnixMs - current.currentSinceUnixMs < BASELINE_MS;
  return deployments.length > 1 && isNew && current.currentSinceUnixMs - first < BASELINE_MS;
}

/** What is glaringly slower in a scope without a baseline. */
export async function glaringAlerts(
  store: Store,
  query: Query,
  scope: Scope,
  book: Pick<AlertBook, 'notes' | 'commitsOf'>,
  nowUnixMs: number,
): Promise<Array<{ kept: KeptAlert; finding: Finding }>> {
  const { service, environment, deployments } = scope;
  const { functions } = await query.functions({ service, environment, windowSeconds: 600 }, { limit: 1_000 });
  const ids = deployments.map(({ id }) => id);
  const current = deployments.at(-1)!;
  const found: Array<{ kept: KeptAlert; finding: Finding }> = [];
  for (const { id, regression } of functions) {
    if (regression === null) continue;
    const known = (await store.knownFunctions(ids, { identity: id })).find((k) => k.environment === environment);
    if (known === undefined) continue;
    const finding = {
      ...glaringFinding(known.functionId, regression, current.currentSinceUnixMs, nowUnixMs),
      beforeDeployments: ids.filter((one) => one !== current.id),
    };
    const kept = await makeAlert(store, scope, finding, book, nowUnixMs);
    if (kept === null) continue;
    const { evidence } = kept.alert;
    const { beforeP50Ns, beforeP95Ns, beforeCalls, afterP50Ns, afterP95Ns, afterCalls } = regression;
    evidence.before = { ...evidence.before, value: beforeP50Ns, p95Ns: beforeP95Ns, calls: beforeCalls };
    evidence.after = { ...evidence.after, value: afterP50Ns, p95Ns: afterP95Ns, calls: afterCalls };
    found.push({ kept, finding });
  }
  for (const finding of await glaringEndpoints(store, scope, nowUnixMs)) {
    const kept = await makeAlert(store, scope, finding, book, nowUnixMs);
    if (kept !== null) found.push({ kept, finding });
  }
  return found;
}

function glaringFinding(functionId: number | null, r: Regression, sinceUnixMs: number, nowUnixMs: number): Finding {
  const sinceMinute = Math.floor(sinceUnixMs / 60_000);
  const nowMinute = Math.floor(nowUnixMs / 60_000) + 1;
  const ratio = 1 + r.slowdown;
  return {
    subject: 'latency',
    kind: 'slower-since-deployment',
    functionId,
    sinceMinute,
    isOfDeployment: true,
    measure: 'medianNs',
    before: r.beforeP50Ns,
    after: r.afterP50Ns,
    beforeMinutes: [sinceMinute - 60, sinceMinute + 1],
    afterMinutes: [Math.max(sinceMinute, nowMinute - 60), nowMinute],
    // Each median is off by at most 4.4 %.
    change: { ratio, low: ratio * 0.916, high: ratio * 1.092, confidence: 0.95 },
    detector: 'glaringly slower, with no baseline yet',
    detail: 'the last hour of each deployment; the two hardly overlap',
    closesAt: r.beforeP50Ns * ratio ** (1 / 3),
  };
}

/** Endpoints that are glaringly slower in a scope without a baseline. */
async function glaringEndpoints(store: Store, { deployments }: Scope, nowUnixMs: number): Promise<Finding[]> {
  const current = deployments.at(-1)!;
  const toMinute = Math.floor(nowUnixMs / 60_000);
  const after = await store.endpointTotals({ fromMinute: toMinute - 59, toMinute }, [current.id]);
  const warmMinute = Math.floor(current.currentSinceUnixMs / 60_000) + COLD_MINUTES;
  const warmRange = { fromMinute: Math.max(warmMinute, toMinute - 59), toMinute };
  const warm = warmMinute > toMinute ? [] : await store.endpointTotals(warmRange, [current.id]);
  const earlier = deployments.slice(0, -1).reverse();
  const before = await store.endpointTotals(
    { fromMinute: toMinute - BASELINE_MS / 60_000, toMinute },
    earlier.map(({ id }) => id),
  );
  return after.flatMap(({ endpointId, totals }) => {
    for (const { id, version } of earlier) {
      const of = before.find((one) => one.deploymentId === id && one.endpointId === endpointId);
      const sideOf = (t: object | undefined) => ({ ...NO_TOTALS, ...t });
      const started = {
        ...{ version: current.version, totals: sideOf(totals) },
        warm: sideOf(warm.find((one) => one.endpointId === endpointId)?.totals),
      };
      const found = findRegression({ version, totals: sideOf(of?.totals) }, started);
      if (found === null) continue;
      const finding = glaringFinding(null, found, current.currentSinceUnixMs, nowUnixMs);
      return [{ ...finding, subject: 'endpoint', kind: 'endpoint-slower', endpointId, beforeDeployments: [id] }];
    }
    return [];
  });
}

/** The alert of a rule that is broken now; null where it is kept or there is nothing to judge. */
export async function ruleAlert(query: Query, rule: UserRule, nowUnixMs: number): Promise<KeptAlert[]> {
  const { service, environment, file, minutes = DEFAULT_RULE_MINUTES } = rule;
  const filter = { service, files: [file], windowSeconds: minutes * 60, ...(environment && { environment }) };
  const { functions } = await query.functions(filter);
  const { of, scale } = OF_RULE[rule.measure];
  const threshold = (rule.above ?? rule.below!) * scale;
  return functions.flatMap((stats) => {
    const value = stats.name === rule.function ? stats[of] : null;
    const isBroken = value !== null && (rule.above === undefined ? value < threshold : value > threshold);
    return isBroken ? [keptRule(rule, stats, value, threshold, minutes, nowUnixMs)] : [];
  });
}

/** What each of a rule's measures is of a function, and how many of that unit are one of the rule's. */
const OF_RULE = {
  p50Ms: { measure: 'medianNs', of: 'p50Ns', scale: 1e6 },
  p95Ms: { measure: 'p95Ns', of: 'p95Ns', scale: 1e6 },
  p99Ms: { measure: 'p99Ns', of: 'p99Ns', scale: 1e6 },
  errorRate: { measure: 'errorRate', of: 'errorRate', scale: 1 },
  callsPerMinute: { measure: 'callsPerMinute', of: 'callsPerMinute', scale: 1 },
} as const;

/** `value` and `threshold` in the unit of the alert's measure. */
function keptRule(
  rule: UserRule,
  f: FunctionStats,
  value: number,
  threshold: number,
  minutes: number,
  nowUnixMs: number,
): KeptAlert {
  const { measure } = OF_RULE[rule.measure];
  const show = (n: number) => formatMeasure(measure, n);
  const side = rule.above === undefined ? 'below' : 'above';
  const sides = { p95Ns: null, calls: f.calls, fromUnixMs: nowUnixMs - minutes * 60_000, toUnixMs: nowUnixMs };
  const id = alertId(f.service, f.environment, `rule:${rule.name}`, f.id);
  const alert: Alert = {
    id,
    kind: 'rule',
    severity: 'warning',
    state: 'open',
    title: `${f.name}: ${rule.measure} is ${show(value)}, ${side} ${show(threshold)} (${rule.name})`,
    service: f.service,
    environment: f.environment,
    place: {
      type: 'function',
      functionId: f.id,
      file: f.file,
      name: f.name,
      ordinal: f.ordinal,
      kind: f.kind,
      line: f.line,
      column: f.column,
      package: f.package,
    },
    cause: null,
    sinceUnixMs: nowUnixMs - minutes * 60_000,
    openedUnixMs: nowUnixMs,
    updatedUnixMs: nowUnixMs,
    closedUnixMs: null,
    deployment: null,
    evidence: {
      detector: `rule ${rule.name}`,
      detail: `over the last ${minutes} min`,
      measure,
      before: { ...sides, value: threshold },
      after: { ...sides, value },
      change: null,
      extraMsPerSecond: null,
    },
    closesWhen: `Closes when it is no longer ${side} ${show(threshold)} over ${minutes} min.`,
    group: { id, title: `${rule.name}, ${f.service} in ${f.environment}`, size: 1, rank: 1 },
    silence: null,
    assignee: null,
    history: [],
  };
  return { alert, subject: 'rule', watched: null, deploymentId: null, judgedUnixMs: nowUnixMs, toldUnixMs: 0 };
}
