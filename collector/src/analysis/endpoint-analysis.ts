// Endpoints are held against their own past as functions are: the same detectors of slowness over what each endpoint's
// requests took. What else may be wrong with an endpoint, its functions say.

import type { Finding, Verdict, Watched } from './finding.js';
import { createScopeAnalysis, type ScopeAnalysis } from './scope-analysis.js';

/** Endpoint ids stand where those of functions do in the frames. */
export function createEndpointAnalysis(): ScopeAnalysis {
  const analysis = createScopeAnalysis();
  return {
    series: analysis.series,
    deployed: analysis.deployed,

    minute: (minute, frames, isPast) =>
      analysis
        .minute(minute, frames, isPast)
        .filter(({ subject }) => subject === 'latency')
        .map(
          ({ functionId, ...found }): Finding => ({
            ...found,
            subject: 'endpoint',
            kind: 'endpoint-slower',
            functionId: null,
            endpointId: functionId!,
          }),
        ),

    verdicts: (watched: Watched[]): Verdict[] =>
      analysis.verdicts(
        watched.map(({ endpointId, ...one }) => ({ ...one, subject: 'latency', functionId: endpointId ?? null })),
      ),
  };
}
