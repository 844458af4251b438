// What a row of the hot functions says, as plain text: first the number that the rows stand in order by.

import { type FunctionStats, formatCount, formatDuration, formatPercent, formatRate } from '@prodlens/protocol';

export const HOT_ORDERS = {
  totalNs: { title: 'by total time', detail: 'Time in all calls together, with what they called' },
  p95Ns: { title: 'by p95', detail: 'Time that 5 % of the calls exceed' },
  errors: { title: 'by errors', detail: 'Calls that failed' },
  cpuNs: { title: 'by processor time', detail: "Processor time in the function's own code" },
  callsPerMinute: { title: 'by calls', detail: 'Calls a minute' },
} as const;

export type HotOrder = keyof typeof HOT_ORDERS;

export function hotDescription(stats: FunctionStats, order: HotOrder): string {
  const texts: Record<HotOrder, string | null> = {
    totalNs: stats.totalNs === null ? null : `${formatDuration(stats.totalNs)} total`,
    p95Ns: stats.p95Ns === null ? null : `p95 ${formatDuration(stats.p95Ns)}`,
    errors: stats.errorRate === null || stats.errors === 0 ? null : `${formatPercent(stats.errorRate)} errors`,
    cpuNs: stats.cpuNs === null ? null : `${formatDuration(stats.cpuNs)} processor`,
    callsPerMinute: stats.callsPerMinute === null ? null : formatRate(stats.callsPerMinute),
  };
  const beside: HotOrder[] = ['p95Ns', 'callsPerMinute', 'errors'];
  const shown = [order, ...beside.filter((one) => one !== order)].map((one) => texts[one]);
  return shown.filter((text) => text !== null).join(' · ');
}

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
