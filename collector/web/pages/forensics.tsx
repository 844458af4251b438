// What was captured when something went wrong, the newest first; narrowed by what stands in the address.

import { formatCount, type SnapshotSummary } from '@prodlens/protocol';
import { Card, Heading } from '../elements/page.js';
import { SnapshotList, TRIGGER_TEXT } from '../elements/snapshots.js';
import { Answered } from '../elements/states.js';
import { Select } from '../frame.js';
import { go } from '../state/address.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';

/** What narrows the list, beside what can be chosen. */
const NARROWING = ['function', 'endpoint', 'errorType', 'fingerprint'] as const;

export function ForensicsPage() {
  const { scope, address, here } = useView();
  const chosen = Object.fromEntries(NARROWING.map((key) => [key, address.query.get(key)]));
  const trigger = address.query.get('trigger') ?? '';
  const answer = useAnswer<{ snapshots: SnapshotSummary[]; truncated: boolean }>(
    `forensics${query({ ...scope, ...chosen, trigger, limit: 200 })}`,
  );
  return (
    <>
      <Heading title="Forensics">
        What was captured when something went wrong, redacted before it left the process. Who reads one is noted.
      </Heading>
      <div class="filters">
        <Select
          name="What happened"
          value={trigger}
          options={[['', 'Whatever happened'], ...Object.entries(TRIGGER_TEXT)]}
          choose={(value) => go(here({ trigger: value }))}
        />
        {NARROWING.flatMap((key) =>
          chosen[key] === null ? (
            []
          ) : (
            <a class="chip" key={key} href={here({ [key]: null })} aria-label={`No longer only ${key} ${chosen[key]}`}>
              {key} <span class="code">{chosen[key]}</span> ×
            </a>
          ),
        )}
      </div>
      <Answered of={answer}>
        {({ snapshots, truncated }) => (
          <Card title={`${formatCount(snapshots.length)}${truncated ? '+' : ''} captured`} flush>
            <SnapshotList snapshots={snapshots} empty="Nothing was captured. A healthy service leaves nothing here." />
          </Card>
        )}
      </Answered>
    </>
  );
}
