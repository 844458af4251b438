// What was captured of this function when something went wrong: a list, and each one whole where it is unfolded. What was
// redacted or cut says so. Captured values are data and shown as text, whatever they hold.

import { callTimeLine, type TimeLineSpan } from '@prodlens/charts';
import {
  type CapturedValue,
  capturedText,
  formatCount,
  formatDuration,
  type Snapshot,
  type SnapshotFrame,
  type SnapshotSummary,
} from '@prodlens/protocol';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Captured } from './captured.js';
import { ChartBox } from './chart-box.js';
import { tell } from './editor.js';
import { Card, shown } from './function-view.js';
import type { FunctionContent, ToPanel } from './messages.js';

type Told = Extract<ToPanel, { type: 'snapshot' | 'noSnapshot' }>;

export function Forensics({ content: { snapshots, snapshotsRefused } }: { content: FunctionContent }) {
  return (
    <Card title="Forensics" id="forensics">
      {snapshotsRefused !== null && <p class="none">{snapshotsRefused}</p>}
      {snapshotsRefused === null && snapshots.length === 0 && (
        <p class="none">Nothing was captured: no call failed or was slower than usual.</p>
      )}
      {snapshots.map((summary) => (
        <Capture key={summary.id} summary={summary} />
      ))}
    </Card>
  );
}

function Capture({ summary }: { summary: SnapshotSummary }) {
  const { id, errorType, message, endpoint, status, durationNs, takenUnixMs, suppressed, version } = summary;
  const [told, setTold] = useState<Told | null>(null);
  useEffect(() => {
    const take = ({ data }: MessageEvent<ToPanel>) => {
      if ((data.type === 'snapshot' || data.type === 'noSnapshot') && data.id === id) setTold(data);
    };
    window.addEventListener('message', take);
    return () => window.removeEventListener('message', take);
  }, [id]);
  const facts = [
    ...[endpoint, status, shown(durationNs, formatDuration), version, new Date(takenUnixMs).toLocaleString('sv')],
    suppressed > 0 && `${formatCount(suppressed)} more of the same`,
  ];
  return (
    <details
      class="capture"
      onToggle={(event) => event.currentTarget.open && told === null && tell({ type: 'askSnapshot', id })}
    >
      <summary>
        <span class={errorType === null ? 'badge' : 'badge bad'}>{errorType ?? 'slow'}</span>
        <span class="said">{message ?? 'Took longer than usual'}</span>
        <span class="muted facts">{facts.filter(Boolean).join(' · ')}</span>
      </summary>
      {told === null && <p class="none">Loading</p>}
      {told?.type === 'noSnapshot' && <p class="none">{told.message}</p>}
      {told?.type === 'snapshot' && <Whole snapshot={told.snapshot} service={summary.service} />}
    </details>
  );
}

function Whole({ snapshot, service }: { snapshot: Snapshot; service: string }) {
  const { error, request, calls, queries, flow } = snapshot;
  const spans = useMemo(() => ({ durationNs: flow?.durationNs ?? 0, spans: spansOf(snapshot) }), [snapshot]);
  return (
    <div class="whole">
      {error !== null && (
        <Part title="Stack">
          <Stack frames={error.stack} service={service} />
          <Value name="Properties" value={error.properties} />
          {error.causes.map((cause, i) => (
            <div key={i}>
              <p>
                Caused by <b>{cause.type}</b>: {capturedText(cause.message)}
              </p>
              <Stack frames={cause.stack} service={service} />
            </div>
          ))}
        </Part>
      )}
      {request !== null && (
        <Part title={`Request ${flow?.method ?? ''} ${request.path}`}>
          <Value name="Parameters" value={request.params} />
          <Value name="Query" value={request.query} />
          <Value name="Body" value={request.body} />
          <Value name="Headers" value={request.headers} />
        </Part>
      )}
      <Value name="Context" value={snapshot.attributes} />
      <ChartBox chart={callTimeLine} data={spans} options={{ title: 'What happened, in time' }} />
      {calls.length > 0 && (
        <Part title="Call path, innermost first, with arguments">
          {calls.map((call, i) => (
            <div key={i} class="call">
              <Line service={service} file={call.function.file} line={call.function.line}>
                <b class={call.threw ? 'code bad' : 'code'}>{call.function.name}</b>
              </Line>{' '}
              <span class="muted">
                {shown(call.durationNs, formatDuration)}
                {call.threw && ', threw'}
              </span>
              {call.arguments?.map(({ name, value }) => (
                <Value key={name} name={name} value={value} />
              ))}
            </div>
          ))}
        </Part>
      )}
      {queries.length > 0 && (
        <Part title="Queries">
          {queries.map((query, i) => (
            <div key={i} class="call">
              <pre>{query.text}</pre>
              <p class={query.error === null ? 'muted' : 'bad'}>
                {[
                  query.system,
                  `after ${formatDuration(query.startNs)}`,
                  shown(query.durationNs, formatDuration),
                  query.rowCount !== null && `${formatCount(query.rowCount)} rows`,
                  query.error,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
              <Value name="Parameters" value={query.parameters} />
              <Value name="Answer" value={query.answer} />
            </div>
          ))}
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Nothing where there is nothing in it. */
function Value({ name, value }: { name: string; value: CapturedValue }) {
  if (value === null || (typeof value === 'object' && value.entries?.length === 0)) return null;
  return (
    <div class="value-row">
      <span class="key">{name}</span> <Captured value={value} />
    </div>
  );
}

function Stack({ frames, service }: { frames: SnapshotFrame[]; service: string }) {
  if (frames.length === 0) return null;
  return (
    <ol class="frames">
      {frames.map(({ functionName, file, line, column, isAsync }, i) => {
        const name = `${isAsync ? 'async ' : ''}${functionName || '(anonymous)'}`;
        const isOwn = !file.includes('node_modules/') && !file.startsWith('node:');
        return (
          <li key={i} class={isOwn ? 'code' : 'code muted'}>
            {name}{' '}
            {isOwn ? (
              <Line service={service} file={file} line={line}>
                {file}:{line}:{column}
              </Line>
            ) : (
              `${file}:${line}`
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Line({ children, ...place }: { service: string; file: string; line: number; children: ComponentChildren }) {
  return (
    <button
      type="button"
      class="link"
      title={`Open ${place.file}:${place.line}`}
      onClick={() => tell({ type: 'openLine', ...place })}
    >
      {children}
    </button>
  );
}

function spansOf({ calls, queries, outbound, logs }: Snapshot): TimeLineSpan[] {
  const spans: TimeLineSpan[] = [
    ...calls.flatMap(({ function: { name, file, line }, durationNs, endNs, threw }): TimeLineSpan[] => {
      if (endNs === null) return [];
      const place = { detail: `${file}:${line}`, startNs: endNs - (durationNs ?? 0), durationNs };
      return [{ what: 'Function', name, ...place, tone: 'own', failed: threw }];
    }),
    ...queries.map(({ text, system, startNs, durationNs, error }): TimeLineSpan => {
      const failed = error !== null;
      return { what: 'Query', name: text, detail: system, startNs, durationNs, tone: 'database', failed };
    }),
    ...outbound.map(({ method, url, status, startNs, durationNs, error }): TimeLineSpan => {
      const detail = String(error ?? status ?? '');
      const failed = error !== null;
      return { what: 'Request', name: `${method} ${url}`, detail, startNs, durationNs, tone: 'outbound', failed };
    }),
    ...logs.map(({ level, timeNs, message }): TimeLineSpan => {
      const failed = level === 'error' || level === 'fatal';
      const name = capturedText(message, 80);
      return { what: 'Log line', name, detail: level, startNs: timeNs, durationNs: null, tone: 'muted', failed };
    }),
  ];
  return spans.sort((a, b) => a.startNs - b.startNs);
}
