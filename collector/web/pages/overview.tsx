// How all of it does: the services beside yesterday, what is open, what was deployed.

import { type Alert, type DayFigures, formatCount, formatPercent, type ServiceDay } from '@prodlens/protocol';
import { AlertList } from '../elements/alerts.js';
import { Badge, Card, Figures, Heading } from '../elements/page.js';
import { HourlySpark } from '../elements/spark.js';
import { Answered } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { Ago } from '../elements/time.js';
import { durationCell, orAbsent } from '../format.js';
import type { DeploymentAnswer } from '../state/answer-types.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';

const DAY_MS = 86_400_000;
const SHOWN = 8;
const SILENT_MS = 5 * 60_000;

export function OverviewPage() {
  const { scope, to } = useView();
  const days = useAnswer<{ services: ServiceDay[] }>('service-days', 15_000);
  const alerts = useAnswer<{ alerts: Alert[] }>(`alerts${query({ ...scope, limit: 1_000 })}`);
  const deployments = useAnswer<{ deployments: DeploymentAnswer[] }>(
    `deployments${query({ ...scope, limit: 200 })}`,
    15_000,
  );
  const since = Date.now() - DAY_MS;
  return (
    <>
      <Heading title="Overview">What your services do, and what changed since yesterday</Heading>
      <Answered of={alerts}>
        {({ alerts: all }) => {
          const open = all.filter(({ state }) => state === 'open');
          const bad = open.filter(({ severity }) => severity !== 'info');
          const happened = (types: string[]) =>
            all.filter(({ history }) => history.some((e) => types.includes(e.type) && e.atUnixMs >= since)).length;
          const today = deployments.data?.deployments.filter(({ currentSinceUnixMs }) => currentSinceUnixMs >= since);
          return (
            <>
              <Figures
                of={[
                  { name: 'Open alerts', value: formatCount(bad.length), tone: bad.length > 0 ? 'bad' : 'good' },
                  { name: 'Opened in 24 hours', value: formatCount(happened(['opened', 'reopened'])) },
                  { name: 'Closed in 24 hours', value: formatCount(happened(['closed'])) },
                  { name: 'Deployed in 24 hours', value: today === undefined ? '–' : formatCount(today.length) },
                ]}
              />
              <Answered of={days}>{({ services }) => <Services days={services} alerts={bad} />}</Answered>
              <div class="columns wide-first">
                <Card title="Open alerts" flush note={<a href={to('alerts')}>All alerts</a>}>
                  <AlertList alerts={open.slice(0, SHOWN)} empty="Nothing is wrong, as far as can be seen." />
                </Card>
                <Card title="Deployments" flush note={<a href={to('deployments')}>All deployments</a>}>
                  <Answered of={deployments}>
                    {(d) => <Deployments deployments={d.deployments.slice(0, SHOWN)} />}
                  </Answered>
                </Card>
              </div>
            </>
          );
        }}
      </Answered>
    </>
  );
}

function Services({ days, alerts }: { days: ServiceDay[]; alerts: Alert[] }) {
  const { scope, to } = useView();
  const shown = days.filter(
    (d) => (scope.service ?? d.service) === d.service && (scope.environment ?? d.environment) === d.environment,
  );
  const openOf = (d: ServiceDay) =>
    alerts.filter((a) => a.service === d.service && a.environment === d.environment).length;
  const columns: Column<ServiceDay>[] = [
    {
      title: 'Service',
      raw: (d) => d.service,
      cell: (d) => (
        <a class="strong" href={to('endpoints', '', { service: d.service, environment: d.environment })}>
          {d.service}
        </a>
      ),
    },
    { title: 'Environment', raw: (d) => d.environment, cell: (d) => d.environment, class: 'muted' },
    { title: 'Version', raw: (d) => d.version, cell: (d) => <span class="code">{d.version}</span> },
    {
      title: 'Alerts',
      number: true,
      raw: openOf,
      cell: (d) => {
        const open = openOf(d);
        return open === 0 ? (
          <span class="muted">0</span>
        ) : (
          <a href={to('alerts', '', { service: d.service, environment: d.environment })}>
            <Badge tone="critical">{open}</Badge>
          </a>
        );
      },
    },
    {
      title: '24 hours',
      copied: [
        { title: 'First hour', unit: 'ms since the Unix epoch', raw: (d) => d.startUnixMs },
        ...Array.from({ length: 24 }, (_, i) => ({
          title: `Requests, jobs in hour ${i + 1}`,
          raw: (d: ServiceDay) => d.calls[i] ?? null,
        })),
      ],
      cell: (d) => (
        <HourlySpark
          title={`Requests and jobs of ${d.service} in ${d.environment}, by the hour`}
          startUnixMs={d.startUnixMs}
          series={[
            { name: 'Requests, jobs', tone: 'accent', values: d.calls, filled: true },
            { name: 'Failed', tone: 'bad', values: d.errors, filled: true },
          ]}
        />
      ),
    },
    {
      title: 'Requests, jobs',
      number: true,
      raw: (d) => d.today?.calls ?? null,
      cell: (d) => <Changed day={d} of={(f) => f.calls} show={formatCount} />,
    },
    {
      title: 'Failed',
      number: true,
      raw: (d) => d.today?.errorRate ?? null,
      cell: (d) => <Changed day={d} of={(f) => f.errorRate} show={formatPercent} isMoreBad />,
    },
    {
      title: 'p50',
      number: true,
      unit: 'ns',
      raw: (d) => d.today?.p50Ns ?? null,
      cell: (d) => <Changed day={d} of={(f) => f.p50Ns} show={(ns) => durationCell(ns)} isMoreBad />,
    },
    {
      title: 'p95',
      number: true,
      unit: 'ns',
      raw: (d) => d.today?.p95Ns ?? null,
      cell: (d) => <Changed day={d} of={(f) => f.p95Ns} show={(ns) => durationCell(ns)} isMoreBad />,
    },
    { title: 'Last seen', cell: (d) => <LastSeen unixMs={d.lastSeenUnixMs} /> },
  ];
  const table = { name: 'Services today', columns, rows: shown };
  return (
    <Card
      title="Services"
      flush
      note={
        <>
          24 hours, beside the 24 before <TableTools {...table} />
        </>
      }
    >
      <Table {...table} keyOf={(d) => `${d.service} ${d.environment}`} empty="No service here." />
    </Card>
  );
}

function LastSeen({ unixMs }: { unixMs: number }) {
  const silent = Date.now() - unixMs > SILENT_MS;
  return (
    <span class={silent ? 'warn' : 'muted'}>
      <Ago unixMs={unixMs} />
    </span>
  );
}

interface ChangedProps {
  day: ServiceDay;
  of: (figures: DayFigures) => number | null;
  show: (value: number) => string;
  isMoreBad?: boolean;
}

/** Less than this is no change to be told in colour. */
const NOTEWORTHY = 0.1;

function Changed({ day: { today, yesterday }, of, show, isMoreBad = false }: ChangedProps) {
  const now = today && of(today);
  const before = yesterday && of(yesterday);
  if (now === null) return <span class="muted">–</span>;
  const ratio = before ? now / before - 1 : null;
  const isWorse = isMoreBad && ratio !== null && ratio > NOTEWORTHY;
  return (
    <span
      class="changed"
      title={before === null ? 'Nothing to compare with yesterday' : `${show(before)} the day before`}
    >
      {show(now)}
      {ratio !== null && (
        <span class={isWorse ? 'delta bad' : 'delta'}>
          {Math.abs(ratio) < 0.005 ? '=' : `${ratio > 0 ? '+' : '−'}${formatPercent(Math.abs(ratio))}`}
        </span>
      )}
    </span>
  );
}

function Deployments({ deployments }: { deployments: DeploymentAnswer[] }) {
  const { to } = useView();
  const columns: Column<DeploymentAnswer>[] = [
    {
      title: 'Service',
      cell: (d) => (
        <>
          {d.service} <span class="muted">{d.environment}</span>
        </>
      ),
    },
    {
      title: 'Version',
      cell: (d) => (
        <a class="code" href={to('deployments', '', { service: d.service })}>
          {d.version}
        </a>
      ),
    },
    { title: 'By', cell: (d) => orAbsent(d.author || null, String), class: 'muted' },
    { title: 'Since', cell: (d) => <Ago unixMs={d.currentSinceUnixMs} />, number: true },
  ];
  return (
    <Table
      name="Deployments"
      columns={columns}
      rows={deployments}
      keyOf={(d) => `${d.service} ${d.environment} ${d.version} ${d.revision}`}
      empty="Nothing was deployed."
    />
  );
}
