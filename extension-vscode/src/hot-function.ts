// What a row of the hot functions says, as plain text: first the number that the rows stand in order by. The view's title
// names that order.

import { type FunctionStats, formatCount, formatDuration, formatPercent, formatRate } from '@prodlens/protocol';

export const HOT_ORDERS = {
  totalNs: { title: 'by total time', detail: 'Time in all calls together, with what they called' },
  p95Ns: { title: 'by p95', detail: 'Time that 5 % of the calls exceed' },
  errors: { title: 'by errors', detail: 'Calls that failed' },
  cpuNs: { title: 'by processor time', detail: "Processor time in the function's own code" },
  callsPerMinute: { title: 'by calls', detail: 'Calls a minute' },
} as const;

export type HotOrder = keyof typeof HOT_ORDERS;

/** What the rows stand in order by, then the function: a narrow side bar cuts the end. */
export function hotLabel(stats: FunctionStats, order: HotOrder): string {
  const { totalNs, p95Ns, errors, cpuNs, callsPerMinute } = stats;
  const numbers: Record<HotOrder, string | null> = {
    totalNs: totalNs === null ? null : formatDuration(totalNs),
    p95Ns: p95Ns === null ? null : formatDuration(p95Ns),
    errors: formatCount(errors),
    cpuNs: cpuNs === null ? null : formatDuration(cpuNs),
    callsPerMinute: callsPerMinute === null ? null : formatRate(callsPerMinute),
  };
  return `${numbers[order] ?? '–'} ${stats.name}`;
}

/** The other numbers of a lens. */
export function hotDescription({ p95Ns, callsPerMinute, errors, errorRate }: FunctionStats, order: HotOrder): string {
  return [
    order !== 'p95Ns' && p95Ns !== null && `p95 ${formatDuration(p95Ns)}`,
    order !== 'callsPerMinute' && callsPerMinute !== null && formatRate(callsPerMinute),
    errorRate !== null && errors > 0 && `${formatPercent(errorRate)} errors`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Several lines of plain text. */
export function hotTooltip(stats: FunctionStats): string {
  const { name, file, line, service, environment, version, calls, errors, regression } = stats;
  return [
    name,
    `${file}:${line}`,
    `${service} · ${environment} · ${version}`,
    `${formatCount(calls)} calls, ${formatCount(errors)} failed`,
    ...(regression ? [`Slower since ${regression.version}`] : []),
  ].join('\n');
}
