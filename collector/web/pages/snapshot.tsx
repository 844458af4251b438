// One thing that went wrong, whole: the request, the error, the call path on a line of time, queries with their answers,
// arguments, log lines. What was redacted says so.

import { callTimeLine, type TimeLineSpan } from '@prodlens/charts';
import {
  type CapturedValue,
  capturedText,
  type FunctionStats,
  formatCount,
  formatDuration,
  type Snapshot,
  type SnapshotFrame,
  type SnapshotSummary,
} from '@prodlens/protocol';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Captured } from '../elements/captured.js';
import { ChartBox } from '../elements/chart.js';
import { EditorLinks } from '../elements/links.js';
import { Badge, Card, Figures, Heading } from '../elements/page.js';
import { TRIGGER_TEXT } from '../elements/snapshots.js';
import { Answered } from '../elements/states.js';
import { momentText } from '../elements/time.js';
import { bytesCell, durationCell } from '../format.js';
import { useAnswer } from '../state/fresh-answers.js';
import { get, query } from '../state/requests.js';
import { useView } from '../state/view.js';

interface SnapshotAnswer {
  summary: SnapshotSummary;
  snapshot: Snapshot;
}

export function SnapshotPage() {
  const { address } = useView();
  // Once: each read is in the audit log, and it never changes.
  const answer = useAnswer<SnapshotAnswer>(`forensics/${encodeURIComponent(address.id)}`, 0);
  return (
    <Answered page of={answer}>
      {(found) => <OneSnapshot {...found} />}
    </Answered>
  );
}

function OneSnapshot({ summary: s, snapshot }: SnapshotAnswer) {
  const { to } = useView();
  const { request, error, queries, outbound, logs, calls, attributes, flow } = snapshot;
  const functionAt = useFunctionAt(s, snapshot);
  return (
    <>
      <Heading
        title={s.errorType === null ? `${s.functionName ?? s.endpoint} was slow` : s.errorType}
        above={{ text: 'Forensics', href: to('forensics') }}
        actions={
          s.file !== null &&
          s.line !== null && (
            <EditorLinks
              {...{ service: s.service, file: s.file, line: s.line }}
              {...(s.functionId !== null && { functionId: s.functionId })}
            />
          )
        }
      >
        <Badge tone={s.trigger === 'slow' ? 'warning' : 'critical'}>{TRIGGER_TEXT[s.trigger]}</Badge>
        {s.message !== null && <span class="strong">{s.message}</span>}
        <span>
          {s.service} · {s.environment} · <span class="code">{s.version}</span> · {s.host} · {momentText(s.takenUnixMs)}
        </span>
      </Heading>
      <Figures
        of={[
          { name: 'In', value: <span class="code">{s.endpoint ?? '–'}</span> },
          { name: 'Status', value: s.status ?? '–', tone: (s.status ?? 0) >= 500 ? 'bad' : undefined },
          { name: 'Took', value: durationCell(s.durationNs) },
          {
            name: 'More of the same',
            value: formatCount(s.suppressed),
            note: <a href={to('forensics', '', { fingerprint: s.fingerprint })}>{s.fingerprint}</a>,
          },
          { name: 'Redacted', value: formatCount(snapshot.redactions), note: `mode ${snapshot.mode}` },
        ]}
      />
      <p class="notice small">What follows was captured from a running program. It is data, whatever it says.</p>
      <Card>
        <TimeLine snapshot={snapshot} />
        {snapshot.droppedEvents > 0 && (
          <p class="muted small">{formatCount(snapshot.droppedEvents)} more found no room.</p>
        )}
      </Card>
      <div class="columns two">
        <div class="stack">
          {error !== null && (
            <Card title="Error">
              <Block name="Message" value={error.message} />
              <Block name="Properties" value={error.properties} />
              <Stack frames={error.stack} service={s.service} functionAt={functionAt} />
              {error.causes.map((cause, i) => (
                <div key={i} class="cause">
                  <h3>Caused by {cause.type}</h3>
                  <Captured value={cause.message} />
                  <Stack frames={cause.stack} service={s.service} functionAt={functionAt} />
                </div>
              ))}
            </Card>
          )}
          {request !== null && (
            <Card
              title="Request"
              note={
                <span class="code">
                  {flow?.method} {request.path}
                </span>
              }
            >
              <Block name="Parameters" value={request.params} />
              <Block name="Query" value={request.query} />
              <Block name="Headers" value={request.headers} />
              <Block name="Body" value={request.body} />
            </Card>
          )}
          <Block name="Context" value={attributes} isCard />
        </div>
        <div class="stack">
          <Card title="Call path" note="Innermost first, with arguments as they were when the call ended">
            {calls.length === 0 && <p class="none">No function was followed.</p>}
            {calls.map((call, i) => (
              <div key={i} class="call">
                <p class="call-head">
                  <span class={`code strong ${call.threw ? 'bad' : ''}`}>{call.function.name}</span>
                  <span class="muted">{durationCell(call.durationNs)}</span>
                  {call.threw && <Badge tone="critical">threw</Badge>}
                </p>
                <p class="line small">
                  <span class="path">
                    {call.function.file}:{call.function.line}
                  </span>
                  <EditorLinks
                    service={s.service}
                    file={call.function.file}
                    line={call.function.line}
                    {...functionAt(call.function)}
                  />
                </p>
                {call.arguments?.map(({ name, value }) => (
                  <Block key={name} name={name} value={value} />
                ))}
              </div>
            ))}
          </Card>
          <Card title="Queries">
            {queries.length === 0 && <p class="none">None was followed.</p>}
            {queries.map((q, i) => (
              <div key={i} class="call">
                <p class="call-head">
                  <Badge>{q.system}</Badge>
                  <span class="muted">
                    after {formatDuration(q.startNs)}, {durationCell(q.durationNs)}
                    {q.rowCount !== null && `, ${formatCount(q.rowCount)} ${q.rowCount === 1 ? 'row' : 'rows'}`}
                  </span>
                  {q.error !== null && <Badge tone="critical">failed</Badge>}
                </p>
                <pre class="sql">{q.text}</pre>
                {q.error !== null && <p class="bad">{q.error}</p>}
                <Block name="Parameters" value={q.parameters} />
                <Block name="Answer" value={q.answer} />
              </div>
            ))}
          </Card>
          {outbound.length > 0 && (
            <Card title="Outbound">
              {outbound.map((o, i) => (
                <p key={i} class="call-head">
                  <span class="code">
                    {o.method} {o.url}
                  </span>
                  <span class={o.error === null ? 'muted' : 'bad'}>
                    {o.error ?? o.status ?? '–'} · {durationCell(o.durationNs)}
                  </span>
                </p>
              ))}
            </Card>
          )}
          {logs.length > 0 && (
            <Card title="Log lines">
              {logs.map((line, i) => (
                <p key={i} class="log">
                  <span class="muted">{formatDuration(line.timeNs)}</span>
                  <Badge tone={LEVEL_TONE[line.level] ?? 'plain'}>{line.level}</Badge>
                  <Captured value={line.message} />
                </p>
              ))}
            </Card>
          )}
          <Card title="Process">
            <Figures
              of={[
                { name: 'Up for', value: durationCell(snapshot.process.uptimeSeconds * 1e9) },
                { name: 'Memory', value: bytesCell(snapshot.process.rssBytes) },
                { name: 'Heap', value: bytesCell(snapshot.process.heapUsedBytes) },
                { name: 'Event loop p99', value: durationCell(snapshot.process.eventLoopDelayP99Ns) },
              ]}
            />
          </Card>
        </div>
      </div>
    </>
  );
}

const LEVEL_TONE: Record<string, string> = { error: 'critical', fatal: 'critical', warn: 'warning', info: 'plain' };

function Block({ name, value, isCard = false }: { name: string; value: CapturedValue; isCard?: boolean }) {
  if (value === null || (typeof value === 'object' && value.entries?.length === 0)) return null;
  const content = <Captured value={value} />;
  if (isCard) return <Card title={name}>{content}</Card>;
  return (
    <div class="block">
      <h3>{name}</h3>
      {content}
    </div>
  );
}

type Place = Pick<SnapshotFrame, 'file' | 'line'>;
/** The function that holds a line, as EditorLinks takes it; nothing where none is known. */
type FunctionAt = (place: Place) => { functionId?: string };

/** Looks for the functions of all files of the service's own that the call path and the stacks go through. */
function useFunctionAt({ service, environment }: SnapshotSummary, { calls, error }: Snapshot): FunctionAt {
  const [known, setKnown] = useState<FunctionStats[]>([]);
  const frames = error === null ? [] : [...error.stack, ...error.causes.flatMap(({ stack }) => stack)];
  const files = [...new Set([...calls.map((call) => call.function.file), ...frames.map(({ file }) => file)])];
  const own = files.filter(isOwn).join('\n');
  useEffect(() => {
    const stop = new AbortController();
    const find = async (file: string) => {
      const path = `functions${query({ service, environment, file })}`;
      return (await get<{ functions: FunctionStats[] }>(path, stop.signal)).functions;
    };
    // A file of which nothing is known any more has no links, and hides none of the others.
    void Promise.allSettled(own.split('\n').filter(Boolean).map(find)).then((found) => {
      if (!stop.signal.aborted) setKnown(found.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])));
    });
    return () => stop.abort();
  }, [service, environment, own]);
  return ({ file, line }) => {
    const [nearest] = known.filter((f) => f.file === file && f.line <= line).sort((a, b) => b.line - a.line);
    return nearest === undefined ? {} : { functionId: nearest.id };
  };
}

interface StackProps {
  frames: SnapshotFrame[];
  service: string;
  functionAt: FunctionAt;
}

/** A frame of the service's own code opens at the function that holds its line. */
function Stack({ frames, service, functionAt }: StackProps) {
  if (frames.length === 0) return null;
  return (
    <ol class="frames">
      {frames.map((frame, i) => (
        <li key={i} class={isOwn(frame.file) ? '' : 'muted'}>
          <span class="code">
            {frame.isAsync && 'async '}
            {frame.functionName || '(anonymous)'}
          </span>
          <span class="line small">
            <span class="path">
              {frame.file}:{frame.line}:{frame.column}
            </span>
            {isOwn(frame.file) && (
              <EditorLinks service={service} file={frame.file} line={frame.line} {...functionAt(frame)} />
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

function isOwn(file: string): boolean {
  return !file.includes('node_modules/') && !file.startsWith('node:');
}

function TimeLine({ snapshot }: { snapshot: Snapshot }) {
  const data = useMemo(() => {
    const { calls, queries, outbound, logs, flow } = snapshot;
    const spans: TimeLineSpan[] = [
      ...calls.flatMap(({ function: f, durationNs, endNs, threw }) =>
        endNs === null
          ? []
          : [
              {
                ...{ what: 'Function', name: f.name, detail: `${f.file}:${f.line}`, failed: threw },
                ...{ startNs: endNs - (durationNs ?? 0), durationNs, tone: 'own' as const },
              },
            ],
      ),
      ...queries.map((q) => ({
        ...{ what: 'Query', name: q.text, detail: q.system, startNs: q.startNs, durationNs: q.durationNs },
        ...{ tone: 'database' as const, failed: q.error !== null },
      })),
      ...outbound.map((o) => ({
        ...{
          what: 'Request',
          name: `${o.method} ${o.url}`,
          detail: String(o.status ?? o.error ?? ''),
          startNs: o.startNs,
        },
        ...{ durationNs: o.durationNs, tone: 'outbound' as const, failed: o.error !== null },
      })),
      ...logs.map((line) => ({
        ...{
          what: 'Log line',
          name: capturedText(line.message, 80),
          detail: line.level,
          startNs: line.timeNs,
          durationNs: null,
        },
        ...{ tone: 'muted' as const, failed: line.level === 'error' || line.level === 'fatal' },
      })),
    ].sort((a, b) => a.startNs - b.startNs);
    return { durationNs: flow?.durationNs ?? 0, spans };
  }, [snapshot]);
  return <ChartBox chart={callTimeLine} data={data} options={{ title: 'What happened, in time' }} />;
}
