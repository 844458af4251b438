// What the collector says when something changed: one alert is one fault at one place, with the evidence for it. Plain
// data, the same in an editor, on the web page, in the API and in a message to a channel. The words in it are English
// sentences that stand alone; the numbers beside them are what they were made of.

import { formatDuration, formatPercent, formatRate } from '../display.js';
import type { FunctionKind } from '../function-place.js';
import type { AlertCarrier, AlertError, AlertReached, AlertSuspect } from './alert-explanation.js';

export const ALERT_KINDS = [
  /** Slower since a deployment, held against the time before it. */
  'slower-since-deployment',
  /** At least three times as slow, seen within two minutes. */
  'dramatic-slowdown',
  /** Slower with no deployment to explain it. */
  'drift',
  /** A share of the calls became slow, too small to move a percentile. */
  'outliers',
  'error-rate',
  /** Fails where it never failed before, or in a way in which it did not. */
  'new-error',
  /** Good news: a function that kept failing has stopped. */
  'error-gone',
  'call-rate-collapsed',
  /** Takes much more processor time than before. */
  'cpu-burner',
  'endpoint-slower',
  /** Most of a service's functions became slower together: the machine, the load or a dependency, not one function. */
  'environment-shift',
  /** A threshold that a person has set. */
  'rule',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const ALERT_STATES = ['open', 'closed', 'muted', 'expected'] as const;
/**
 * muted and expected: a person has said so; the fault lasts, and nobody is told. Back to open when that runs out;
 * closed when the fault is gone.
 */
export type AlertState = (typeof ALERT_STATES)[number];

/** `info`: worth knowing, never sent at once. */
export type AlertSeverity = 'critical' | 'warning' | 'info';

export interface Alert {
  /** The same for the same fault at the same place, also when it comes back: kind, service, environment and place. */
  id: string;
  kind: AlertKind;
  severity: AlertSeverity;
  state: AlertState;
  /** One line without the place's file: "PricingService.applyDiscounts is 38 % slower since 2.4.0". */
  title: string;
  service: string;
  environment: string;
  /** null where the alert is about all of the service. */
  place: AlertPlace | null;
  /** Where to look first, when it is known to be another place than `place`. */
  cause: AlertCause | null;
  /** Where the added time is spent, the largest part first; at most CARRIERS. */
  carriers?: AlertCarrier[];
  /** What is thrown. */
  error?: AlertError;
  /** Commits of the deployment that touched the cause or the place, the most likely first; at most SUSPECTS. */
  suspects?: AlertSuspect[];
  /** Where else the same cause shows, what costs most first: its callers, its endpoints. At most REACHED. */
  reached?: AlertReached[];
  /** Id of the alert that tells of its cause; then it is in no list but that one's `reached`. */
  partOf?: string;
  /** When the change began, as well as it is known: the deployment's start, or the first time block that shows it. */
  sinceUnixMs: number;
  /** When it was opened, and opened again last. */
  openedUnixMs: number;
  updatedUnixMs: number;
  /** null while the fault lasts. */
  closedUnixMs: number | null;
  /** The deployment that it began with; null where it began without one. */
  deployment: AlertDeployment | null;
  evidence: AlertEvidence;
  /** "Closes when … ." */
  closesWhen: string;
  group: AlertGroup;
  /** Set in the states muted and expected. */
  silence: AlertSilence | null;
  assignee: string | null;
  /** Newest last; at most ALERT_HISTORY of them, of which the first is always kept. */
  history: AlertEvent[];
}

export const ALERT_HISTORY = 100;
export const CARRIERS = 5;
export const SUSPECTS = 3;
export const REACHED = 50;

export type AlertPlace = FunctionAlertPlace | EndpointAlertPlace;

export interface FunctionAlertPlace {
  type: 'function';
  /** FunctionStats.id */
  functionId: string;
  file: string;
  name: string;
  ordinal: number;
  kind: FunctionKind;
  /** As in FunctionPlace, where the deployment that the alert is about has it. */
  line: number;
  column: number;
  package: string | null;
}

export interface EndpointAlertPlace {
  type: 'endpoint';
  endpointId: string;
  kind: 'http' | 'job' | 'timer';
  /** '' where there is none, as of a job. */
  method: string;
  route: string;
}

export interface AlertCause {
  /** The line that throws; the callee in which the added time is spent; the function whose own time moved. */
  type: 'throwing-line' | 'callee' | 'own-time';
  functionId: string;
  file: string;
  name: string;
  /** 1-based, in the original file. */
  line: number;
  /** Of the change, 0 to 1, that this explains; null where that is not known. */
  share: number | null;
}

export interface AlertDeployment {
  version: string;
  revision: string;
  /** What it is held against; '' where nothing ran before. */
  previousVersion: string;
  previousRevision: string;
  /** By the sensors' own words. */
  startedUnixMs: number;
  /** What the pipeline said of it; '' where it said nothing. */
  author: string;
  link: string;
}

export const ALERT_MEASURES = [
  'medianNs',
  'p95Ns',
  'p99Ns',
  /** Of the calls that are far slower than the others, 0 to 1. */
  'tailShare',
  'errorRate',
  'callsPerMinute',
  'cpuNsPerSecond',
  /** 1 before; after, of many functions the ratio of the middle one. */
  'timesAsSlow',
] as const;
export type AlertMeasure = (typeof ALERT_MEASURES)[number];

/** A value of the measure with its unit: "14 ms", "3.0 %", "60/min", "9.0 % of a processor", "1.50×". */
export function formatMeasure(measure: AlertMeasure, value: number): string {
  switch (measure) {
    case 'medianNs':
    case 'p95Ns':
    case 'p99Ns':
      return formatDuration(value);
    case 'tailShare':
    case 'errorRate':
      return formatPercent(value);
    case 'cpuNsPerSecond':
      return `${formatPercent(value / 1e9)} of a processor`;
    case 'callsPerMinute':
      return formatRate(value);
    case 'timesAsSlow':
      return `${value.toFixed(2)}×`;
  }
}

export interface AlertEvidence {
  /** Name of the rule, and what it looked at: "time blocks of 5 min, look after 20 min". */
  detector: string;
  detail: string;
  /** What `before` and `after` are values of. */
  measure: AlertMeasure;
  before: AlertSide;
  after: AlertSide;
  /** after / before as a ratio where 1 is no change, with its confidence interval; null where before is 0. */
  change: { ratio: number; low: number; high: number; confidence: number } | null;
  /** What it costs: added time (or processor time) in all calls together, ms a second; null where it is not time. */
  extraMsPerSecond: number | null;
}

export interface AlertSide {
  value: number;
  /** Where the measure is a median. */
  p95Ns: number | null;
  /** Timed calls where the measure is a time, else calls. */
  calls: number;
  fromUnixMs: number;
  toUnixMs: number;
}

/** Alerts with one cause: those of one service, environment and deployment, or of one hour where there is none. */
export interface AlertGroup {
  id: string;
  /** "orders in production since 2.4.0" */
  title: string;
  /** Alerts in it that are not closed. */
  size: number;
  /** 1 for the one that costs most. */
  rank: number;
}

export interface AlertSilence {
  /** null: until somebody says otherwise. */
  untilUnixMs: number | null;
  reason: string;
  /** Who said so; the name of the file where a reviewed file said it. */
  by: string;
}

export interface AlertEvent {
  atUnixMs: number;
  type: 'opened' | 'updated' | 'closed' | 'reopened' | 'muted' | 'expected' | 'unsilenced' | 'assigned' | 'commented';
  /** '' where the collector did it by itself. */
  by: string;
  text: string;
}

/** `vscode://prodlens.prodlens/open?alert=ID` */
export function alertEditorLink(id: string): string {
  return `vscode://prodlens.prodlens/open?alert=${encodeURIComponent(id)}`;
}
