// One function: its numbers, alerts, charts, neighbours, endpoints, and what was captured when something went wrong.

import {
  type Alert,
  type FunctionCall,
  type FunctionStats,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatSlowdown,
} from '@prodlens/protocol';
import type { ComponentChildren } from 'preact';
import { tell } from './editor.js';
import { Forensics } from './forensics-view.js';
import { LatencyCharts, WhereTimeGoes } from './function-charts.js';
import type { FunctionContent } from './messages.js';

/** null: there is no such number. */
export function shown(value: number | null | undefined, format: (value: number) => string): string {
  return value == null ? '–' : format(value);
}

/** All of a function that the collector answered for; computes no number. */
export function FunctionView({ content }: { content: FunctionContent }) {
  const { stats, alerts, latency, tree } = content;
  return (
    <>
      {alerts.length > 0 && <Alerts alerts={alerts} />}
      {stats.calls === 0 ? (
        <p class="notice">It was not called in this time. Its numbers come back with its first call.</p>
      ) : (
        <Figures stats={stats} />
      )}
      {latency !== null && stats.p50Ns !== null && <LatencyCharts latency={latency} />}
      {tree !== null && stats.totalNs !== null && <WhereTimeGoes tree={tree} />}
      <div class="beside">
        <Calls title="Callers" calls={stats.callers ?? []} none="No timed function called it in this time." />
        <Calls title="Callees" calls={stats.callees ?? []} none="It called no other measured function in this time." />
      </div>
      <Endpoints stats={stats} />
      <Forensics content={content} />
    </>
  );
}

/** A part of the panel. `id`: where a link of the panel leads. */
export function Card({ title, id, children }: { title: string; id?: string; children: ComponentChildren }) {
  return (
    <section class="card" {...(id !== undefined && { id })} aria-label={title} tabIndex={-1}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

const SIGNS = { critical: '●', warning: '▲', info: '■' };

function Alerts({ alerts }: { alerts: Alert[] }) {
  return (
    <ul class="alerts">
      {alerts.map(({ id, title, severity, state, closesWhen }) => (
        <li key={id} class={severity}>
          <span class="sign" role="img" aria-label={severity}>
            {SIGNS[severity]}
          </span>
          <button type="button" class="link" onClick={() => tell({ type: 'openAlert', id })}>
            {title}
          </button>
          <span class="muted">{state === 'open' ? closesWhen : state}</span>
        </li>
      ))}
    </ul>
  );
}

function Figures({ stats }: { stats: FunctionStats }) {
  const { regression, calls, errors, selfNs, totalNs } = stats;
  const slower = regression && `${formatSlowdown(regression.slowdown)} since ${regression.version}`;
  const figures: [name: string, value: string, note?: string | null | false, bad?: boolean][] = [
    ['p50', shown(stats.p50Ns, formatDuration)],
    ['p95', shown(stats.p95Ns, formatDuration), slower, regression !== null],
    ['p99', shown(stats.p99Ns, formatDuration)],
    ['Rate', shown(stats.callsPerMinute, formatRate), `n = ${formatCount(calls)}`],
    ['Errors', shown(stats.errorRate, formatPercent), errors > 0 && formatCount(errors), errors > 0],
    ['Total time', shown(totalNs, formatDuration)],
    ['Own time', shown(selfNs, formatDuration), !!totalNs && selfNs !== null && formatPercent(selfNs / totalNs)],
    ['Processor', shown(stats.cpuNs, formatDuration)],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value, note, bad]) => (
        <div key={name} class={bad ? 'bad' : ''}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {note && <dd class="note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** Of the function's time, by which its calls exceed it: less is rounding. */
const EXCESS = 0.005;

function Calls({ title, calls, none }: { title: string; calls: FunctionCall[]; none: string }) {
  const share = calls.reduce((sum, call) => sum + (call.share ?? 0), 0);
  return (
    <Card title={title}>
      <Rows
        heads={['Function', 'Rate', 'Time', 'Share']}
        none={none}
        rows={calls.map((call) => [
          <button
            type="button"
            key={call.id}
            class="link code"
            title={`${call.file}:${call.line}`}
            onClick={() => tell({ type: 'visit', functionId: call.id })}
          >
            {call.name}
          </button>,
          shown(call.callsPerMinute, formatRate),
          shown(call.totalNs, formatDuration),
          shown(call.share, formatPercent),
        ])}
      />
      {share > 1 + EXCESS && (
        <p class="muted">Together above 100 %: calls ran at the same time, or were timed on samples.</p>
      )}
    </Card>
  );
}

function Endpoints({ stats }: { stats: FunctionStats }) {
  return (
    <Card title="Runs in">
      <Rows
        heads={['Endpoint', 'Calls', 'Time', 'Of the endpoint']}
        none="No request, job or schedule that was followed."
        rows={(stats.endpoints ?? []).map((endpoint) => [
          <span key={endpoint.id} class="code">
            {[endpoint.method, endpoint.route].filter(Boolean).join(' ')}
          </span>,
          formatCount(endpoint.calls),
          shown(endpoint.totalNs, formatDuration),
          shown(endpoint.share, formatPercent),
        ])}
      />
    </Card>
  );
}

/** The first column is text, the others numbers. */
function Rows({ heads, rows, none }: { heads: string[]; rows: ComponentChildren[][]; none: string }) {
  if (rows.length === 0) return <p class="none">{none}</p>;
  return (
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, column) => (
              <td key={heads[column]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
