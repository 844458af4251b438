// One function: how long it takes over time and by version, who calls it, where its time goes, what went wrong in it.

import {
  type Alert,
  type FunctionCall,
  type FunctionEndpoint,
  type FunctionStats,
  formatCount,
  formatPercent,
  formatRate,
  type SnapshotSummary,
  type VersionStats,
} from '@prodlens/protocol';
import { AlertList } from '../elements/alerts.js';
import { LatencyCharts } from '../elements/latency.js';
import { EditorLinks, endpointName, FunctionCell } from '../elements/links.js';
import { Badge, Card, Figures, Heading } from '../elements/page.js';
import { SnapshotList } from '../elements/snapshots.js';
import { Answered } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { WhereTimeGoes } from '../elements/where-time-goes.js';
import { countText, durationCell, orAbsent, slowdownCell } from '../format.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView, windowText } from '../state/view.js';

interface FunctionAnswer {
  functions: FunctionStats[];
  leftOutCalls: number | null;
}

export function FunctionPage() {
  const { address, window, scope } = useView();
  const answer = useAnswer<FunctionAnswer>(`functions/${encodeURIComponent(address.id)}${query({ window })}`);
  return (
    <Answered page of={answer}>
      {({ functions, leftOutCalls }) => {
        const found = functions.find((f) => f.environment === scope.environment) ?? functions[0]!;
        return <OneFunction f={found} others={functions} leftOutCalls={leftOutCalls ?? 0} />;
      }}
    </Answered>
  );
}

function OneFunction({ f, others, leftOutCalls }: { f: FunctionStats; others: FunctionStats[]; leftOutCalls: number }) {
  const { to, here, window, can } = useView();
  const alerts = useAnswer<{ alerts: Alert[] }>(`alerts${query({ functionId: f.id, environment: f.environment })}`);
  const snapshots = useAnswer<{ snapshots: SnapshotSummary[] }>(
    can('forensics') ? `forensics${query({ function: f.id, environment: f.environment, limit: 10 })}` : null,
  );
  const current = (alerts.data?.alerts ?? []).filter(({ state }) => state !== 'closed');
  return (
    <>
      <Heading
        title={f.name}
        code
        above={{ text: 'Functions', href: to('functions') }}
        actions={<EditorLinks service={f.service} file={f.file} line={f.line} functionId={f.id} />}
      >
        <span class="path">
          {f.file}:{f.line}
        </span>{' '}
        · {f.service} · {f.environment} · <span class="code">{f.version}</span> · {windowText(window)}
        {f.package !== null && <Badge>{f.package}</Badge>}
        {others.length > 1 &&
          others.map(({ environment }) => (
            <a key={environment} href={here({ environment })}>
              {environment}
            </a>
          ))}
      </Heading>
      <Numbers f={f} />
      {current.length > 0 && (
        <Card title="Alerts" flush>
          <AlertList alerts={current} empty="" />
        </Card>
      )}
      {f.calls > 0 && f.totalNs !== null && (
        <>
          <LatencyCharts of="functions" id={f.id} environment={f.environment} />
          <WhereTimeGoes of="functions" id={f.id} environment={f.environment} />
        </>
      )}
      <div class="columns two">
        <Calls f={f} title="Callers" calls={f.callers ?? []} empty="No timed function called it in this time." />
        <Calls
          f={f}
          title="Callees"
          calls={f.callees ?? []}
          empty="It called no other measured function in this time."
        />
      </div>
      {leftOutCalls > 0 && (
        <p class="muted small">{formatCount(leftOutCalls)} calls found no room in the store and are not listed.</p>
      )}
      <div class="columns two">
        <Endpoints f={f} />
        <VersionList f={f} />
      </div>
      {snapshots.data !== null && (
        <Card
          title="Forensics"
          flush
          note={<a href={to('forensics', '', { function: f.id, environment: f.environment })}>All of this function</a>}
        >
          <SnapshotList snapshots={snapshots.data.snapshots} empty="Nothing was captured." />
        </Card>
      )}
    </>
  );
}

function Numbers({ f }: { f: FunctionStats }) {
  if (f.calls === 0) {
    const hours =
      f.uncalledSeconds === undefined ? '' : ` for at least ${countText(f.uncalledSeconds / 3_600, 'hour')}`;
    return <p class="notice">Not called in this time{hours}. Its numbers come back with its first call.</p>;
  }
  const selfShare = f.selfNs !== null && f.totalNs ? ` ${formatPercent(f.selfNs / f.totalNs)} of it` : undefined;
  return (
    <Figures
      of={[
        { name: 'p50', value: durationCell(f.p50Ns) },
        {
          name: 'p95',
          value: durationCell(f.p95Ns),
          tone: f.regression ? 'bad' : undefined,
          note: f.regression ? slowdownCell(f.regression.slowdown, f.regression.version) : undefined,
        },
        { name: 'p99', value: durationCell(f.p99Ns) },
        { name: 'Rate', value: orAbsent(f.callsPerMinute, formatRate), note: `n = ${formatCount(f.calls)}` },
        {
          name: 'Errors',
          value: orAbsent(f.errorRate, formatPercent),
          note: formatCount(f.errors),
          tone: f.errors > 0 ? 'bad' : undefined,
        },
        { name: 'Total time', value: durationCell(f.totalNs) },
        { name: 'Own time', value: durationCell(f.selfNs), note: selfShare },
        { name: 'Processor', value: durationCell(f.cpuNs) },
      ]}
    />
  );
}

function Calls({ f, title, calls, empty }: { f: FunctionStats; title: string; calls: FunctionCall[]; empty: string }) {
  const columns: Column<FunctionCall>[] = [
    {
      title: 'Function',
      raw: (c) => c.name,
      cell: (c) => <FunctionCell of={{ ...c, service: f.service, environment: f.environment }} />,
    },
    {
      title: 'Rate',
      number: true,
      unit: '1/min',
      raw: (c) => c.callsPerMinute,
      cell: (c) => orAbsent(c.callsPerMinute, formatRate),
    },
    { title: 'Time', number: true, unit: 'ns', raw: (c) => c.totalNs, cell: (c) => durationCell(c.totalNs) },
    { title: 'Share', number: true, raw: (c) => c.share, cell: (c) => orAbsent(c.share, formatPercent) },
  ];
  const table = { name: `${title} of ${f.name}`, columns, rows: calls };
  return (
    <Card title={title} flush note={calls.length > 0 && <TableTools {...table} />}>
      <Table {...table} keyOf={(c) => c.id} empty={empty} />
    </Card>
  );
}

function Endpoints({ f }: { f: FunctionStats }) {
  const { to } = useView();
  const columns: Column<FunctionEndpoint>[] = [
    {
      title: 'Endpoint',
      cell: (e) => (
        <a class="code" href={to('endpoints', e.id, { environment: f.environment })}>
          {endpointName(e)}
        </a>
      ),
    },
    { title: 'Calls', number: true, cell: (e) => formatCount(e.calls) },
    { title: 'Time', number: true, cell: (e) => durationCell(e.totalNs) },
    { title: 'Of the endpoint', number: true, cell: (e) => orAbsent(e.share, formatPercent) },
  ];
  return (
    <Card title="Runs in" flush>
      <Table
        name="Endpoints"
        columns={columns}
        rows={f.endpoints ?? []}
        keyOf={(e) => e.id}
        empty="No request, job or schedule that was followed."
      />
    </Card>
  );
}

function VersionList({ f }: { f: FunctionStats }) {
  const columns: Column<VersionStats>[] = [
    { title: 'Version', cell: (v) => <span class="code">{v.version}</span> },
    { title: 'Commit', cell: (v) => <span class="code muted">{v.revision.slice(0, 10)}</span> },
    { title: 'Calls', number: true, cell: (v) => formatCount(v.calls) },
    { title: 'p50', number: true, cell: (v) => durationCell(v.p50Ns) },
    { title: 'p95', number: true, cell: (v) => durationCell(v.p95Ns) },
    { title: 'Errors', number: true, cell: (v) => formatCount(v.errors) },
  ];
  return (
    <Card title="Versions" flush>
      <Table
        name="Versions"
        columns={columns}
        rows={f.versions ?? []}
        keyOf={(v) => `${v.version} ${v.revision}`}
        empty="No version was called in this time."
      />
    </Card>
  );
}
