// What the collector is set to: tokens, channels, rules, what is measured, redaction, retention. Who may not change it sees
// what may be seen.

import {
  type ChannelSummary,
  type CollectorSettings,
  type ExpectedSummary,
  formatCount,
  type RuleSummary,
  type SensorSummary,
  type TokenSummary,
} from '@prodlens/protocol';
import { useState } from 'preact/hooks';
import { EditorSettings } from '../elements/editor-settings.js';
import { Badge, Card, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { Table } from '../elements/table.js';
import { Ago, momentText } from '../elements/time.js';
import type { DeadLetterAnswer, MeasuringRuleAnswer } from '../state/answer-types.js';
import { useAnswer } from '../state/fresh-answers.js';
import { RequestFailure, send } from '../state/requests.js';
import { useView } from '../state/view.js';

const SLOW_MS = 30_000;

export function SettingsPage() {
  const { can, session } = useView();
  const settings = useAnswer<CollectorSettings>(can('admin') ? 'settings' : null, SLOW_MS);
  return (
    <>
      <Heading title="Settings">
        {session.name === ''
          ? 'No token is needed: only this machine can ask.'
          : `Signed in as ${session.name}, who may: ${session.scopes.join(', ')}.`}
      </Heading>
      <Measuring />
      <Redaction />
      <EditorSettings />
      {can('admin') ? (
        <>
          <Tokens />
          <Answered of={settings}>{(found) => <Fixed settings={found} />}</Answered>
          <DeadLetters />
        </>
      ) : (
        <Card title="Tokens, channels, rules">
          <p class="none">A token with the scope admin sees and changes these.</p>
        </Card>
      )}
    </>
  );
}

/** Runs an act of a person, keeps why it was refused, then looks again. */
function useAct(again: () => void) {
  const [refusal, setRefusal] = useState('');
  const act = async (request: () => Promise<unknown>) => {
    try {
      await request();
      setRefusal('');
      again();
    } catch (error) {
      setRefusal(error instanceof RequestFailure ? error.message : String(error));
    }
  };
  const said =
    refusal === '' ? null : (
      <p class="refusal" role="alert">
        {refusal}
      </p>
    );
  return { act, said };
}

function Measuring() {
  const { services, can } = useView();
  const answer = useAnswer<{ rules: MeasuringRuleAnswer[] }>('measuring', SLOW_MS);
  const { act, said } = useAct(answer.again);
  const rows = services.flatMap(({ service, environments }) =>
    environments.map((environment) => ({ service, environment })),
  );
  const isOn = ({ service, environment }: (typeof rows)[number]) => {
    const rules = (answer.data?.rules ?? []).filter((rule) => rule.service === service);
    return (
      (rules.find((r) => r.environment === environment) ?? rules.find((r) => r.environment === null))?.measuring ?? true
    );
  };
  return (
    <Card title="Measuring" flush note="Switched off, a service costs nothing within moments, without a restart">
      {said}
      <Table
        name="Measuring"
        columns={[
          { title: 'Service', cell: (row) => <span class="strong">{row.service}</span> },
          { title: 'Environment', cell: (row) => row.environment, class: 'muted' },
          {
            title: 'Measured',
            cell: (row) => <Badge tone={isOn(row) ? 'good' : 'warning'}>{isOn(row) ? 'on' : 'off'}</Badge>,
          },
          {
            title: 'Act',
            unnamed: true,
            number: true,
            cell: (row) =>
              can('admin') && (
                <button
                  type="button"
                  aria-label={`${isOn(row) ? 'Switch off' : 'Switch on'} measuring of ${row.service} in ${row.environment}`}
                  onClick={() => void act(() => send('PUT', 'measuring', { ...row, measuring: !isOn(row) }))}
                >
                  {isOn(row) ? 'Switch off' : 'Switch on'}
                </button>
              ),
          },
        ]}
        rows={rows}
        keyOf={(row) => `${row.service} ${row.environment}`}
        empty="No service has reported yet."
      />
    </Card>
  );
}

/** By the sensors' own words: the policy lies beside each service's package.json. */
function Redaction() {
  const { data } = useAnswer<{ sensors: SensorSummary[] }>('sensors?window=1h&limit=1000', SLOW_MS);
  const rows = (data?.sensors ?? []).filter(({ capture }) => capture !== null);
  return (
    <Card
      title="Capturing and redaction"
      flush
      note={
        <>
          Set where a service runs: <code>PRODLENS_CAPTURE</code>, <code>prodlens.redaction.json</code>
        </>
      }
    >
      <Table
        name="Capturing and redaction"
        columns={[
          { title: 'Process', cell: (s) => `${s.service} · ${s.host} ${s.pid}` },
          {
            title: 'Mode',
            cell: ({ capture: c }) => <Badge tone={c!.mode === 'off' ? 'plain' : 'good'}>{c!.mode}</Badge>,
          },
          { title: 'Taken', number: true, cell: ({ capture: c }) => formatCount(c!.taken) },
          { title: 'Beyond the budget', number: true, cell: ({ capture: c }) => formatCount(c!.suppressed) },
          {
            title: 'Refused as unsafe',
            number: true,
            cell: ({ capture: c }) => <span title={c!.refusal ?? ''}>{formatCount(c!.refused)}</span>,
          },
          {
            title: 'Fault',
            cell: ({ capture: c }) =>
              c!.fault === null ? <span class="muted">none</span> : <span class="bad">{c!.fault}</span>,
          },
        ]}
        rows={rows}
        keyOf={(s) => s.instance}
        empty="No process that reported in the last hour says anything of captures."
      />
    </Card>
  );
}

function Tokens() {
  const answer = useAnswer<{ tokens: TokenSummary[] }>('tokens', SLOW_MS);
  const { act, said } = useAct(answer.again);
  const revoke = (token: TokenSummary) => {
    if (confirm(`Revoke the token “${token.name || token.id}”? What uses it stops working at once.`)) {
      void act(() => send('DELETE', `tokens/${encodeURIComponent(token.id)}`));
    }
  };
  return (
    <Card
      title="Tokens"
      flush
      note={
        <>
          Made on the collector's machine: <code>prodlens token create --scope read</code>
        </>
      }
    >
      {said}
      <Answered of={answer}>
        {({ tokens }) => (
          <Table
            name="Tokens"
            columns={[
              { title: 'Name', cell: (t) => <span class="strong">{t.name || '(without a name)'}</span> },
              { title: 'Id', cell: (t) => <span class="code muted">{t.id}</span> },
              { title: 'Scopes', cell: (t) => t.scopes.map((scope) => <Badge key={scope}>{scope}</Badge>) },
              {
                title: 'Only for',
                cell: (t) =>
                  [t.service, t.environment].filter((one) => one !== null).join(' · ') || (
                    <span class="muted">all</span>
                  ),
              },
              { title: 'Made', cell: (t) => momentText(t.createdUnixMs), class: 'muted' },
              {
                title: 'Act',
                unnamed: true,
                number: true,
                cell: (t) => (
                  <button type="button" aria-label={`Revoke ${t.name || t.id}`} onClick={() => revoke(t)}>
                    Revoke
                  </button>
                ),
              },
            ]}
            rows={tokens}
            keyOf={(t) => t.id}
            empty="There is none: this collector answers this machine alone, and everybody on it."
          />
        )}
      </Answered>
    </Card>
  );
}

function Fixed({ settings: s }: { settings: CollectorSettings }) {
  const headsUp =
    s.headsUp === null ? 'no daily report' : `daily report at ${String(s.headsUp.hourUtc).padStart(2, '0')}:00 UTC`;
  return (
    <>
      <Card
        title="Channels"
        flush
        note={
          <>
            In <code>alerts.json</code> of the data folder; {headsUp}
          </>
        }
      >
        <Table<ChannelSummary>
          name="Channels"
          columns={[
            { title: 'Name', cell: (c) => <span class="strong">{c.name}</span> },
            { title: 'Kind', cell: (c) => <Badge>{c.type}</Badge> },
            { title: 'To', cell: (c) => c.target },
            { title: 'Services', cell: (c) => c.services?.join(', ') ?? <span class="muted">all</span> },
            { title: 'Environments', cell: (c) => c.environments?.join(', ') ?? <span class="muted">all</span> },
            { title: 'From severity', cell: (c) => c.severity ?? <span class="muted">all</span> },
          ]}
          rows={s.channels}
          keyOf={(c) => c.name}
          empty="Nobody is told of alerts but who looks here or in an editor."
        />
      </Card>
      <Card title="Rules" flush note="Thresholds that people have set, beside what the collector finds by itself">
        <Table<RuleSummary>
          name="Rules"
          columns={[
            { title: 'Name', cell: (r) => <span class="strong">{r.name}</span> },
            { title: 'Function', cell: (r) => <span class="code">{r.function}</span> },
            { title: 'File', cell: (r) => <span class="path">{r.file}</span> },
            {
              title: 'Service',
              cell: (r) => `${r.service}${r.environment === null ? '' : ` · ${r.environment}`}`,
              class: 'muted',
            },
            {
              title: 'Alert when',
              cell: (r) =>
                `${r.measure} ${r.above !== null ? `above ${r.above}` : `below ${r.below}`}, over ${r.minutes} min`,
            },
          ]}
          rows={s.rules}
          keyOf={(r) => r.name}
          empty="None."
        />
      </Card>
      <Card title="Expected changes" flush note="From reviewed files: prodlens expected">
        <Table<ExpectedSummary>
          name="Expected changes"
          columns={[
            { title: 'Service', cell: (e) => e.service },
            {
              title: 'Where',
              cell: (e) => [e.environment, e.file, e.name].filter((one) => one !== null).join(' · ') || 'everywhere',
            },
            { title: 'Why', cell: (e) => e.reason },
            { title: 'Until', cell: (e) => (e.untilUnixMs === null ? 'for ever' : momentText(e.untilUnixMs)) },
            { title: 'By', cell: (e) => e.by, class: 'muted' },
          ]}
          rows={s.expected}
          keyOf={(e) => `${e.service} ${e.by} ${e.file} ${e.name} ${e.reason}`}
          empty="None."
        />
      </Card>
      <div class="columns two">
        <Card title="Kept for" flush>
          <Table
            name="Retention"
            columns={[
              { title: 'What', cell: (r) => r.what },
              { title: 'Kept', number: true, cell: (r) => r.kept },
            ]}
            rows={s.retention}
            keyOf={(r) => r.what}
          />
        </Card>
        <Card title="Limits of one token" flush>
          <Table
            name="Limits"
            columns={[
              { title: 'Limit', cell: ([name]) => <span class="code">{name}</span> },
              { title: 'At most', number: true, cell: ([, value]) => formatCount(value) },
            ]}
            rows={Object.entries(s.limits)}
            keyOf={([name]) => name}
          />
        </Card>
      </div>
      <p class="muted small">
        Collector {s.version}, data in <code>{s.dataDir}</code>
      </p>
    </>
  );
}

function DeadLetters() {
  const { data } = useAnswer<{ deadLetters: DeadLetterAnswer[] }>('dead-letters', SLOW_MS);
  if (data === null || data.deadLetters.length === 0) return null;
  return (
    <Card title="Messages that could not be sent" flush>
      <Table
        name="Messages that could not be sent"
        columns={[
          { title: 'Channel', cell: (d) => d.channel },
          { title: 'Since', cell: (d) => <Ago unixMs={d.createdUnixMs} /> },
          { title: 'Attempts', number: true, cell: (d) => formatCount(d.attempts) },
          { title: 'Why', cell: (d) => <span class="bad">{d.failure}</span> },
        ]}
        rows={data.deadLetters}
        keyOf={(d) => String(d.id)}
      />
    </Card>
  );
}
