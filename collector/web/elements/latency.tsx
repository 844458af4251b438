// The charts that functions and endpoints have in common: how long calls took over time and by version, how many came
// and failed.

import { distribution, latencyHeatMap, timeSeries } from '@prodlens/charts';
import { formatRate, type LatencyOverTime } from '@prodlens/protocol';
import { useMemo } from 'preact/hooks';
import { go } from '../state/address.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';
import { ChartBox } from './chart.js';
import { Card } from './page.js';
import { Answered } from './states.js';

const EVERY_MS = 10_000;

export function LatencyCharts({
  of,
  id,
  environment,
}: {
  of: 'functions' | 'endpoints';
  id: string;
  environment: string;
}) {
  const { window } = useView();
  const answer = useAnswer<{ latency: LatencyOverTime[] }>(
    `${of}/${encodeURIComponent(id)}/latency${query({ window })}`,
    EVERY_MS,
  );
  return (
    <Answered of={answer}>
      {({ latency }) => {
        const found = latency.find((one) => one.environment === environment);
        return found === undefined ? null : <Charts latency={found} />;
      }}
    </Answered>
  );
}

function Charts({ latency }: { latency: LatencyOverTime }) {
  const { startUnixMs, partSeconds, parts, versions } = latency;
  const deployments = useMemo(
    () => versions.map(({ version, currentSinceUnixMs }) => ({ version, atUnixMs: currentSinceUnixMs })),
    [versions],
  );
  const heat = useMemo(() => ({ startUnixMs, partSeconds, parts, deployments }), [latency]);
  const rate = useMemo(() => {
    const minutes = partSeconds / 60;
    const last = parts.length - 1;
    // The part that runs is not over: its sum is no rate yet.
    const perMinute = (of: 'calls' | 'errors') => parts.map((part, i) => (i === last ? null : part[of] / minutes));
    return {
      ...{ startUnixMs, partSeconds, deployments },
      series: [
        { name: 'Calls', tone: 'accent' as const, values: perMinute('calls'), filled: true },
        { name: 'Errors', tone: 'bad' as const, values: perMinute('errors'), filled: true },
      ],
    };
  }, [latency]);
  return (
    <>
      <Card>
        <ChartBox chart={latencyHeatMap} data={heat} options={{ title: 'Latency over time' }} />
      </Card>
      <div class="columns two">
        <Card>
          <Versions latency={latency} />
        </Card>
        <Card>
          <ChartBox
            chart={timeSeries}
            data={rate}
            options={{ title: 'Rate and errors', unit: '1/min', show: formatRate, height: 200 }}
          />
        </Card>
      </div>
    </>
  );
}

/** Two versions, one over the other; which stands in the address. */
function Versions({ latency: { versions } }: { latency: LatencyOverTime }) {
  const { address, here } = useView();
  const named = (key: string) => versions.find(({ version }) => version === address.query.get(key));
  const after = named('to') ?? versions[0];
  const before = named('from') ?? versions.find((one) => one !== after);
  const data = useMemo(() => {
    const side = (one: typeof after) =>
      one === undefined ? null : { name: one.version, buckets: one.buckets, p50Ns: one.p50Ns, p95Ns: one.p95Ns };
    return { before: side(before), after: side(after) };
  }, [versions, before?.version, after?.version]);
  return (
    <>
      <ChartBox chart={distribution} data={data} options={{ title: 'Before and after' }} />
      {versions.length > 2 && (
        <p class="pick small muted">
          {(['from', 'to'] as const).map((key) => (
            <label key={key}>
              {key === 'from' ? 'Before' : 'After'}{' '}
              <select
                value={(key === 'from' ? before : after)?.version}
                onChange={(event) => go(here({ [key]: event.currentTarget.value }))}
              >
                {versions.map(({ version, revision }) => (
                  <option key={`${version} ${revision}`} value={version}>
                    {version}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </p>
      )}
    </>
  );
}
