// Two versions of a service side by side, each over the last hour in which it ran.

import { formatCount, formatPercent } from '@prodlens/protocol';
import { FunctionCell } from '../elements/links.js';
import { Badge, Card, Figures, Heading } from '../elements/page.js';
import { Answered, Empty } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { ABSENT, countText, durationCell, orAbsent } from '../format.js';
import { Select } from '../frame.js';
import { go } from '../state/address.js';
import type { ComparedFunctionAnswer, DeploymentAnswer, VerdictAnswer } from '../state/answer-types.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';

const ORDERS = ['slower', 'errors', 'time', 'name'];
/** Told beside a name; what no change was seen in needs no word. */
const BADGES: Partial<Record<VerdictAnswer, { text: string; tone: string }>> = {
  slower: { text: 'slower', tone: 'critical' },
  faster: { text: 'faster', tone: 'good' },
  new: { text: 'new', tone: 'plain' },
  gone: { text: 'gone', tone: 'plain' },
};

interface CompareAnswer {
  functions: ComparedFunctionAnswer[];
  counts: Record<VerdictAnswer, number>;
  truncated: boolean;
}

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
  const answer = useAnswer<CompareAnswer>(
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
          {(found) => <Compared {...found} service={service} sort={sort} choose={(by) => go(here({ sort: by }))} />}
        </Answered>
      ) : (
        <Empty title="Choose a service and two of its versions" />
      )}
    </>
  );
}

interface ComparedProps extends CompareAnswer {
  service: string;
  sort: string;
  choose: (sort: string) => void;
}

function Compared({ functions, counts, truncated, service, sort, choose }: ComparedProps) {
  const { to, scope } = useView();
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const columns: Column<ComparedFunctionAnswer>[] = [
    {
      ...{ title: 'Function', sort: 'name', raw: (f) => f.name },
      cell: (f) => <FunctionCell of={{ ...f, service, environment: scope.environment }} />,
    },
    {
      ...{ title: 'Verdict', raw: (f) => f.verdict },
      cell: (f) => {
        const badge = BADGES[f.verdict];
        return (
          <>
            {badge ? <Badge tone={badge.tone}>{badge.text}</Badge> : <span class="muted">{f.verdict}</span>}
            {f.alertIds.map((id, i) => (
              <a key={id} href={to('alerts', id)}>
                <Badge tone="critical">{i === 0 ? 'alert' : i + 1}</Badge>
              </a>
            ))}
          </>
        );
      },
    },
    {
      ...{ title: 'p95 ratio', sort: 'slower', number: true, raw: (f) => f.p95Change?.ratio ?? null },
      copied: [
        { title: 'p95 ratio', raw: (f) => f.p95Change?.ratio ?? null },
        { title: 'p95 ratio low', raw: (f) => f.p95Change?.low ?? null },
        { title: 'p95 ratio high', raw: (f) => f.p95Change?.high ?? null },
      ],
      cell: ({ p95Change: c, verdict }) =>
        c === null ? (
          <span class="muted">{ABSENT}</span>
        ) : (
          <span class="two-lines">
            <span class={verdict === 'slower' ? 'bad strong' : verdict === 'faster' ? 'good strong' : ''}>
              {c.ratio.toFixed(2)}×
            </span>
            <span class="small muted">
              {c.low.toFixed(2)} to {c.high.toFixed(2)}
            </span>
          </span>
        ),
    },
    {
      ...{ title: 'Median ratio', number: true, raw: (f) => f.p50Ratio },
      cell: (f) => orAbsent(f.p50Ratio, (r) => `${r.toFixed(2)}×`),
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
          { name: 'Slower', value: formatCount(counts.slower), tone: counts.slower > 0 ? 'bad' : undefined },
          { name: 'Faster', value: formatCount(counts.faster), tone: counts.faster > 0 ? 'good' : undefined },
          { name: 'No change seen', value: formatCount(counts['no change seen']) },
          { name: 'Too few calls', value: formatCount(counts['too few calls']) },
          { name: 'Not called', value: formatCount(counts['not called']) },
          { name: 'New', value: formatCount(counts.new) },
          { name: 'Gone', value: formatCount(counts.gone) },
        ]}
      />
      <Card
        title={`${countText(all, 'function')}${truncated ? `, the first ${formatCount(functions.length)}` : ''}`}
        flush
        note={<TableTools {...table} />}
      >
        <p class="notice small">
          Slower and faster are told of p95, where its 95 % interval leaves out 1 and it changed by a twentieth or more.
          Not called: both versions have the function, one did not call it in its hour.
        </p>
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
    ...{ title, number: true },
    copied: [
      { title: `${title} before`, ...(unit !== undefined && { unit }), raw: (f) => value(f.before) },
      { title: `${title} after`, ...(unit !== undefined && { unit }), raw: (f) => value(f.after) },
    ],
    cell: (f) => (
      <span class="pair">
        <span class="muted">{show(value(f.before))}</span> → {show(value(f.after))}
      </span>
    ),
  };
}
