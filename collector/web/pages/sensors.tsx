// What the sensors say of themselves and of their processes: what they measure and leave out, what they cost.

import { formatCount, formatDuration, formatPercent, type SensorSummary } from '@prodlens/protocol';
import { Badge, Card, Fact, Figures, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { Ago } from '../elements/time.js';
import { ABSENT, bytesCell, countText, durationCell, orAbsent, perSecondCell } from '../format.js';
import type { SensorMinuteAnswer } from '../state/answer-types.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView, windowText } from '../state/view.js';
import { ProcessChart } from './cpu.js';

/** What a sensor has given up at each level, one after the other (docs/cost.md). */
const GIVEN_UP = [
  'functions of packages are timed more rarely',
  'asynchronous calls of packages too',
  'the service’s own functions too',
  'its own asynchronous calls too',
];

/** All sensors of the scope. */
export function SensorsPage() {
  const { scope, window } = useView();
  const answer = useAnswer<{ sensors: SensorSummary[]; truncated: boolean }>(
    `sensors${query({ ...scope, window, limit: 1_000 })}`,
  );
  return (
    <>
      <Heading title="Sensors">
        What each process says of itself: health, cost, what it shed or left out, {windowText(window)}
      </Heading>
      <Answered of={answer}>{({ sensors }) => <List sensors={sensors} />}</Answered>
    </>
  );
}

const ofProcess = (s: SensorSummary, of: (p: NonNullable<SensorSummary['process']>) => string) =>
  orAbsent(s.process, of);

function List({ sensors }: { sensors: SensorSummary[] }) {
  const { to } = useView();
  const columns: Column<SensorSummary>[] = [
    {
      ...{ title: 'Process', raw: (s) => `${s.host} ${s.pid}` },
      cell: (s) => (
        <span class="two-lines">
          <a class="strong" href={to('sensors', s.instance)}>
            {s.host} <span class="muted">{s.pid}</span>
          </a>
          <span class="small muted">
            {s.service} · {s.environment} · {s.version}
          </span>
        </span>
      ),
    },
    {
      title: 'Seen',
      raw: (s) => s.lastSeenUnixMs,
      unit: 'ms since the Unix epoch',
      cell: (s) => <Ago unixMs={s.lastSeenUnixMs} />,
    },
    {
      ...{ title: 'Measures', raw: (s) => (s.measuring === null ? null : String(s.measuring)) },
      cell: (s) =>
        s.measuring === null ? (
          '–'
        ) : (
          <Badge tone={s.measuring ? 'good' : 'warning'}>{s.measuring ? 'on' : 'off'}</Badge>
        ),
    },
    {
      ...{ title: 'Costs', number: true },
      copied: [
        { title: 'Costs in the program', unit: 'ms/s', raw: (s) => s.inlineCpuMsPerSecond },
        { title: 'Costs beside it', unit: 'ms/s', raw: (s) => s.sensorCpuMsPerSecond },
      ],
      cell: (s) => (
        <span class="two-lines">
          <span>{orAbsent(s.inlineCpuMsPerSecond, perSecondCell)}</span>
          <span class="small muted">{orAbsent(s.sensorCpuMsPerSecond, perSecondCell)} beside it</span>
        </span>
      ),
    },
    {
      title: 'Memory',
      number: true,
      unit: 'bytes',
      raw: (s) => s.sensorBytes,
      cell: (s) => orAbsent(s.sensorBytes, bytesCell),
    },
    { title: 'Functions', number: true, raw: (s) => s.functions, cell: (s) => orAbsent(s.functions, formatCount) },
    {
      ...{ title: 'Shed', number: true, raw: (s) => s.shedLevel },
      cell: (s) =>
        s.shedLevel ? (
          <span class="bad" title={GIVEN_UP.slice(0, s.shedLevel).join('; ')}>
            level {s.shedLevel}
          </span>
        ) : (
          <span class="muted">{s.shedLevel ?? '–'}</span>
        ),
    },
    {
      title: 'Dropped',
      copied: DROPPED.map(({ what, of }) => ({ title: `Dropped ${what}`, raw: of })),
      cell: (s) => <Lost of={dropped(s)} isBad />,
    },
    {
      title: 'Left out',
      copied: [{ title: 'Left out', raw: (s) => lostText(leftOut(s)) }],
      cell: (s) => <Lost of={leftOut(s)} />,
    },
    {
      ...{ title: 'Captures', raw: (s) => s.capture?.mode ?? null },
      cell: (s) =>
        s.capture === null ? (
          '–'
        ) : (
          <span title={s.capture.fault ?? ''}>
            {s.capture.fault === null ? s.capture.mode : <Badge tone="warning">{s.capture.mode}: fault</Badge>}
          </span>
        ),
    },
    {
      title: 'CPU',
      number: true,
      raw: (s) => s.process?.cpuShare ?? null,
      cell: (s) => ofProcess(s, (p) => formatPercent(p.cpuShare)),
    },
    {
      title: 'RSS',
      number: true,
      unit: 'bytes',
      raw: (s) => s.process?.rssBytes ?? null,
      cell: (s) => ofProcess(s, (p) => bytesCell(p.rssBytes)),
    },
    {
      title: 'Loop p99',
      number: true,
      unit: 'ns',
      raw: (s) => s.process?.eventLoopDelayP99Ns ?? null,
      cell: (s) => ofProcess(s, (p) => formatDuration(p.eventLoopDelayP99Ns)),
    },
  ];
  const table = { name: 'Sensors', columns, rows: sensors };
  return (
    <Card
      title={countText(sensors.length, 'process', 'processes')}
      flush
      note={sensors.length > 0 && <TableTools {...table} />}
    >
      <Table {...table} keyOf={(s) => s.instance} empty="No sensor has reported in this time." />
    </Card>
  );
}

/** What was lost of each kind; null where the sensor has not told. */
type Losses = Array<[what: string, count: number | null]>;

const DROPPED: Array<{ what: string; of: (s: SensorSummary) => number | null }> = [
  { what: 'windows', of: (s) => s.droppedWindows },
  { what: 'durations', of: (s) => s.droppedSamples },
  { what: 'calls between functions', of: (s) => s.droppedEdges },
  { what: 'requests and jobs', of: (s) => s.droppedFlows },
];

const dropped = (s: SensorSummary): Losses => DROPPED.map(({ what, of }) => [what, of(s)]);
const leftOut = (s: SensorSummary): Losses => (s.skipped === null ? [['', null]] : Object.entries(s.skipped));

/** "0", "3 windows, 1 durations"; the en dash where nothing is known. */
function lostText(of: Losses): string {
  if (of.some(([, n]) => n === null)) return ABSENT;
  const some = of.filter(([, n]) => n! > 0);
  return some.length === 0 ? '0' : some.map(([what, n]) => `${formatCount(n!)} ${what}`).join(', ');
}

function Lost({ of, isBad = false }: { of: Losses; isBad?: boolean }) {
  const isSome = of.some(([, n]) => n !== null && n > 0);
  return <span class={isSome && isBad ? 'bad' : 'muted'}>{lostText(of)}</span>;
}

/** What it does not do so as not to cost too much. */
function shedText({ shedLevel }: SensorSummary): string {
  if (shedLevel === null) return ABSENT;
  return shedLevel === 0 ? 'nothing: it costs less than it may' : GIVEN_UP.slice(0, shedLevel).join('; ');
}

/** The one that the address names. */
export function SensorPage() {
  const { window, to, address } = useView();
  const answer = useAnswer<{ sensor: SensorSummary; minutes: SensorMinuteAnswer[] }>(
    `sensors/${encodeURIComponent(address.id)}${query({ window })}`,
  );
  return (
    <Answered page of={answer}>
      {({ sensor: s, minutes }) => (
        <>
          <Heading title={`${s.host}, process ${s.pid}`} above={{ text: 'Sensors', href: to('sensors') }}>
            {s.service} · {s.environment} · <span class="code">{s.version}</span> · {s.runtime} · sensor{' '}
            {s.sensorVersion}
          </Heading>
          <Figures
            of={[
              { name: 'Costs in the program', value: orAbsent(s.inlineCpuMsPerSecond, perSecondCell) },
              { name: 'Costs beside it', value: orAbsent(s.sensorCpuMsPerSecond, perSecondCell) },
              { name: 'Its memory', value: orAbsent(s.sensorBytes, bytesCell) },
              {
                name: 'Functions',
                value: orAbsent(s.functions, formatCount),
                note: s.modules === null ? undefined : countText(s.modules, 'module'),
              },
              { name: 'Captured', value: orAbsent(s.capture, (c) => formatCount(c.taken)), note: s.capture?.mode },
              { name: 'Event loop p99', value: ofProcess(s, (p) => durationCell(p.eventLoopDelayP99Ns)) },
            ]}
          />
          {s.capture?.fault != null && <p class="notice warn">Nothing is captured: {s.capture.fault}</p>}
          <Card>
            <ProcessChart minutes={minutes} title="The process, minute by minute" />
          </Card>
          <Card title="What is missing">
            <dl class="facts">
              <Fact name="Shed">{shedText(s)}</Fact>
              <Fact name="Dropped">
                <Lost of={dropped(s)} isBad />
              </Fact>
              <Fact name="Left out">
                <Lost of={leftOut(s)} />
              </Fact>
            </dl>
          </Card>
        </>
      )}
    </Answered>
  );
}
