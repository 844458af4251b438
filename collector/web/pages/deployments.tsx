// What ran when, with what a pipeline said of it; any two versions of a service can be held side by side.

import { Badge, Card, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { Ago, momentText } from '../elements/time.js';
import { countText } from '../format.js';
import { go } from '../state/address.js';
import type { DeploymentAnswer } from '../state/answer-types.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';

const LIMIT = 1_000;
/** Which two are to be compared, by keyOf. */
const CHOSEN = ['first', 'second'] as const;
const keyOf = (d: DeploymentAnswer) => `${d.service} ${d.environment} ${d.version} ${d.revision}`;

export function DeploymentsPage() {
  const { scope } = useView();
  const answer = useAnswer<{ deployments: DeploymentAnswer[] }>(
    `deployments${query({ ...scope, limit: LIMIT })}`,
    10_000,
  );
  return (
    <>
      <Heading title="Deployments">
        Every version that reported, the latest first. Choose two of a service to compare them.
      </Heading>
      <Answered of={answer}>{({ deployments }) => <List deployments={deployments} />}</Answered>
    </>
  );
}

function List({ deployments }: { deployments: DeploymentAnswer[] }) {
  const { to, here, address } = useView();
  // In the address, as all that is chosen.
  const chosen = CHOSEN.map((key) => address.query.get(key)).filter((key) => key !== null);
  const [a, b] = chosen.map((key) => deployments.find((d) => keyOf(d) === key));
  const isPair = a !== undefined && b !== undefined && a.service === b.service && a.environment === b.environment;
  const choose = (key: string, on: boolean) => {
    const [first = null, second = null] = on ? [...chosen, key].slice(-2) : chosen.filter((one) => one !== key);
    go(here({ first, second }));
  };
  const previousOf = (d: DeploymentAnswer) =>
    deployments.find(
      (one) =>
        one.service === d.service && one.environment === d.environment && one.currentSinceUnixMs < d.currentSinceUnixMs,
    );
  const current = new Set<string>();
  const scopes = new Set<string>();
  for (const d of deployments) {
    const place = `${d.service} ${d.environment}`;
    if (!scopes.has(place)) current.add(keyOf(d));
    scopes.add(place);
  }
  const compareLink = (older: DeploymentAnswer, newer: DeploymentAnswer) =>
    to('compare', '', {
      ...{ service: newer.service, environment: newer.environment, from: older.version, to: newer.version },
    });
  const columns: Column<DeploymentAnswer>[] = [
    {
      title: 'Compare',
      cell: (d) => (
        <input
          type="checkbox"
          aria-label={`Compare ${d.service} ${d.version} in ${d.environment}`}
          checked={chosen.includes(keyOf(d))}
          onChange={(event) => choose(keyOf(d), event.currentTarget.checked)}
        />
      ),
    },
    { title: 'Service', raw: (d) => d.service, cell: (d) => <span class="strong">{d.service}</span> },
    { title: 'Environment', raw: (d) => d.environment, cell: (d) => d.environment, class: 'muted' },
    {
      title: 'Version',
      raw: (d) => d.version,
      cell: (d) => (
        <>
          <span class="code">{d.version}</span> {current.has(keyOf(d)) && <Badge tone="good">runs now</Badge>}
        </>
      ),
    },
    {
      title: 'Commit',
      raw: (d) => d.revision,
      cell: (d) => <span class="code muted">{d.revision.slice(0, 10) || '–'}</span>,
    },
    { title: 'By', raw: (d) => d.author, cell: (d) => d.author || <span class="muted">–</span> },
    {
      title: 'Current since',
      raw: (d) => d.currentSinceUnixMs,
      unit: 'ms since the Unix epoch',
      cell: (d) => momentText(d.currentSinceUnixMs),
    },
    {
      title: 'Last seen',
      raw: (d) => d.lastSeenUnixMs,
      unit: 'ms since the Unix epoch',
      cell: (d) => <Ago unixMs={d.lastSeenUnixMs} />,
      class: 'muted',
    },
    {
      title: 'Links',
      unnamed: true,
      cell: (d) => {
        const previous = previousOf(d);
        return (
          <span class="links">
            {previous !== undefined && <a href={compareLink(previous, d)}>Compare with {previous.version}</a>}
            {/^https?:/.test(d.link) && (
              <a href={d.link} rel="noreferrer">
                Pipeline
              </a>
            )}
          </span>
        );
      },
    },
  ];
  const [older, newer] = isPair && a.currentSinceUnixMs > b.currentSinceUnixMs ? [b, a] : [a, b];
  const table = { name: 'Deployments', columns, rows: deployments };
  return (
    <Card title={countText(deployments.length, 'deployment')} flush note={<TableTools {...table} />}>
      {chosen.length > 0 && (
        <p class="notice" role="status">
          {isPair ? (
            <a class="button primary" href={compareLink(older!, newer!)}>
              Compare {older!.version} with {newer!.version}
            </a>
          ) : chosen.length === 1 ? (
            'Choose a second version of the same service and environment.'
          ) : (
            'These two are not of one service and environment.'
          )}
        </p>
      )}
      <Table {...table} keyOf={keyOf} empty="Nothing has reported yet." />
    </Card>
  );
}
