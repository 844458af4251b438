// The thread on which detection runs, so that 100,000 functions never hold up a socket. It gets minutes as flat arrays,
// which travel without being copied, and answers with findings and verdicts; it reads no store and knows no names.

import { type MessagePort, parentPort } from 'node:worker_threads';
import { createEndpointAnalysis } from '../../analysis/endpoint-analysis.js';
import type { Finding, Verdict, Watched } from '../../analysis/finding.js';
import type { CurrentDeployment } from '../../analysis/judged-scope.js';
import { forEachFunction } from '../../analysis/minute-frame.js';
import { createScopeAnalysis, type DeploymentFrame } from '../../analysis/scope-analysis.js';
import { slowThresholds } from '../../analysis/slow-thresholds.js';

/** One minute of one scope; minutes come in order. */
export interface AnalyseMinute {
  type: 'minute';
  scope: string;
  minute: number;
  current: CurrentDeployment;
  frames: DeploymentFrame[];
  /** The same of endpoints, by their ids. */
  endpointFrames: DeploymentFrame[];
  /** Only remembered, not judged. */
  isPast: boolean;
  watched: Watched[];
}

export interface AskThresholds {
  type: 'thresholds';
  scope: string;
}

/** What functions did in an hour of long ago; before the first minute. */
export interface RememberHour {
  type: 'hour';
  scope: string;
  /** Since the Unix epoch. */
  hour: number;
  frame: Float64Array;
}

export type AnalysisRequest = (AnalyseMinute | AskThresholds | RememberHour | { type: 'forget' }) & {
  sequence?: number;
};

export interface AnalysisAnswer {
  sequence: number;
  findings: Finding[];
  verdicts: Verdict[];
  /** Function id and slowNs. */
  thresholds: Array<[functionId: number, slowNs: number]>;
  /** Of all that is remembered. */
  rememberedBytes: number;
}

const newScope = () => ({ functions: createScopeAnalysis(), endpoints: createEndpointAnalysis() });
const scopes = new Map<string, ReturnType<typeof newScope>>();

function answer(request: AnalysisRequest): Omit<AnalysisAnswer, 'sequence' | 'rememberedBytes'> {
  if (request.type === 'forget') {
    scopes.clear();
    return { findings: [], verdicts: [], thresholds: [] };
  }
  let analysis = scopes.get(request.scope);
  if (analysis === undefined) {
    analysis = newScope();
    scopes.set(request.scope, analysis);
  }
  const { functions, endpoints } = analysis;
  if (request.type === 'thresholds')
    return { findings: [], verdicts: [], thresholds: slowThresholds(functions.series) };
  if (request.type === 'hour') {
    const { hour, frame } = request;
    forEachFunction(frame, ({ functionId, timed, logSum }) => {
      if (timed > 0) functions.series.setHour(hour, functionId, logSum / timed, timed);
    });
    return { findings: [], verdicts: [], thresholds: [] };
  }
  const { current, minute, frames, endpointFrames, isPast, watched } = request;
  functions.deployed(current);
  endpoints.deployed(current);
  const findings = [...functions.minute(minute, frames, isPast), ...endpoints.minute(minute, endpointFrames, isPast)];
  if (isPast) return { findings, verdicts: [], thresholds: [] };
  const [ofEndpoints, others] = [watched.filter(isOfEndpoint), watched.filter((one) => !isOfEndpoint(one))];
  return { findings, verdicts: [...functions.verdicts(others), ...endpoints.verdicts(ofEndpoints)], thresholds: [] };
}

function isOfEndpoint({ endpointId }: Watched): boolean {
  return endpointId !== undefined;
}

function rememberedBytes(): number {
  let bytes = 0;
  for (const { functions, endpoints } of scopes.values()) bytes += functions.series.bytes() + endpoints.series.bytes();
  return bytes;
}

const port = parentPort as MessagePort;
port.on('message', (request: AnalysisRequest) => {
  port.postMessage({
    ...answer(request),
    ...{ sequence: request.sequence ?? 0, rememberedBytes: rememberedBytes() },
  } satisfies AnalysisAnswer);
});
