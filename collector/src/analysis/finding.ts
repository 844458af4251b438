// What a detector found, as plain numbers: the life of an alert, its words and its names are made of this elsewhere.

import type { AlertEvidence, AlertKind } from '@prodlens/protocol';

/** What an alert is about: one function has at most one open alert of each. */
export type Subject =
  | 'latency'
  | 'tail'
  | 'errors'
  | 'error-gone'
  | 'error-type'
  | 'call-rate'
  | 'cpu'
  | 'service'
  | 'endpoint'
  | 'rule';

export interface Finding {
  subject: Subject;
  kind: AlertKind;
  /** null: all of the service, or an endpoint. */
  functionId: number | null;
  /** Of an endpoint. */
  endpointId?: number;
  /** Where it is about errors of one type. */
  errorType?: string;
  sinceMinute: number;
  /** It began with the deployment that is the current one. */
  isOfDeployment: boolean;
  measure: AlertEvidence['measure'];
  /** In the unit of the measure. */
  before: number;
  after: number;
  /** Ends of the time before, and of the time after; minutes since the epoch, the second exclusive. */
  beforeMinutes: [from: number, to: number];
  /** Deployments that make the time before; where missing, all that ran in it. */
  beforeDeployments?: number[];
  afterMinutes: [from: number, to: number];
  change: AlertEvidence['change'];
  detector: string;
  detail: string;
  /** Functions that it is about, where it is about many, and those of them that moved most. */
  functions?: number;
  members?: Member[];
  /** What would be said of each of them, were they not so many; what rose most first. */
  alone?: Finding[];
  /** The fault is gone when the measure is on the other side of this. */
  closesAt: number;
  /** As `Span`; where missing, HALF_HOUR. */
  closesOver?: Span;
}

/** How much of what happens now it takes to say that a fault is gone: at least so many minutes and so many calls. */
export interface Span {
  minutes: number;
  calls: number;
}

export interface Member {
  functionId: number;
  /** Medians in ns. */
  before: number;
  after: number;
  closesAt: number;
}

/** What an open alert is about. */
export interface Watched {
  id: string;
  subject: Subject;
  functionId: number | null;
  endpointId?: number;
  before: number;
  after: number;
  closesAt: number;
  closesOver?: Span;
  members?: Member[];
  /** When a detector said so last. */
  seenMinute: number;
}

/** `value`: of the measure over what was judged; NaN where it cannot be said. */
export interface Verdict {
  id: string;
  state: 'gone' | 'lasts' | 'unknown';
  value: number;
}
