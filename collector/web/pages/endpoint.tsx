// Why an endpoint is slow: where its time goes, by kind and by function, over time and beside the version before.

import { bars, shares } from '@prodlens/charts';
import type { Alert } from '@prodlens/protocol';
import {
  type EndpointDetail,
  type EndpointFunction,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
} from '@prodlens/protocol';
import { useMemo } from 'preact/hooks';
import { AlertList } from '../elements/alerts.js';
import { ChartBox } from '../elements/chart.js';
import { LatencyCharts } from '../elements/latency.js';
import { endpointName, FunctionLink, Line } from '../elements/links.js';
import { Badge, Card, Figures, Heading } from '../elements/page.js';
import { Answered, Empty } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { WhereTimeGoes } from '../elements/where-time-goes.js';
import { durationCell, orAbsent } from '../format.js';
import { go } from '../state/address.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView, windowText } from '../state/view.js';

const BARS = 8;
const ALERTS = 5;

export function EndpointPage() {
  const { address, window, scope } = useView();
  const answer = useAnswer<{ endpoints: EndpointDetail[] }>(
    `endpoints/${encodeURIComponent(address.id)}${query({ window })}`,
  );
  return (
    <Answered page of={answer}>
      {({ endpoints }) => {
        const found = endpoints.find((e) => e.environment === scope.environment) ?? endpoints[0];
        if (found !== undefined) return <Endpoint endpoint={found} others={endpoints} />;
        return (
          <Empty page title={`Not asked for ${windowText(window)}`}>
            Choose a longer time above.
          </Empty>
        );
      }}
    </Answered>
  );
}

function Endpoint({ endpoint: e, others }: { endpoint: EndpointDetail; others: EndpointDetail[] }) {
  const { to, here, window, can } = useView();
  const alerts = useAnswer<{ alerts: Alert[] }>(
    `alerts${query({ service: e.service, environment: e.environment, limit: 1_000 })}`,
  );
  const ids = new Set(e.functions.map(({ id }) => id));
  const own = (alerts.data?.alerts ?? []).filter(
    ({ state, place }) =>
      state === 'open' &&
      (place?.type === 'endpoint' ? place.endpointId === e.id : place !== null && ids.has(place.functionId)),
  );
  const perCall = (ns: number) => (e.calls === 0 ? null : ns / e.calls);
  return (
    <>
      <Heading title={endpointName(e)} code above={{ text: 'Endpoints and jobs', href: to('endpoints') }}>
        <Badge>{e.kind}</Badge> {e.service} · {e.environment} · {windowText(window)}
        {others.length > 1 &&
          others.map(({ environment }) => (
            <a key={environment} href={here({ environment })}>
              {environment}
            </a>
          ))}
        {can('forensics') && <a href={to('forensics', '', { endpoint: endpointName(e) })}>Forensics</a>}
      </Heading>
      <Figures
        of={[
          { name: 'p50', value: durationCell(e.p50Ns) },
          { name: 'p95', value: durationCell(e.p95Ns) },
          { name: 'p99', value: durationCell(e.p99Ns) },
          { name: 'Longest', value: durationCell(e.maxNs) },
          { name: 'Rate', value: orAbsent(e.callsPerMinute, formatRate), note: `n = ${formatCount(e.calls)}` },
          {
            name: 'Failed',
            value: orAbsent(e.errorRate, formatPercent),
            note: formatCount(e.errors),
            tone: e.errors > 0 ? 'bad' : undefined,
          },
        ]}
      />
      {own.length > 0 && (
        <Card
          title="What changed"
          flush
          note={
            own.length > ALERTS && <a href={to('alerts', '', { service: e.service })}>All {formatCount(own.length)}</a>
          }
        >
          <AlertList alerts={own.slice(0, ALERTS)} empty="" />
        </Card>
      )}
      <div class="columns two">
        <Card>
          <Parts endpoint={e} />
        </Card>
        <Card>
          <Slowest endpoint={e} />
        </Card>
      </div>
      <WhereTimeGoes of="endpoints" id={e.id} environment={e.environment} />
      <LatencyCharts of="endpoints" id={e.id} environment={e.environment} />
      <Functions endpoint={e} perCall={perCall} />
    </>
  );
}

function Parts({ endpoint: { breakdown: b } }: { endpoint: EndpointDetail }) {
  const data = useMemo(
    () => [
      { name: 'Own code', valueNs: b.ownNs, tone: 'own' as const },
      { name: 'Packages', valueNs: b.packagesNs, tone: 'packages' as const },
      { name: 'Database', valueNs: b.databaseNs, tone: 'database' as const },
      { name: 'Outbound', valueNs: b.outboundNs, tone: 'outbound' as const },
      { name: 'Waiting', valueNs: b.waitingNs, tone: 'waiting' as const },
    ],
    [b.ownNs, b.packagesNs, b.databaseNs, b.outboundNs, b.waitingNs],
  );
  return <ChartBox chart={shares} data={data} options={{ title: 'Why it takes so long' }} />;
}

function Slowest({ endpoint: e }: { endpoint: EndpointDetail }) {
  const { to, window } = useView();
  const data = useMemo(
    () =>
      e.functions.slice(0, BARS).map((f) => ({
        ...{ name: f.name, value: f.selfNs / Math.max(1, e.calls) },
        id: to('functions', f.id, { environment: e.environment }),
        detail: `${f.file}:${f.line}`,
        tone: f.package === null ? ('own' as const) : ('packages' as const),
      })),
    [e, window],
  );
  return (
    <ChartBox
      chart={bars}
      data={data}
      options={{
        ...{ title: 'Functions by their own time, a request', unit: 'ns', show: formatDuration },
        open: go,
      }}
    />
  );
}

function Functions({ endpoint: e, perCall }: { endpoint: EndpointDetail; perCall: (ns: number) => number | null }) {
  const columns: Column<EndpointFunction>[] = [
    {
      title: 'Function',
      raw: (f) => f.name,
      cell: (f) => <FunctionLink id={f.id} name={f.name} environment={e.environment} />,
    },
    {
      title: 'Line',
      raw: (f) => `${f.file}:${f.line}`,
      cell: (f) => <Line service={e.service} file={f.file} line={f.line} functionId={f.id} />,
    },
    { title: 'Package', raw: (f) => f.package, cell: (f) => f.package ?? <span class="muted">own code</span> },
    { title: 'Calls', number: true, raw: (f) => f.calls, cell: (f) => formatCount(f.calls) },
    {
      title: 'Own, a request',
      number: true,
      unit: 'ns',
      raw: (f) => perCall(f.selfNs),
      cell: (f) => durationCell(perCall(f.selfNs)),
    },
    {
      title: 'Running',
      number: true,
      unit: 'ns',
      raw: (f) => perCall(f.busyNs),
      cell: (f) => durationCell(perCall(f.busyNs)),
    },
    { title: 'Total', number: true, unit: 'ns', raw: (f) => f.totalNs, cell: (f) => durationCell(f.totalNs) },
    { title: 'Share', number: true, raw: (f) => f.share, cell: (f) => orAbsent(f.share, formatPercent) },
  ];
  const table = { name: 'Functions of the endpoint', columns, rows: e.functions };
  return (
    <Card title="Functions that it goes through" flush note={<TableTools {...table} />}>
      <Table {...table} keyOf={(f) => f.id} empty="No timed function ran in it." />
    </Card>
  );
}
