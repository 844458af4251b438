// The charts of a function, fed with the collector's answers as they are.

import { distribution, type IcicleNode, icicle, latencyHeatMap, timeSeries } from '@prodlens/charts';
import { type CallTreeNode, formatRate, type LatencyOverTime, type LatencyVersion } from '@prodlens/protocol';
import { useMemo } from 'preact/hooks';
import { ChartBox } from './chart-box.js';
import { tell } from './editor.js';

/** Heat map, before and after, calls over time. */
export function LatencyCharts({ latency }: { latency: LatencyOverTime }) {
  const { heat, rate, sides } = useMemo(() => dataOf(latency), [latency]);
  return (
    <>
      <ChartBox chart={latencyHeatMap} data={heat} options={{ title: 'Latency over time' }} />
      <div class="beside">
        <ChartBox chart={distribution} data={sides} options={{ title: 'Before and after' }} />
        <ChartBox
          chart={timeSeries}
          data={rate}
          options={{ title: 'Rate and errors', unit: '1/min', show: formatRate, height: 200 }}
        />
      </div>
    </>
  );
}

/** A click on a function opens it in the panel. */
export function WhereTimeGoes({ tree }: { tree: CallTreeNode }) {
  const data = useMemo(() => nodeOf(tree, tree.id), [tree]);
  const open = (functionId: string) => tell({ type: 'visit', functionId });
  return <ChartBox chart={icicle} data={data} options={{ title: 'Where the time goes', open }} />;
}

function dataOf({ startUnixMs, partSeconds, parts, versions }: LatencyOverTime) {
  const deployments = versions.map(({ version, currentSinceUnixMs }) => ({ version, atUnixMs: currentSinceUnixMs }));
  const side = (of: LatencyVersion | undefined) =>
    of === undefined ? null : { name: of.version, buckets: of.buckets, p50Ns: of.p50Ns, p95Ns: of.p95Ns };
  const last = parts.length - 1;
  // The part that runs is not over: its sum is no rate yet.
  const perMinute = (of: 'calls' | 'errors') =>
    parts.map((part, i) => (i === last ? null : part[of] / (partSeconds / 60)));
  return {
    heat: { startUnixMs, partSeconds, parts, deployments },
    sides: { before: side(versions[1]), after: side(versions[0]) },
    rate: {
      ...{ startUnixMs, partSeconds, deployments },
      series: [
        { name: 'Calls', tone: 'accent' as const, values: perMinute('calls'), filled: true },
        { name: 'Errors', tone: 'bad' as const, values: perMinute('errors'), filled: true },
      ],
    },
  };
}

function nodeOf({ id, name, file, line, package: owner, totalNs, children }: CallTreeNode, root: string): IcicleNode {
  return {
    ...{ name, totalNs, tone: owner === null ? 'own' : 'packages' },
    detail: file === '' ? '' : `${owner === null ? '' : `${owner}: `}${file}:${line}`,
    ...(id !== root && { id }),
    children: children.map((child) => nodeOf(child, root)),
  };
}
