// What comes in from outside or from a clock: requests, jobs, schedules.

import { type EndpointStats, formatCount, formatPercent, formatRate } from '@prodlens/protocol';
import { endpointName } from '../elements/links.js';
import { Badge, Card, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { countText, durationCell, orAbsent } from '../format.js';
import { go } from '../state/address.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView, windowText } from '../state/view.js';

type Order = 'totalNs' | 'callsPerMinute' | 'errorRate' | 'p50Ns' | 'p95Ns' | 'p99Ns' | 'name';
const ORDERS: readonly Order[] = ['totalNs', 'callsPerMinute', 'errorRate', 'p50Ns', 'p95Ns', 'p99Ns', 'name'];
const LIMIT = 1_000;

export function EndpointsPage() {
  const { scope, window, address, here, to } = useView();
  const answer = useAnswer<{ endpoints: EndpointStats[]; truncated: boolean }>(
    `endpoints${query({ ...scope, window, limit: LIMIT })}`,
  );
  const by = ORDERS.find((one) => one === address.query.get('sort')) ?? 'totalNs';
  const columns: Column<EndpointStats>[] = [
    {
      title: 'Endpoint',
      sort: 'name',
      raw: endpointName,
      cell: (e) => (
        <span class="with-badge">
          <Badge>{e.kind === 'http' ? e.method : e.kind}</Badge>
          <a class="code" href={to('endpoints', e.id, { environment: e.environment })}>
            {e.kind === 'http' ? e.route : endpointName(e)}
          </a>
        </span>
      ),
    },
    { title: 'Service', raw: (e) => e.service, cell: (e) => `${e.service} · ${e.environment}`, class: 'muted' },
    number('Rate', 'callsPerMinute', '1/min', (value) => formatRate(value)),
    {
      ...number('Failed', 'errorRate', undefined, formatPercent),
      cell: (e) => <span class={e.errors > 0 ? 'bad' : 'muted'}>{orAbsent(e.errorRate, formatPercent)}</span>,
    },
    number('p50', 'p50Ns', 'ns', durationCell),
    number('p95', 'p95Ns', 'ns', durationCell),
    number('p99', 'p99Ns', 'ns', durationCell),
    {
      title: 'Database',
      number: true,
      raw: (e) => e.databaseNs,
      unit: 'ns',
      cell: (e) => share(e.databaseNs, e.totalNs),
    },
    {
      title: 'Outbound',
      number: true,
      raw: (e) => e.outboundNs,
      unit: 'ns',
      cell: (e) => share(e.outboundNs, e.totalNs),
    },
    number('Total', 'totalNs', 'ns', durationCell),
  ];
  return (
    <>
      <Heading title="Endpoints and jobs">Requests, jobs and schedules {windowText(window)}</Heading>
      <Answered of={answer}>
        {({ endpoints, truncated }) => {
          const rows = [...endpoints].sort((a, b) =>
            by === 'name' ? (endpointName(a) < endpointName(b) ? -1 : 1) : (b[by] ?? -1) - (a[by] ?? -1),
          );
          const table = { name: 'Endpoints and jobs', columns, rows };
          return (
            <Card
              title={truncated ? `${formatCount(rows.length)}+ endpoints` : countText(rows.length, 'endpoint')}
              flush
              note={<TableTools {...table} />}
            >
              <Table
                {...table}
                keyOf={(e) => `${e.id} ${e.environment}`}
                sorting={{ by, choose: (sort) => go(here({ sort })) }}
                empty={`No request, job or schedule was followed ${windowText(window)}.`}
              />
            </Card>
          );
        }}
      </Answered>
    </>
  );
}

function number(
  title: string,
  key: Exclude<Order, 'name'>,
  unit: string | undefined,
  show: (value: number) => string,
): Column<EndpointStats> {
  return {
    ...{ title, sort: key, number: true, raw: (e) => e[key] },
    ...(unit !== undefined && { unit }),
    cell: (e) => orAbsent(e[key], show),
  };
}

function share(partNs: number, totalNs: number | null) {
  if (totalNs === null || totalNs === 0 || partNs === 0) return <span class="muted">–</span>;
  return formatPercent(Math.min(1, partNs / totalNs));
}
