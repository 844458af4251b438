// Answers of the API whose types belong to the collector. answer-types.test.ts in its http folder holds the two equal.

export interface ServiceAnswer {
  service: string;
  environments: string[];
  version: string;
  lastSeenUnixMs: number;
  reportingInstances: number;
}

export interface DeploymentAnswer {
  service: string;
  environment: string;
  version: string;
  revision: string;
  firstSeenUnixMs: number;
  currentSinceUnixMs: number;
  lastSeenUnixMs: number;
  author: string;
  link: string;
}

export interface ComparedSideAnswer {
  calls: number;
  errors: number;
  errorRate: number | null;
  p50Ns: number | null;
  p95Ns: number | null;
  totalNs: number | null;
}

/** What VERDICTS in the collector's query/deployments/compare.ts says of each. */
export type VerdictAnswer = 'slower' | 'faster' | 'no change seen' | 'too few calls' | 'not called' | 'new' | 'gone';

export interface ComparedFunctionAnswer {
  id: string;
  file: string;
  name: string;
  line: number;
  before: ComparedSideAnswer | null;
  after: ComparedSideAnswer | null;
  p50Ratio: number | null;
  p95Change: { ratio: number; low: number; high: number; confidence: number } | null;
  verdict: VerdictAnswer;
  alertIds: string[];
}

export interface SensorMinuteAnswer {
  startUnixMs: number;
  sensorCpuMsPerSecond: number;
  inlineCpuMsPerSecond: number;
  cpuShare: number;
  rssBytes: number;
  heapUsedBytes: number;
  eventLoopUtilization: number;
  eventLoopDelayP50Ns: number;
  eventLoopDelayP99Ns: number;
  eventLoopDelayMaxNs: number;
  gcPerMinute: number;
  gcShare: number;
}

export interface MeasuringRuleAnswer {
  service: string;
  environment: string | null;
  measuring: boolean;
  changedUnixMs: number;
}

export interface DeadLetterAnswer {
  id: number;
  channel: string;
  attempts: number;
  nextUnixMs: number;
  createdUnixMs: number;
  failure: string;
}
