// The thread on which detection runs, so that 100,000 functions never hold up a socket. It gets minutes as flat arrays,
// which travel without being copied, and answers with findings and verdicts; it reads no store and knows no names.

import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Finding, Verdict, Watched } from '../analysis/finding.js';
import type { CurrentDeployment } from '../analysis/judged-scope.js';
import { createScopeAnalysis, type DeploymentFrame, type ScopeAnalysis } from '../analysis/scope-analysis.js';
import { slowThresholds } from '../analysis/slow-thresholds.js';

/** One minute of one scope; minutes come in order. */
export interface AnalyseMinute {
  type: 'minute';
  scope: string;
  minute: number;
  current: CurrentDeployment;
  frames: DeploymentFrame[];
  /** Only remembered, not judged. */
  isPast: boolean;
  watched: Watched[];
}

export interface AskThresholds {
  type: 'thresholds';
  scope: string;
}

export type AnalysisRequest = (AnalyseMinute | AskThresholds | { type: 'forget' }) & { sequence?: number };

export interface AnalysisAnswer {
  sequence: number;
  findings: Finding[];
  verdicts: Verdict[];
  /** Function id and slowNs. */
  thresholds: Array<[functionId: number, slowNs: number]>;
}

const scopes = new Map<string, ScopeAnalysis>();

function answer(request: AnalysisRequest): Omit<AnalysisAnswer, 'sequence'> {
  if (request.type === 'forget') {
    scopes.clear();
    return { findings: [], verdicts: [], thresholds: [] };
  }
  let analysis = scopes.get(request.scope);
  if (analysis === undefined) {
    analysis = createScopeAnalysis();
    scopes.set(request.scope, analysis);
  }
  if (request.type === 'thresholds') return { findings: [], verdicts: [], thresholds: slowThresholds(analysis.series) };
  analysis.deployed(request.current);
  const findings = analysis.minute(request.minute, request.frames, request.isPast);
  return { findings, verdicts: request.isPast ? [] : analysis.verdicts(request.watched), thresholds: [] };
}

const port = parentPort as MessagePort;
port.on('message', (request: AnalysisRequest) => {
  port.postMessage({ sequence: request.sequence ?? 0, ...answer(request) } satisfies AnalysisAnswer);
});
