// What stands around every page: where one can go, whose numbers over which time, who is signed in, and how fresh it is.

import type { Alert } from '@prodlens/protocol';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ABSENT, agoCell } from './format.js';
import { go } from './state/address.js';
import { useConnection } from './state/connection.js';
import { useAnswer } from './state/fresh-answers.js';
import { failureTitle, query, session as sessions } from './state/requests.js';
import { useView, WINDOWS } from './state/view.js';

interface Place {
  page: string;
  name: string;
  /** Pages that belong to it. */
  also?: string[];
  needs?: 'forensics' | 'admin';
}

const PLACES: Array<{ name: string; places: Place[] }> = [
  {
    name: 'Now',
    places: [
      { page: '', name: 'Overview' },
      { page: 'alerts', name: 'Alerts' },
      { page: 'heads-up', name: 'Heads-up' },
    ],
  },
  {
    name: 'Code',
    places: [
      { page: 'endpoints', name: 'Endpoints & jobs' },
      { page: 'functions', name: 'Functions' },
      { page: 'errors', name: 'Errors' },
      { page: 'cpu', name: 'CPU' },
      { page: 'forensics', name: 'Forensics', needs: 'forensics' },
      { page: 'deployments', name: 'Deployments', also: ['compare'] },
    ],
  },
  {
    name: 'System',
    places: [
      { page: 'sensors', name: 'Sensors' },
      { page: 'settings', name: 'Settings' },
    ],
  },
];
/** Pages that do not show numbers of a window. */
const WITHOUT_WINDOW = new Set(['', 'alerts', 'heads-up', 'deployments', 'compare', 'forensics', 'settings']);
const WITHOUT_SCOPE = new Set(['settings']);

/** What stands around every page: navigation, scope, window, who is signed in. */
export function Frame({ children, onSignedOut }: { children: ComponentChildren; onSignedOut: () => void }) {
  const { address, session } = useView();
  const main = useRef<HTMLElement>(null);
  const menu = useRef<HTMLDetailsElement>(null);
  const path = `${address.page}/${address.id}`;
  // a new page begins at its top, with the menu closed
  useEffect(() => {
    main.current?.scrollTo(0, 0);
    window.scrollTo(0, 0);
    if (menu.current !== null) menu.current.open = matchMedia('(min-width: 861px)').matches;
  }, [path]);

  const signOut = async () => {
    await sessions.signOut();
    onSignedOut();
  };

  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <aside>
        <details ref={menu} open>
          <summary>
            <Mark />
            <span>Prodlens</span>
          </summary>
          <nav aria-label="Pages">
            {PLACES.map(({ name, places }) => (
              <div class="places" key={name}>
                <p class="places-name">{name}</p>
                {places.map((place) => (
                  <PlaceLink key={place.page} place={place} />
                ))}
              </div>
            ))}
          </nav>
          <div class="who">
            {session.name !== '' && <p class="small">{session.name}</p>}
            {session.canSignOut && (
              <button type="button" class="quiet" onClick={() => void signOut()}>
                Sign out
              </button>
            )}
          </div>
        </details>
      </aside>
      <div class="content">
        <Bar />
        <main id="main" ref={main} tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}

function PlaceLink({ place: { page, name, also = [], needs } }: { place: Place }) {
  const { address, to, can } = useView();
  const isHere = address.page === page || also.includes(address.page);
  if (needs !== undefined && !can(needs)) return null;
  return (
    <a href={to(page)} aria-current={isHere ? 'page' : undefined}>
      {name}
      {page === 'alerts' && <OpenAlerts />}
    </a>
  );
}

/** Of what is shown, those that the overview counts too: what is only told is none of them. */
function OpenAlerts() {
  const { scope } = useView();
  const { data } = useAnswer<{ alerts: Alert[] }>(`alerts${query({ ...scope, state: 'open', limit: 1_000 })}`, 10_000);
  const count = data?.alerts.filter(({ severity }) => severity !== 'info').length ?? 0;
  if (count === 0) return null;
  return (
    <span class="count">
      {count > 99 ? '99+' : count}
      <span class="visually-hidden"> open</span>
    </span>
  );
}

function Bar() {
  const { address, services, scope, window, here } = useView();
  const environments = [
    ...new Set(
      services.filter((s) => scope.service === undefined || s.service === scope.service).flatMap((s) => s.environments),
    ),
  ].sort();
  return (
    <section class="bar" aria-label="What is shown">
      {!WITHOUT_SCOPE.has(address.page) && (
        <>
          <Select
            name="Service"
            value={scope.service ?? ''}
            options={[['', 'All services'], ...services.map(({ service }) => [service, service] as const)]}
            choose={(service) => go(here({ service }))}
          />
          <Select
            name="Environment"
            value={scope.environment ?? ''}
            options={[['', 'All environments'], ...environments.map((one) => [one, one] as const)]}
            choose={(environment) => go(here({ environment }))}
          />
        </>
      )}
      {!WITHOUT_WINDOW.has(address.page) && (
        <Select name="Time" value={window} options={WINDOWS} choose={(chosen) => go(here({ window: chosen }))} />
      )}
      <Live />
    </section>
  );
}

interface SelectProps {
  name: string;
  value: string;
  options: ReadonlyArray<readonly [value: string, text: string]>;
  choose: (value: string) => void;
}

/** `options`: value and text of each. A value that is none of them is shown as it is. */
export function Select({ name, value, options, choose }: SelectProps) {
  const isKnown = options.some(([one]) => one === value);
  return (
    <label class="select">
      <span class="visually-hidden">{name}</span>
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** An answer that is older is told to be old: pages are asked for again every few seconds. */
const FRESH_MS = 30_000;

function Live() {
  const { state, atUnixMs, failure } = useConnection();
  const nowUnixMs = useNow();
  const isOld = atUnixMs > 0 && nowUnixMs - atUnixMs > FRESH_MS;
  const age = atUnixMs === 0 ? ABSENT : agoCell(Math.min(atUnixMs, nowUnixMs), nowUnixMs);
  const [look, words] =
    state === 'connecting'
      ? ['connecting', 'Connecting …']
      : state === 'offline'
        ? ['offline', 'The collector does not answer. Trying again …']
        : failure !== null
          ? ['refused', `Not all is renewed. ${failureTitle(failure.status)}: ${failure.message}`]
          : isOld
            ? ['refused', 'Waiting for the collector …']
            : ['live', 'Live'];
  return (
    <div class={`live ${look}`}>
      <span class="dot" aria-hidden="true" />
      <p role="status">{words}</p>
      {atUnixMs > 0 && (
        <p class="muted" title={new Date(atUnixMs).toLocaleString('en-GB')}>
          answered {age}
        </p>
      )}
    </div>
  );
}

/** The time, by the second. */
function useNow(): number {
  const [nowUnixMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowUnixMs;
}

/** The sign of Prodlens; decoration for screen readers. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <circle cx="8.5" cy="8.5" r="6.5" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M13.5 13.5 18 18" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />
      <path d="M5 9.5h1.6l1.4-3 1.7 4.6 1.1-1.6H12" fill="none" stroke="currentColor" stroke-width="1.4" />
    </svg>
  );
}
