// The report of the day: what opened, what was mended, where most time goes, what fails most.

import { type Alert, type FunctionStats, formatCount, formatDuration, formatPercent } from '@prodlens/protocol';
import { AlertList } from '../elements/alerts.js';
import { FunctionCell } from '../elements/links.js';
import { Card, Figures, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { Table } from '../elements/table.js';
import { momentText } from '../elements/time.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';

interface HeadsUp {
  atUnixMs: number;
  opened: number;
  closed: number;
  open: Alert[];
  gone: Alert[];
  slowest: FunctionStats[];
  failing: FunctionStats[];
}

export function HeadsUpPage() {
  const { scope } = useView();
  const answer = useAnswer<HeadsUp>(`heads-up${query(scope)}`, 30_000);
  return (
    <Answered page of={answer}>
      {({ atUnixMs, opened, closed, open, gone, slowest, failing }) => (
        <>
          <Heading title="Heads-up">
            The 24 hours up to {momentText(atUnixMs)}; channels are told the same once a day
          </Heading>
          <Figures
            of={[
              { name: 'Opened', value: formatCount(opened), tone: opened > 0 ? 'bad' : undefined },
              { name: 'Closed', value: formatCount(closed) },
              { name: 'Open now', value: formatCount(open.length), tone: open.length > 0 ? 'bad' : 'good' },
              {
                name: 'Errors that are gone',
                value: formatCount(gone.length),
                tone: gone.length > 0 ? 'good' : undefined,
              },
            ]}
          />
          <Card title="Open, those that cost most first" flush>
            <AlertList alerts={open} empty="Nothing is open." />
          </Card>
          {gone.length > 0 && (
            <Card title="Mended" flush>
              <AlertList alerts={gone} empty="" />
            </Card>
          )}
          <div class="columns two">
            <Card title="Most time is spent in" flush>
              <Functions
                functions={slowest}
                title="Own time"
                value={(f) => formatDuration(f.selfNs ?? 0)}
                empty="No time was measured."
              />
            </Card>
            <Card title="Fails most" flush>
              <Functions
                functions={failing}
                title="Of its calls"
                value={(f) => `${formatPercent(f.errorRate ?? 0)} of ${formatCount(f.calls)}`}
                empty="Nothing failed."
              />
            </Card>
          </div>
        </>
      )}
    </Answered>
  );
}

interface FunctionsProps {
  functions: FunctionStats[];
  title: string;
  value: (f: FunctionStats) => string;
  empty: string;
}

function Functions({ functions, title, value, empty }: FunctionsProps) {
  return (
    <Table
      name={title}
      columns={[
        {
          title: 'Function',
          cell: (f: FunctionStats) => <FunctionCell of={f} />,
        },
        { title: 'Service', cell: (f) => `${f.service} · ${f.environment}`, class: 'muted' },
        { title, number: true, cell: value },
      ]}
      rows={functions}
      keyOf={(f) => `${f.id} ${f.environment}`}
      empty={empty}
    />
  );
}
