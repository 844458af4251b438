// What a call takes, behind its name: only where that is felt, as most calls take nothing.

import { formatDuration, formatPercent, formatRate } from '@prodlens/protocol';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import { type CallSite, callsWithin } from './call-sites.js';
import type { TextRange } from './function-head.js';

export interface InlayHint {
  /** 0-based UTF-16 offset. */
  offset: number;
  label: string;
}

const FELT_NS = 1e6;
const GOOD_SHARE = 0.1;

/** Hints of the calls within the range, in source order. */
export function inlayHints(text: string, functions: MappedFunction[], range: TextRange): InlayHint[] {
  return callsWithin(text, functions, range).flatMap((site) => {
    const label = labelOf(site);
    return label === null ? [] : [{ offset: site.end, label }];
  });
}

/** "4.0 ms each · 62 % · 120/min" of the calls from here; without such, the callee's "p95 4.0 ms". */
function labelOf({ seen, here }: CallSite): string | null {
  if (seen?.totalNs && seen.calls > 0) {
    const meanNs = seen.totalNs / seen.calls;
    if (meanNs < FELT_NS && (seen.share ?? 0) < GOOD_SHARE) return null;
    const share = seen.share === null ? null : formatPercent(seen.share);
    const rate = seen.callsPerMinute === null ? null : formatRate(seen.callsPerMinute);
    return [`${formatDuration(meanNs)} each`, share, rate].filter(Boolean).join(' · ');
  }
  const p95Ns = here?.readings[0]?.stats.p95Ns ?? 0;
  return p95Ns < FELT_NS ? null : `p95 ${formatDuration(p95Ns)}`;
}
