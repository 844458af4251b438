// What fails: functions with the share of their calls that end by a throw or a rejection, and the kinds of error that were
// captured.

import {
  type Alert,
  type FunctionStats,
  formatCount,
  formatPercent,
  formatRate,
  type SnapshotSummary,
} from '@prodlens/protocol';
import { AlertList } from '../elements/alerts.js';
import { FunctionCell, Line } from '../elements/links.js';
import { Card, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { Ago } from '../elements/time.js';
import { orAbsent } from '../format.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView, windowText } from '../state/view.js';

const LIMIT = 100;
const ERROR_KINDS = new Set<Alert['kind']>(['error-rate', 'new-error', 'error-gone']);

interface ErrorKind {
  fingerprint: string;
  latest: SnapshotSummary;
  times: number;
}

export function ErrorsPage() {
  const { scope, window, can } = useView();
  const functions = useAnswer<{ functions: FunctionStats[] }>(
    `functions${query({ ...scope, window, sort: 'errors', limit: LIMIT })}`,
  );
  const alerts = useAnswer<{ alerts: Alert[] }>(`alerts${query({ ...scope, limit: 1_000 })}`);
  const snapshots = useAnswer<{ snapshots: SnapshotSummary[] }>(
    can('forensics') ? `forensics${query({ ...scope, limit: 500 })}` : null,
  );
  const changed = (alerts.data?.alerts ?? []).filter(({ kind, state }) => ERROR_KINDS.has(kind) && state === 'open');
  return (
    <>
      <Heading title="Errors">Functions whose calls end by a throw or a rejection, {windowText(window)}</Heading>
      {changed.length > 0 && (
        <Card title="New and rising" flush>
          <AlertList alerts={changed} empty="" />
        </Card>
      )}
      {snapshots.data !== null && (
        <Card title="Kinds of error that were captured" flush>
          <Kinds snapshots={snapshots.data.snapshots.filter(({ errorType }) => errorType !== null)} />
        </Card>
      )}
      <Answered of={functions}>
        {({ functions: all }) => <Failing functions={all.filter(({ errors }) => errors > 0)} />}
      </Answered>
    </>
  );
}

function Failing({ functions }: { functions: FunctionStats[] }) {
  const columns: Column<FunctionStats>[] = [
    {
      ...{ title: 'Function', raw: (f) => f.name },
      cell: (f) => <FunctionCell of={f} />,
    },
    { title: 'Service', raw: (f) => f.service, cell: (f) => `${f.service} · ${f.environment}`, class: 'muted' },
    {
      title: 'Errors',
      number: true,
      raw: (f) => f.errors,
      cell: (f) => <span class="bad strong">{formatCount(f.errors)}</span>,
    },
    { title: 'Share', number: true, raw: (f) => f.errorRate, cell: (f) => orAbsent(f.errorRate, formatPercent) },
    { title: 'Calls', number: true, raw: (f) => f.calls, cell: (f) => formatCount(f.calls) },
    {
      title: 'Rate',
      number: true,
      unit: '1/min',
      raw: (f) => f.callsPerMinute,
      cell: (f) => orAbsent(f.callsPerMinute, formatRate),
    },
  ];
  const table = { name: 'Functions that fail', columns, rows: functions };
  return (
    <Card title="Functions that fail" flush note={functions.length > 0 && <TableTools {...table} />}>
      <Table {...table} keyOf={(f) => `${f.id} ${f.environment}`} empty="No call failed in this time." />
    </Card>
  );
}

function Kinds({ snapshots }: { snapshots: SnapshotSummary[] }) {
  const { to } = useView();
  const kinds = new Map<string, ErrorKind>();
  for (const s of snapshots) {
    const known = kinds.get(s.fingerprint);
    if (known === undefined)
      kinds.set(s.fingerprint, { fingerprint: s.fingerprint, latest: s, times: 1 + s.suppressed });
    else known.times += 1 + s.suppressed;
  }
  const columns: Column<ErrorKind>[] = [
    {
      title: 'Error',
      cell: ({ latest }) => (
        <span class="two-lines">
          <a href={to('forensics', latest.id)}>
            <strong>{latest.errorType}</strong> {latest.message}
          </a>
          {latest.file !== null && latest.line !== null && (
            <Line
              {...{ service: latest.service, file: latest.file, line: latest.line }}
              {...(latest.functionId !== null && { functionId: latest.functionId })}
            />
          )}
        </span>
      ),
    },
    { title: 'Endpoint', cell: ({ latest }) => <span class="code">{latest.endpoint ?? '–'}</span> },
    { title: 'Times', number: true, cell: ({ times }) => formatCount(times) },
    { title: 'Last', number: true, cell: ({ latest }) => <Ago unixMs={latest.takenUnixMs} /> },
    {
      title: 'More',
      unnamed: true,
      cell: ({ fingerprint }) => <a href={to('forensics', '', { fingerprint })}>All of this kind</a>,
    },
  ];
  return (
    <Table
      name="Kinds of error"
      columns={columns}
      rows={[...kinds.values()]}
      keyOf={(k) => k.fingerprint}
      empty="Nothing was captured."
    />
  );
}
