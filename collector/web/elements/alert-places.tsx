// Where to look for what an alert is about: its place, the functions that carry the added time, what is thrown and where,
// the commits that touched it, and when it is over.

import { type Alert, formatDuration, formatPercent } from '@prodlens/protocol';
import { useView } from '../state/view.js';
import { endpointName, FunctionLink, Line } from './links.js';
import { Fact } from './page.js';

export function AlertPlaces({ alert }: { alert: Alert }) {
  const { to } = useView();
  const { place, cause, carriers = [], service, environment, closesWhen, evidence } = alert;
  // What carries the time says it with more than the cause does.
  const isCarrier = carriers.some(({ functionId }) => functionId === cause?.functionId);
  return (
    <dl class="facts">
      {place?.type === 'function' && (
        <Fact name="Function">
          <FunctionLink id={place.functionId} name={place.name} environment={environment} />
          <Line service={service} file={place.file} line={place.line} functionId={place.functionId} />
        </Fact>
      )}
      {place?.type === 'endpoint' && (
        <Fact name="Endpoint">
          <a class="code" href={to('endpoints', place.endpointId, { environment })}>
            {endpointName(place)}
          </a>
        </Fact>
      )}
      {place === null && <Fact name="Where">All of {service}</Fact>}
      {cause !== null && !isCarrier && (
        <Fact
          name={cause.type === 'throwing-line' ? 'Thrown at' : cause.type === 'callee' ? 'Spent in' : 'Spent in itself'}
        >
          <FunctionLink id={cause.functionId} name={cause.name} environment={environment} />
          <Line service={service} file={cause.file} line={cause.line} functionId={cause.functionId} />
          {cause.share !== null && <span class="muted small">{formatPercent(cause.share)} of the change</span>}
        </Fact>
      )}
      <Carriers alert={alert} />
      <Thrown alert={alert} />
      <Suspects alert={alert} />
      <Reached alert={alert} />
      {alert.partOf !== undefined && (
        <Fact name="Part of">
          <a href={to('alerts', alert.partOf)}>the alert that tells of its cause</a>
        </Fact>
      )}
      <Fact name="Found by">
        {evidence.detector}: {evidence.detail}
      </Fact>
      <Fact name="Closes">{closesWhen}</Fact>
    </dl>
  );
}

/** Where else the same cause shows: each leads to the alert of it, which is in no list. */
function Reached({ alert: { reached = [] } }: { alert: Alert }) {
  const { to } = useView();
  return reached.map(({ alertId, title, place }, i) => (
    <Fact key={alertId} name={i === 0 ? 'Also seen in' : 'And in'}>
      <a class="code" href={to('alerts', alertId)}>
        {place === null ? title : place.type === 'endpoint' ? endpointName(place) : place.name}
      </a>
      {place !== null && <span class="muted small">{title}</span>}
    </Fact>
  ));
}

function Carriers({ alert: { carriers = [], place, service, environment } }: { alert: Alert }) {
  const whole = place?.type === 'endpoint' ? 'request' : 'call';
  return carriers.map(({ functionId, name, file, line, addedNs, share, isNew }, i) => (
    <Fact key={functionId} name={i === 0 ? 'Spent in' : 'And in'}>
      <FunctionLink id={functionId} name={name} environment={environment} />
      <Line service={service} file={file} line={line} functionId={functionId} />
      <span class="muted small">
        {formatDuration(addedNs)} more in each {whole}, {formatPercent(Math.min(1, share))} of the change
        {isNew && ', not called before'}
      </span>
    </Fact>
  ));
}

function Thrown({ alert: { error, service } }: { alert: Alert }) {
  const { to, can } = useView();
  if (error === undefined) return null;
  return (
    <Fact name="Throws">
      <span class="code">{error.type}</span>
      {error.file !== null && error.line !== null && <Line service={service} file={error.file} line={error.line} />}
      {can('forensics') && <a href={to('forensics', error.snapshotId)}>What was captured</a>}
    </Fact>
  );
}

function Suspects({ alert: { suspects = [] } }: { alert: Alert }) {
  return suspects.map(({ revision, author, subject, link, file, function: name }, i) => (
    <Fact key={`${revision} ${file} ${name}`} name={i === 0 ? 'Touched by' : 'And by'}>
      {/^https?:/.test(link) ? (
        <a class="code" href={link} rel="noreferrer">
          {revision.slice(0, 10)}
        </a>
      ) : (
        <span class="code">{revision.slice(0, 10)}</span>
      )}
      {subject !== '' && <span>{subject}</span>}
      <span class="muted small">
        {author !== '' && `by ${author}, `}in {name ?? file}
      </span>
    </Fact>
  ));
}
