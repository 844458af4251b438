// Two versions of a service side by side, each over the last hour in which it ran.

import { formatCount, formatPercent } from '@prodlens/protocol';
import type { ComparedFunctionAnswer, DeploymentAnswer } from '../answers.js';
import { FunctionLink, Line } from '../elements/links.js';
import { Badge, Card, Figures, Heading } from '../elements/page.js';
import { Answered, Empty } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { durationCell, orAbsent } from '../format.js';
import { Select } from '../frame.js';
import { go } from '../state/address.js';
import { useAnswer } from '../state/answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';

const ORDERS = ['slower', 'errors', 'time', 'name'];
/** Ratios further from 1 than this are told in colour. */
const NOTEWORTHY = 1.2;

export function ComparePage() {
  const { scope, address, here, to, services } = useView();
  const [from, until] = [address.query.get('from') ?? '', address.query.get('to') ?? ''];
  const service = scope.service ?? (services.length === 1 ? services[0]!.service : undefined);
  const sort = ORDERS.find((one) => one === address.query.get('sort')) ?? 'slower';
  const deployments = useAnswer<{ deployments: DeploymentAnswer[] }>(
    service === undefined ? null : `deployments${query({ service, environment: scope.environment, limit: 1_000 })}`,
    15_000,
  );
  const isAsked = service !== undefined && from !== '' && until !== '';
  const answer = useAnswer<{ functions: ComparedFunctionAnswer[]; truncated: boolean }>(
    isAsked ? `compare${query({ service, environment: scope.environment, from, to: until, sort, limit: 500 })}` : null,
    15_000,
  );
  const versions = [...new Set((deployments.data?.deployments ?? []).map(({ version }) => version))];
  const options = (chosen: string) => [
    ...(chosen === '' ? [['', 'Choose a version'] as const] : []),
    ...versions.map((version) => [version, version] as const),
  ];
  return (
    <>
      <Heading
        title={isAsked ? `${from} → ${until}` : 'Compare two versions'}
        above={{ text: 'Deployments', href: to('deployments') }}
      >
        {service ?? 'Choose a service above'}
        {scope.environment !== undefined && ` · ${scope.environment}`} · each over the last hour in which it ran
      </Heading>
      <div class="filters">
        <Select name="Before" value={from} options={options(from)} choose={(value) => go(here({ from: value }))} />
        <span class="muted" aria-hidden="true">
          →
        </span>
        <Select name="After" value={until} options={options(until)} choose={(value) => go(here({ to: value }))} />
      </div>
      {isAsked ? (
        <Answered of={answer}>
          {({ functions, truncated }) => (
            <Compared
              functions={functions}
              truncated={truncated}
              service={service}
              sort={sort}
              choose={(by) => go(here({ sort: by }))}
            />
          )}
        </Answered>
      ) : (
        <Empty title="Choose a service and two of its versions" />
      )}
    </>
  );
}

interface ComparedProps {
  functions: ComparedFunctionAnswer[];
  truncated: boolean;
  service: string;
  sort: string;
  choose: (sort: string) => void;
}

function Compared({ functions, truncated, service, sort, choose }: ComparedProps) {
  const { to } = useView();
  const count = (is: (f: ComparedFunctionAnswer) => boolean) => formatCount(functions.filter(is).length);
  const slower = (f: ComparedFunctionAnswer) => f.p50Ratio !== null && f.p50Ratio >= NOTEWORTHY;
  const columns: Column<ComparedFunctionAnswer>[] = [
    {
      ...{ title: 'Function', sort: 'name', raw: (f) => f.name },
      cell: (f) => (
        <span class="two-lines">
          <FunctionLink id={f.id} name={f.name} />
          <Line service={service} file={f.file} line={f.line} functionId={f.id} />
        </span>
      ),
    },
    {
      title: 'What',
      unnamed: true,
      cell: (f) => (
        <>
          {f.before === null && <Badge tone="good">new</Badge>}
          {f.after === null && <Badge>gone</Badge>}
          {f.alertIds.map((id) => (
            <a key={id} href={to('alerts', id)}>
              <Badge tone="critical">alert</Badge>
            </a>
          ))}
        </>
      ),
    },
    {
      ...{ title: 'Median ratio', sort: 'slower', number: true, raw: (f) => f.p50Ratio },
      cell: (f) => (
        <span
          class={
            slower(f) ? 'bad strong' : f.p50Ratio !== null && f.p50Ratio <= 1 / NOTEWORTHY ? 'good strong' : 'muted'
          }
        >
          {orAbsent(f.p50Ratio, (r) => `${r.toFixed(2)}×`)}
        </span>
      ),
    },
    {
      ...{ title: 'p95 ratio', number: true, raw: (f) => f.p95Change?.ratio ?? null },
      cell: ({ p95Change: c }) =>
        orAbsent(c, ({ ratio, low, high }) => `${ratio.toFixed(2)}× (${low.toFixed(2)} to ${high.toFixed(2)})`),
    },
    pair('p50', 'ns', ({ p50Ns }) => p50Ns, durationCell),
    pair('p95', 'ns', ({ p95Ns }) => p95Ns, durationCell),
    {
      ...pair(
        'Errors',
        undefined,
        ({ errorRate }) => errorRate,
        (rate) => orAbsent(rate, formatPercent),
      ),
      sort: 'errors',
    },
    { ...pair('Total', 'ns', ({ totalNs }) => totalNs, durationCell), sort: 'time' },
    pair(
      'Calls',
      undefined,
      ({ calls }) => calls,
      (calls) => orAbsent(calls, formatCount),
    ),
  ];
  const table = { name: 'Comparison', columns, rows: functions };
  return (
    <>
      <Figures
        of={[
          { name: 'Slower by a fifth or more', value: count(slower), tone: functions.some(slower) ? 'bad' : undefined },
          { name: 'Faster', value: count((f) => f.p50Ratio !== null && f.p50Ratio <= 1 / NOTEWORTHY) },
          { name: 'New', value: count((f) => f.before === null) },
          { name: 'Gone', value: count((f) => f.after === null) },
          { name: 'With an alert', value: count((f) => f.alertIds.length > 0) },
        ]}
      />
      <Card
        title={`${formatCount(functions.length)}${truncated ? '+' : ''} functions`}
        flush
        note={<TableTools {...table} />}
      >
        <Table {...table} keyOf={(f) => f.id} sorting={{ by: sort, choose }} empty="Neither version had a call." />
      </Card>
    </>
  );
}

type Side = NonNullable<ComparedFunctionAnswer['before']>;

function pair(
  title: string,
  unit: string | undefined,
  of: (side: Side) => number | null,
  show: (value: number | null) => string,
): Column<ComparedFunctionAnswer> {
  const value = (side: Side | null) => side && of(side);
  return {
    ...{ title, number: true, raw: (f) => value(f.after) },
    ...(unit !== undefined && { unit }),
    cell: (f) => (
      <span class="pair">
        <span class="muted">{show(value(f.before))}</span> → {show(value(f.after))}
      </span>
    ),
  };
}
