// The sensors as a table: where each runs, what it measures and leaves out, what it has dropped, what it costs, and how
// its process does.

import {
  formatCount,
  formatDuration,
  formatPercent,
  type ProcessFigures,
  type SensorSummary,
} from '@prodlens/protocol';
import { agoCell, bytesCell, orAbsent, perSecondCell } from './format.js';
import type { Column } from './table.js';

const number = 'number';
/** What each level gives up beyond the one before; docs/cost.md. */
const GIVEN_UP = [
  'functions of packages are timed more rarely',
  'asynchronous calls of packages too',
  'the service’s own functions too',
  'its own asynchronous calls too',
];
const ofProcess = (s: SensorSummary, text: (process: ProcessFigures) => string) => orAbsent(s.process, text);

export const SENSOR_COLUMNS: Column<SensorSummary>[] = [
  { title: 'Service', className: 'name', text: (s) => `${s.service} · ${s.environment}` },
  { title: 'Version', className: 'muted', text: (s) => s.version },
  { title: 'Host', className: 'muted', text: (s) => `${s.host}, ${s.pid}`, hint: (s) => `instance ${s.instance}` },
  { title: 'Seen', className: number, text: (s) => agoCell(s.lastSeenUnixMs, Date.now()) },
  {
    title: 'Measuring',
    className: '',
    classOf: (s) => (s.measuring === false ? 'bad' : null),
    text: (s) => orAbsent(s.measuring, (on) => (on ? 'on' : 'off')),
  },
  { title: 'Sensor CPU', className: number, text: (s) => orAbsent(s.sensorCpuMsPerSecond, perSecondCell) },
  {
    title: 'In program',
    className: number,
    text: (s) => orAbsent(s.inlineCpuMsPerSecond, perSecondCell),
    hint: () => 'estimated from the calls, in the program’s own thread',
  },
  { title: 'Sensor memory', className: number, text: (s) => orAbsent(s.sensorBytes, bytesCell) },
  { title: 'Process CPU', className: number, text: (s) => ofProcess(s, (p) => formatPercent(p.cpuShare)) },
  { title: 'RSS', className: number, text: (s) => ofProcess(s, (p) => bytesCell(p.rssBytes)) },
  { title: 'Heap', className: number, text: (s) => ofProcess(s, (p) => bytesCell(p.heapUsedBytes)) },
  { title: 'Event loop', className: number, text: (s) => ofProcess(s, (p) => formatPercent(p.eventLoopUtilization)) },
  {
    title: 'Loop delay p99',
    className: number,
    text: (s) => ofProcess(s, (p) => formatDuration(p.eventLoopDelayP99Ns)),
    hint: (s) =>
      s.process === null
        ? ''
        : `p50 ${formatDuration(s.process.eventLoopDelayP50Ns)}, longest ${formatDuration(s.process.eventLoopDelayMaxNs)}`,
  },
  {
    title: 'GC',
    className: number,
    text: (s) => ofProcess(s, (p) => formatPercent(p.gcShare)),
    hint: (s) => ofProcess(s, (p) => `${formatCount(Math.round(p.gcPerMinute))} collections a minute`),
  },
  {
    title: 'Shed',
    className: number,
    classOf: (s) => (s.shedLevel ? 'number bad' : null),
    text: (s) => orAbsent(s.shedLevel, (level) => (level === 0 ? '0' : `level ${level}`)),
    hint: (s) => (s.shedLevel ? GIVEN_UP.slice(0, s.shedLevel).join('; ') : ''),
  },
  {
    title: 'Dropped',
    className: 'muted',
    classOf: (s) => (dropped(s).some(([, n]) => n > 0) ? 'bad' : null),
    text: (s) => orAbsent(s.droppedWindows, () => parts(dropped(s)) || '0'),
    hint: (s) => parts([['windows merged while the collector was away', s.mergedWindows ?? 0]]),
  },
  { title: 'Functions', className: number, text: (s) => orAbsent(s.functions, formatCount) },
  { title: 'Modules', className: number, text: (s) => orAbsent(s.modules, formatCount) },
  {
    title: 'Left out',
    className: 'muted',
    text: (s) => orAbsent(s.skipped, (reasons) => parts(Object.entries(reasons)) || '0'),
  },
  { title: 'Runtime', className: 'muted', text: (s) => s.runtime, hint: (s) => `sensor ${s.sensorVersion}` },
];

function dropped(s: SensorSummary): [string, number][] {
  return [
    ['windows', s.droppedWindows ?? 0],
    ['durations', s.droppedSamples ?? 0],
    ['calls between functions', s.droppedEdges ?? 0],
  ];
}

/** "3 unparsable, 1 too large" */
function parts(entries: [string, number][]): string {
  return entries
    .filter(([, n]) => n > 0)
    .map(([what, n]) => `${formatCount(n)} ${what}`)
    .join(', ');
}
