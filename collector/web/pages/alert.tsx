// One alert: what was measured, where to look, its life, and what a person who may can do with it.

import { bars } from '@prodlens/charts';
import { type Alert, type AlertEvent, formatCount, formatDuration, formatMeasure } from '@prodlens/protocol';
import { useMemo, useState } from 'preact/hooks';
import { AlertPlaces } from '../elements/alert-places.js';
import { changeText, KIND_TEXT, Severity } from '../elements/alerts.js';
import { ChartBox } from '../elements/chart.js';
import { LatencyCharts } from '../elements/latency.js';
import { EditorLinks } from '../elements/links.js';
import { Card, Fact, Figures, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { Ago, momentText } from '../elements/time.js';
import { useAnswer } from '../state/fresh-answers.js';
import { RequestFailure, send } from '../state/requests.js';
import { useView } from '../state/view.js';

export function AlertPage() {
  const { address } = useView();
  const path = `alerts/${encodeURIComponent(address.id)}`;
  const answer = useAnswer<{ alert: Alert }>(path);
  return (
    <Answered page of={answer}>
      {({ alert }) => <OneAlert alert={alert} path={path} again={answer.again} />}
    </Answered>
  );
}

function OneAlert({ alert, path, again }: { alert: Alert; path: string; again: () => void }) {
  const { to, can } = useView();
  const { evidence, place, cause, deployment, service, environment } = alert;
  const line = cause ?? (place?.type === 'function' ? place : null);
  return (
    <>
      <Heading
        title={alert.title}
        above={{ text: 'Alerts', href: to('alerts') }}
        actions={line && <EditorLinks {...{ service, file: line.file, line: line.line, alertId: alert.id }} />}
      >
        <Severity alert={alert} /> <a href={`alerts-explained.html#${alert.kind}`}>{KIND_TEXT[alert.kind]}</a> ·{' '}
        {service} · {environment} · since {momentText(alert.sinceUnixMs)}
      </Heading>
      <Figures
        of={[
          {
            name: 'Before',
            value: formatMeasure(evidence.measure, evidence.before.value),
            note: `n = ${formatCount(evidence.before.calls)}`,
          },
          {
            name: 'Since',
            value: formatMeasure(evidence.measure, evidence.after.value),
            note: `n = ${formatCount(evidence.after.calls)}`,
            tone: alert.kind === 'error-gone' ? 'good' : 'bad',
          },
          ...(evidence.change === null
            ? []
            : [
                {
                  name: 'Ratio',
                  value: `${evidence.change.ratio.toFixed(2)}×`,
                  note: changeText(evidence).split(', ')[1],
                },
              ]),
          ...(evidence.extraMsPerSecond === null
            ? []
            : [
                {
                  name: 'It costs',
                  value: `${formatDuration(evidence.extraMsPerSecond * 1e6)}/s`,
                  note: 'in all calls together',
                },
              ]),
        ]}
      />
      <div class="columns main-side">
        <div class="stack">
          <Card title="Where to look">
            <AlertPlaces alert={alert} />
          </Card>
          <Card>
            <BeforeAfter alert={alert} />
          </Card>
          {place?.type === 'function' && (
            <LatencyCharts of="functions" id={place.functionId} environment={environment} />
          )}
          {place?.type === 'endpoint' && (
            <LatencyCharts of="endpoints" id={place.endpointId} environment={environment} />
          )}
        </div>
        <div class="stack">
          {can('alerts') && <Acts alert={alert} path={path} again={again} />}
          {deployment !== null && (
            <Card title="Began with a deployment">
              <dl class="facts">
                <Fact name="Version">
                  <span class="code">{deployment.version}</span> {deployment.revision.slice(0, 10)}
                </Fact>
                <Fact name="Before it">
                  <span class="code">{deployment.previousVersion || '–'}</span>{' '}
                  {deployment.previousRevision.slice(0, 10)}
                </Fact>
                <Fact name="Started">{momentText(deployment.startedUnixMs)}</Fact>
                {deployment.author !== '' && <Fact name="By">{deployment.author}</Fact>}
              </dl>
              <p class="links">
                {deployment.previousVersion !== '' && (
                  <a
                    href={to('compare', '', {
                      service,
                      environment,
                      from: deployment.previousVersion,
                      to: deployment.version,
                    })}
                  >
                    Compare the two
                  </a>
                )}
                {/^https?:/.test(deployment.link) && (
                  <a href={deployment.link} rel="noreferrer">
                    What the pipeline says
                  </a>
                )}
              </p>
            </Card>
          )}
          <Card title="Life" note={`Group: ${alert.group.title}`}>
            <Life alert={alert} />
          </Card>
        </div>
      </div>
    </>
  );
}

function BeforeAfter({ alert: { evidence } }: { alert: Alert }) {
  const data = useMemo(() => {
    const side = (
      name: string,
      { value, calls, fromUnixMs, toUnixMs }: Alert['evidence']['before'],
      tone: 'second' | 'accent',
    ) => ({
      ...{ name, value, tone },
      detail: `${formatCount(calls)} calls, ${momentText(fromUnixMs)} to ${momentText(toUnixMs)}`,
    });
    const p95 = (name: string, { p95Ns, ...rest }: Alert['evidence']['before'], tone: 'second' | 'accent') =>
      p95Ns === null ? [] : [side(name, { ...rest, p95Ns, value: p95Ns }, tone)];
    return [
      side('Before', evidence.before, 'second'),
      side('Since', evidence.after, 'accent'),
      ...p95('p95 before', evidence.before, 'second'),
      ...p95('p95 since', evidence.after, 'accent'),
    ];
  }, [evidence.before.value, evidence.after.value]);
  const show = (value: number) => formatMeasure(evidence.measure, value);
  return <ChartBox chart={bars} data={data} options={{ title: 'Evidence', unit: evidence.measure, show }} />;
}

const EVENT_TEXT: Record<AlertEvent['type'], string> = {
  opened: 'Opened',
  updated: 'Changed',
  closed: 'Closed',
  reopened: 'Opened again',
  muted: 'Muted',
  expected: 'Marked as expected',
  unsilenced: 'Told of again',
  assigned: 'Assigned',
  commented: 'Remark',
};

function Life({ alert: { history, silence, assignee } }: { alert: Alert }) {
  return (
    <>
      {assignee !== null && <p>Looked after by {assignee}.</p>}
      {silence !== null && (
        <p class="notice">
          Silent{' '}
          {silence.untilUnixMs === null ? 'until somebody says otherwise' : `until ${momentText(silence.untilUnixMs)}`}:{' '}
          {silence.reason}
        </p>
      )}
      <ol class="life">
        {[...history].reverse().map((event) => (
          <li key={`${event.atUnixMs} ${event.type}`} class={event.type}>
            <p>
              <strong>{EVENT_TEXT[event.type]}</strong>
              {event.by !== '' && ` by ${event.by}`}{' '}
              <span class="muted small">
                <Ago unixMs={event.atUnixMs} />
              </span>
            </p>
            {event.text !== '' && <p class="muted">{event.text}</p>}
          </li>
        ))}
      </ol>
    </>
  );
}

const HOUR_MS = 3_600_000;
const UNTIL = [
  ['', 'for ever'],
  [String(HOUR_MS), 'for an hour'],
  [String(24 * HOUR_MS), 'for a day'],
  [String(7 * 24 * HOUR_MS), 'for a week'],
] as const;

function Acts({ alert, path, again }: { alert: Alert; path: string; again: () => void }) {
  const [words, setWords] = useState('');
  const [assignee, setAssignee] = useState(alert.assignee ?? '');
  const [until, setUntil] = useState('');
  const [refusal, setRefusal] = useState('');
  const act = async (verb: string, body: unknown) => {
    try {
      await send('POST', `${path}/${verb}`, body);
      if (verb !== 'assign') setWords('');
      setRefusal('');
      again();
    } catch (error) {
      setRefusal(error instanceof RequestFailure ? error.message : String(error));
    }
  };
  const silence = { reason: words, untilUnixMs: until === '' ? null : Date.now() + Number(until) };
  const isSilent = alert.state === 'muted' || alert.state === 'expected';
  return (
    <Card title="What to do">
      <div class="acts">
        <label>
          Reason or remark
          <textarea
            rows={2}
            value={words}
            placeholder="Needed first; it stays in the life of the alert"
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        <div class="buttons">
          <button type="button" disabled={words.trim() === ''} onClick={() => void act('comment', { text: words })}>
            Comment
          </button>
          {isSilent ? (
            <button type="button" onClick={() => void act('unmute', {})}>
              Tell of it again
            </button>
          ) : (
            alert.state !== 'closed' && (
              <>
                <button type="button" disabled={words.trim() === ''} onClick={() => void act('mute', silence)}>
                  Mute
                </button>
                <button type="button" disabled={words.trim() === ''} onClick={() => void act('expected', silence)}>
                  Mark as expected
                </button>
                <select aria-label="How long" value={until} onChange={(event) => setUntil(event.currentTarget.value)}>
                  {UNTIL.map(([value, text]) => (
                    <option key={value} value={value}>
                      {text}
                    </option>
                  ))}
                </select>
              </>
            )
          )}
        </div>
        <form
          class="buttons assign"
          onSubmit={(event) => {
            event.preventDefault();
            void act('assign', { assignee: assignee.trim() || null });
          }}
        >
          <label>
            Who looks after it
            <input
              value={assignee}
              placeholder="Nobody yet"
              onInput={(event) => setAssignee(event.currentTarget.value)}
            />
          </label>
          <button type="submit" disabled={assignee.trim() === (alert.assignee ?? '')}>
            {alert.assignee !== null && assignee.trim() === '' ? 'Leave it to nobody' : 'Assign'}
          </button>
        </form>
        {refusal !== '' && (
          <p class="refusal" role="alert">
            {refusal}
          </p>
        )}
      </div>
    </Card>
  );
}
