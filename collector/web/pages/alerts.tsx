// All alerts: open ones first, those of one cause together.

import { ALERT_STATES, type Alert, formatCount } from '@prodlens/protocol';
import { AlertList } from '../elements/alerts.js';
import { Card, Heading } from '../elements/page.js';
import { Answered } from '../elements/states.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';

const SHOWN = ['open', 'all', ...ALERT_STATES.filter((state) => state !== 'open')] as const;

export function AlertsPage() {
  const { scope, address, here } = useView();
  const chosen = SHOWN.find((one) => one === address.query.get('state')) ?? 'open';
  const answer = useAnswer<{ alerts: Alert[]; truncated: boolean }>(`alerts${query({ ...scope, limit: 1_000 })}`);
  return (
    <>
      <Heading title="Alerts">
        What changed, found by the collector itself. <a href="alerts-explained.html">What the alerts mean</a>
      </Heading>
      <Answered of={answer}>
        {({ alerts }) => {
          const shown = alerts.filter(({ state }) => chosen === 'all' || state === chosen);
          return (
            <>
              <nav class="tabs" aria-label="Which alerts">
                {SHOWN.map((one) => {
                  const count = one === 'all' ? alerts.length : alerts.filter(({ state }) => state === one).length;
                  return (
                    <a
                      key={one}
                      href={here({ state: one === 'open' ? null : one })}
                      aria-current={one === chosen ? 'true' : undefined}
                    >
                      {one} <span class="muted">{formatCount(count)}</span>
                    </a>
                  );
                })}
              </nav>
              {shown.length === 0 && (
                <Card>
                  <p class="none">{chosen === 'open' ? 'Nothing is wrong, as far as can be seen.' : 'None.'}</p>
                </Card>
              )}
              {[...grouped(shown)].map(([id, members]) => (
                <Card
                  key={id}
                  title={members[0]!.group.title}
                  flush
                  note={`${formatCount(members.length)} of one cause`}
                >
                  <AlertList alerts={members} empty="" />
                </Card>
              ))}
            </>
          );
        }}
      </Answered>
    </>
  );
}

/** In the order of the first of each. */
function grouped(alerts: Alert[]): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) groups.set(alert.group.id, [...(groups.get(alert.group.id) ?? []), alert]);
  return groups;
}
