// The day held against its goals: rows of { check, goal, figure, met } for people. Pure.

import { CLOSES_WITHIN_MINUTES } from './plan.mjs';

/** docs/operations.md: what a minute of a function takes in a small service, with all that is kept beside it. */
const BYTES_A_FUNCTION_MINUTE = 250;
/** The logs of the two databases, which a long day outweighs. */
const FIXED_BYTES = 5_000_000;
/** Alerts for each that must be found. */
const MOST_FOR_EACH = 3;
/** By how much memory may have grown from the second quarter of the day to the last. */
const MEMORY_GROWTH = 1.25;
/** Shorter than this, a process is still growing into its work. */
const MEMORY_MINUTES = 720;
const MB = 1e6;

/** Rows of { check, goal, figure, met }, of faults, alerts, numbers and costs. */
export function judge({ plan, episodes, sightings, memory, account, stored, bytes, faultsOfEditors }) {
  const rows = [];
  const add = (check, goal, figure, met) => rows.push({ check, goal, figure, met });
  for (const fault of plan.faults) {
    for (const { kinds, name, file, withinMinutes } of fault.expect) {
      const of = episodes.filter(
        ({ alert: { kind, place } }) => kinds.includes(kind) && place?.name === name && place?.file === file,
      );
      const found = of.find((e) => e.fault === fault);
      const after = found && found.openedMinute - fault.from;
      const figure = found === undefined ? 'not found' : `${after} min, ${found.alert.kind}`;
      add(`${fault.name}: ${name}`, `≤ ${withinMinutes} min`, figure, after <= withinMinutes);
    }
  }
  const untrue = episodes.filter(({ fault }) => fault === null);
  const titles = untrue.map(({ alert }) => alert.title).join('; ');
  add(
    'alerts that are not true',
    '0',
    `${untrue.length} of ${episodes.length}${titles && `: ${titles}`}`,
    untrue.length === 0,
  );

  // One cause, one alert: those that the plan has, and as many besides.
  for (const fault of plan.faults) {
    const made = episodes.filter((e) => e.fault === fault && e.alert.severity !== 'info').length;
    const most = MOST_FOR_EACH * fault.expect.length;
    add(`${fault.name}: alerts`, `≤ ${most}`, `${made}`, made <= most);
  }

  const lasting = episodes.filter(
    ({ alert, fault }) => fault && alert.severity !== 'info' && fault.until < plan.minutes,
  );
  const delays = lasting.map((e) => (e.closedMinute ?? Number.POSITIVE_INFINITY) - e.fault.until);
  const open = lasting.filter((e) => e.closedMinute === null).map(({ alert }) => alert.title);
  const slowest = Math.max(0, ...delays.filter(Number.isFinite));
  const figure = `${lasting.length - open.length} of ${lasting.length}, the last ${slowest} min after${open.map((t) => `; open: ${t}`).join('')}`;
  add(
    'alerts closed once their fault was gone',
    `≤ ${CLOSES_WITHIN_MINUTES} min`,
    figure,
    delays.every((d) => d <= CLOSES_WITHIN_MINUTES),
  );

  for (const who of new Set(sightings.map((s) => s.who))) {
    const own = sightings.filter((s) => s.who === who);
    const missed = own.filter(({ saw }) => !saw).map(({ fault, what }) => `; not ${what} (${fault})`);
    add(
      `${who} saw what it should`,
      `${own.length}`,
      `${own.length - missed.length}${missed.join('')}`,
      missed.length === 0,
    );
  }
  add(
    'faults of editors: pop-ups, bugs in the log',
    '0',
    [faultsOfEditors.length, ...faultsOfEditors].join('; '),
    faultsOfEditors.length === 0,
  );

  if (plan.minutes >= MEMORY_MINUTES) rows.push(...memoryRows(plan, memory));
  add('calls in the store of those sent', '100 %', `${stored} of ${account.calls}`, stored === account.calls);
  const least = BYTES_A_FUNCTION_MINUTE * account.functionMinutes + FIXED_BYTES;
  const each = (bytes / account.functionMinutes).toFixed(1);
  add(
    'bytes on disk',
    `≤ ${(least / MB).toFixed(1)} MB`,
    `${(bytes / MB).toFixed(1)} MB, ${each} a function and minute`,
    bytes <= least,
  );
  return rows;
}

/** What the real collector made of what the real sensors sent, and whether those left anything out. */
export function judgeRecording(recordings, { answered, stored }) {
  return recordings.flatMap(({ hello, windows }, i) => {
    const sent = windows.reduce((sum, { rows }) => sum + rows.reduce((calls, row) => calls + row.calls, 0), 0);
    const { droppedWindows, droppedSamples, droppedFlows } = windows.at(-1).facts;
    const requests = Object.values(answered[i]).reduce((sum, n) => sum + n, 0);
    const name = `real time, ${hello.version}`;
    const dropped = droppedWindows + droppedFlows;
    return [
      {
        check: `${name}: calls in the store of those sent`,
        goal: '100 %',
        figure: `${stored[i]} of ${sent}, ${requests} requests`,
        met: stored[i] === sent && requests > 0,
      },
      {
        check: `${name}: windows and requests that the sensor left out`,
        goal: '0',
        figure: `${dropped}; ${droppedSamples} durations`,
        met: dropped === 0,
      },
    ];
  });
}

/** The most of the day's last quarter against the most of its second, when everything has been seen once. */
function memoryRows({ minutes }, memory) {
  const processes = [
    ['the collector', (m) => m.collector],
    ...memory[0].editors.map((_, i) => [`language server ${i + 1}`, (m) => m.editors[i]]),
  ];
  return processes.flatMap(([name, of]) => {
    if (memory.some((m) => of(m) === null)) return [];
    const most = (from, until) =>
      Math.max(...memory.filter((m) => m.minute >= from * minutes && m.minute <= until * minutes).map(of));
    const [before, after] = [most(0.25, 0.5), most(0.75, 1)];
    const figure = `${(after / MB).toFixed(0)} MB in the last quarter, ${(before / MB).toFixed(0)} MB in the second`;
    const met = after <= MEMORY_GROWTH * before;
    return [{ check: `memory of ${name}`, goal: `≤ ${MEMORY_GROWTH}×`, figure, met }];
  });
}

/** Text for a terminal. */
export function table(rows) {
  const width = (of) => Math.max(...rows.map((row) => of(row).length));
  const [check, goal] = [width((r) => r.check), width((r) => r.goal)];
  return rows
    .map((r) => `${r.met ? '✓' : '✗'} ${r.check.padEnd(check)}  ${r.goal.padEnd(goal)}  ${r.figure}`)
    .join('\n');
}
