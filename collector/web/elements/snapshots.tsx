// What was captured, as lists show it.

import { formatCount, type SnapshotSummary } from '@prodlens/protocol';
import { durationCell } from '../format.js';
import { useView } from '../state/view.js';
import { Line } from './links.js';
import { Badge } from './page.js';
import { Ago } from './time.js';

export const TRIGGER_TEXT: Record<SnapshotSummary['trigger'], string> = {
  status: 'failed',
  edge: 'error',
  unhandled: 'unhandled',
  'new error type': 'new error',
  slow: 'slow',
  failure: 'failure',
};

export function SnapshotList({ snapshots, empty }: { snapshots: SnapshotSummary[]; empty: string }) {
  const { to } = useView();
  if (snapshots.length === 0) return <p class="none">{empty}</p>;
  return (
    <ul class="alerts">
      {snapshots.map((s) => (
        <li key={s.id}>
          <Badge tone={s.trigger === 'slow' ? 'warning' : 'critical'}>{TRIGGER_TEXT[s.trigger]}</Badge>
          <div class="alert-text">
            <a href={to('forensics', s.id)}>
              {s.errorType === null
                ? `${s.functionName ?? s.endpoint ?? 'Something'} was slow`
                : `${s.errorType}: ${s.message ?? ''}`}
            </a>
            <p class="muted small">
              {s.endpoint !== null && <span class="code">{s.endpoint}</span>} {s.service} · {s.environment} ·{' '}
              {s.version}
              {s.file !== null && s.line !== null && (
                <>
                  {' · '}
                  <Line
                    service={s.service}
                    file={s.file}
                    line={s.line}
                    {...(s.functionId !== null && { functionId: s.functionId })}
                  />
                </>
              )}
            </p>
          </div>
          <div class="alert-numbers small">
            <span>
              {s.status ?? ''} {durationCell(s.durationNs)}
            </span>
            <span class="muted">
              {s.suppressed > 0 && `+ ${formatCount(s.suppressed)} more · `}
              <Ago unixMs={s.takenUnixMs} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
