// Which functions burn processor time, and how busy the processes are.

import { bars, timeSeries } from '@prodlens/charts';
import {
  type Alert,
  type FunctionStats,
  formatDuration,
  formatPercent,
  formatRate,
  type SensorSummary,
} from '@prodlens/protocol';
import { useMemo } from 'preact/hooks';
import { AlertList } from '../elements/alerts.js';
import { ChartBox } from '../elements/chart.js';
import { FunctionCell } from '../elements/links.js';
import { Card, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { type Column, Table, TableTools } from '../elements/table.js';
import { durationCell, orAbsent } from '../format.js';
import { go } from '../state/address.js';
import type { SensorMinuteAnswer } from '../state/answer-types.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView, windowText } from '../state/view.js';

const BARS = 12;
/** Seen so shortly before the one that was seen last, a process still runs. */
const ALIVE_MS = 2 * 60_000;

/** Functions by processor time, and what alerts say of it. */
export function CpuPage() {
  const { scope, window } = useView();
  const functions = useAnswer<{ functions: FunctionStats[] }>(
    `functions${query({ ...scope, window, sort: 'cpuNs', limit: 100 })}`,
  );
  const alerts = useAnswer<{ alerts: Alert[] }>(`alerts${query({ ...scope, limit: 1_000 })}`);
  const burning = (alerts.data?.alerts ?? []).filter(({ kind, state }) => kind === 'cpu-burner' && state === 'open');
  return (
    <>
      <Heading title="CPU">
        Where processor time goes, by V8's sampling profiler in each process, {windowText(window)}
      </Heading>
      {burning.length > 0 && (
        <Card title="Burning" flush>
          <AlertList alerts={burning} empty="" />
        </Card>
      )}
      <Processes />
      <Answered of={functions}>
        {({ functions: all }) => <Burners functions={all.filter(({ cpuNs }) => cpuNs !== null)} />}
      </Answered>
    </>
  );
}

function Burners({ functions }: { functions: FunctionStats[] }) {
  const { to, window } = useView();
  const data = useMemo(
    () =>
      functions.slice(0, BARS).map((f) => ({
        ...{
          name: f.name,
          value: f.cpuNs!,
          id: to('functions', f.id, { environment: f.environment }),
          detail: `${f.service} · ${f.file}:${f.line}`,
        },
        tone: f.package === null ? ('own' as const) : ('packages' as const),
      })),
    [functions, window],
  );
  const columns: Column<FunctionStats>[] = [
    {
      ...{ title: 'Function', raw: (f) => f.name },
      cell: (f) => <FunctionCell of={f} />,
    },
    { title: 'Service', raw: (f) => f.service, cell: (f) => `${f.service} · ${f.environment}`, class: 'muted' },
    { title: 'Package', raw: (f) => f.package, cell: (f) => f.package ?? <span class="muted">own code</span> },
    { title: 'Processor time', number: true, unit: 'ns', raw: (f) => f.cpuNs, cell: (f) => durationCell(f.cpuNs) },
    {
      ...{ title: 'A call', number: true, unit: 'ns', raw: (f) => (f.calls === 0 ? null : f.cpuNs! / f.calls) },
      cell: (f) => durationCell(f.calls === 0 ? null : f.cpuNs! / f.calls),
    },
    {
      title: 'Rate',
      number: true,
      unit: '1/min',
      raw: (f) => f.callsPerMinute,
      cell: (f) => orAbsent(f.callsPerMinute, formatRate),
    },
    { title: 'Own time', number: true, unit: 'ns', raw: (f) => f.selfNs, cell: (f) => durationCell(f.selfNs) },
  ];
  const table = { name: 'All functions by processor time', columns, rows: functions };
  return (
    <>
      <Card>
        <ChartBox
          chart={bars}
          data={data}
          options={{
            ...{ title: 'Functions by processor time', unit: 'ns', show: formatDuration },
            open: go,
          }}
        />
      </Card>
      <Card title="All of them" flush note={functions.length > 0 && <TableTools {...table} />}>
        <Table {...table} keyOf={(f) => `${f.id} ${f.environment}`} empty="No profiler ran in this time." />
      </Card>
    </>
  );
}

/** The busiest process of the scope, over time. */
function Processes() {
  const { scope, window } = useView();
  const { data } = useAnswer<{ sensors: SensorSummary[] }>(`sensors${query({ ...scope, window, limit: 100 })}`, 15_000);
  const sensors = data?.sensors ?? [];
  const latestUnixMs = Math.max(...sensors.map(({ lastSeenUnixMs }) => lastSeenUnixMs));
  const [busiest] = sensors
    .filter(({ lastSeenUnixMs }) => lastSeenUnixMs >= latestUnixMs - ALIVE_MS)
    .sort((a, b) => (b.process?.cpuShare ?? 0) - (a.process?.cpuShare ?? 0));
  const minutes = useAnswer<{ minutes: SensorMinuteAnswer[] }>(
    busiest === undefined ? null : `sensors/${encodeURIComponent(busiest.instance)}${query({ window })}`,
    15_000,
  );
  if (busiest === undefined) return null;
  return (
    <Card>
      <Answered of={minutes}>
        {(answer) => (
          <ProcessChart
            minutes={answer.minutes}
            title={`Busiest process: ${busiest.service}, ${busiest.host} ${busiest.pid}`}
          />
        )}
      </Answered>
    </Card>
  );
}

/** Processor time of a process minute by minute; minutes in which it did not report are gaps. */
export function ProcessChart({ minutes, title }: { minutes: SensorMinuteAnswer[]; title: string }) {
  const data = useMemo(() => {
    const startUnixMs = minutes[0]?.startUnixMs ?? 0;
    const length = minutes.length === 0 ? 0 : (minutes.at(-1)!.startUnixMs - startUnixMs) / 60_000 + 1;
    const column = (of: (minute: SensorMinuteAnswer) => number) => {
      const values: (number | null)[] = Array(length).fill(null);
      for (const minute of minutes) values[(minute.startUnixMs - startUnixMs) / 60_000] = of(minute);
      return values;
    };
    return {
      ...{ startUnixMs, partSeconds: 60, deployments: [] },
      series: [
        { name: 'Of a processor', tone: 'accent' as const, values: column((m) => m.cpuShare), filled: true },
        { name: 'Event loop busy', tone: 'database' as const, values: column((m) => m.eventLoopUtilization) },
        { name: 'Collecting garbage', tone: 'packages' as const, values: column((m) => m.gcShare) },
      ],
    };
  }, [minutes]);
  return <ChartBox chart={timeSeries} data={data} options={{ title, unit: 'share', show: formatPercent }} />;
}
