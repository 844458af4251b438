// The life of an alert: a pure step from what it was and what was found to what it is. One fault at one place has one
// identity; what is found again refreshes it, what is gone closes it, what comes back opens the same one again. A silence
// without an end is for this time and ends with it; one until a moment lasts until then, also over closing and coming back.

import { ALERT_HISTORY, type Alert, type AlertEvent, type AlertSilence } from '@prodlens/protocol';

/** A rise by another quarter is worth a word. */
const WORSE = 1.25;

export type Step = { alert: Alert; tell: 'opened' | 'reopened' | 'worse' | 'closed' | null };

/** `found`: the alert as it would be were it new; `expected`: what a person has said of it beforehand. */
export function whenFound(
  before: Alert | undefined,
  found: Alert,
  expected: AlertSilence | null,
  nowUnixMs: number,
): Step {
  if (before === undefined || before.state === 'closed') {
    const type = before === undefined ? 'opened' : 'reopened';
    const lasting = before === undefined ? null : lastingSilence(before, nowUnixMs);
    const silence = expected ?? lasting;
    const alert: Alert = {
      ...found,
      state: silence === null ? 'open' : expected !== null ? 'expected' : silencedAs(before!),
      silence,
      assignee: before?.assignee ?? null,
      openedUnixMs: nowUnixMs,
      updatedUnixMs: nowUnixMs,
      closedUnixMs: null,
      history: withEvent(before?.history ?? [], { atUnixMs: nowUnixMs, type, by: '', text: found.title }),
    };
    return { alert, tell: silence === null ? type : null };
  }
  const changed = magnitude(found) / magnitude(before);
  const isWorse = changed >= WORSE;
  // The deployment is known to be the cause: that it also shows without one is nothing new.
  const isLess = before.deployment !== null && found.deployment === null;
  if (isLess && !isWorse) return { alert: before, tell: null };
  const isSurer = found.evidence.after.calls > 2 * before.evidence.after.calls;
  if (!isWorse && !isSurer && changed > 1 / WORSE && before.kind === found.kind) return { alert: before, tell: null };
  const { state, silence, assignee, openedUnixMs, history } = before;
  const alert: Alert = { ...found, state, silence, assignee, openedUnixMs, history, updatedUnixMs: nowUnixMs };
  // It began when it was first seen to begin.
  alert.sinceUnixMs = Math.min(before.sinceUnixMs, found.sinceUnixMs);
  if (isLess) {
    const { kind, deployment, group, suspects } = before;
    Object.assign(alert, { kind, deployment, group, ...(suspects && { suspects }) });
  }
  if (alert.title !== before.title)
    alert.history = withEvent(history, { atUnixMs: nowUnixMs, type: 'updated', by: '', text: found.title });
  return { alert, tell: isWorse && state === 'open' ? 'worse' : null };
}

/** Closes it. `why`: a sentence for its history. Told only of one that nobody had silenced. */
export function whenGone(before: Alert, why: string, nowUnixMs: number): Step {
  const alert: Alert = {
    ...before,
    state: 'closed',
    silence: lastingSilence(before, nowUnixMs),
    closedUnixMs: nowUnixMs,
    updatedUnixMs: nowUnixMs,
    history: withEvent(before.history, { atUnixMs: nowUnixMs, type: 'closed', by: '', text: why }),
  };
  return { alert, tell: before.state === 'open' ? 'closed' : null };
}

/** A silence that has run out. null where there is none to end. */
export function whenSilenceEnds(before: Alert, nowUnixMs: number): Step | null {
  if (before.silence === null || before.silence.untilUnixMs === null || before.silence.untilUnixMs > nowUnixMs)
    return null;
  if (before.state === 'closed') return { alert: { ...before, silence: null }, tell: null };
  const event = { atUnixMs: nowUnixMs, type: 'unsilenced', by: '', text: 'Its time was over.' } as const;
  return {
    alert: {
      ...before,
      state: 'open',
      silence: null,
      updatedUnixMs: nowUnixMs,
      history: withEvent(before.history, event),
    },
    tell: 'reopened',
  };
}

/** What a person does with it. */
export type PersonalAct =
  | { type: 'muted' | 'expected'; untilUnixMs: number | null; reason: string }
  | { type: 'unsilenced' }
  | { type: 'assigned'; assignee: string | null }
  | { type: 'commented'; text: string };

/** What a person did to it; `by` and the reason go into its history. An act on a closed alert does not open it. */
export function whenTold(before: Alert, act: PersonalAct, by: string, nowUnixMs: number): Alert {
  const alert: Alert = { ...before, updatedUnixMs: nowUnixMs };
  let text = '';
  if (act.type === 'muted' || act.type === 'expected') {
    text = act.reason;
    const { untilUnixMs, reason } = act;
    if (before.state !== 'closed') alert.state = act.type;
    if (before.state !== 'closed' || untilUnixMs !== null) alert.silence = { untilUnixMs, reason, by };
  } else if (act.type === 'unsilenced') {
    if (before.state !== 'closed') alert.state = 'open';
    alert.silence = null;
  } else if (act.type === 'assigned') {
    alert.assignee = act.assignee;
    text = act.assignee ?? '';
  } else if (act.type === 'commented') {
    text = act.text;
  }
  alert.history = withEvent(before.history, { atUnixMs: nowUnixMs, type: act.type, by, text });
  return alert;
}

/** What of its silence goes on when it closes, and still holds when it comes back. */
function lastingSilence({ silence }: Alert, nowUnixMs: number): AlertSilence | null {
  return silence?.untilUnixMs != null && silence.untilUnixMs > nowUnixMs ? silence : null;
}

/** What a person made of it last. */
function silencedAs({ history }: Alert): 'muted' | 'expected' {
  return history.findLast(({ type }) => type === 'muted' || type === 'expected')?.type === 'expected'
    ? 'expected'
    : 'muted';
}

/** How large the change is, 1 and more, in whichever direction. */
function magnitude({ evidence: { before, after, change } }: Alert): number {
  const ratio = change?.ratio ?? (after.value + 1e-3) / (before.value + 1e-3);
  return Math.max(ratio, 1 / ratio);
}

function withEvent(history: AlertEvent[], event: AlertEvent): AlertEvent[] {
  const kept = [...history, event];
  return kept.length <= ALERT_HISTORY ? kept : [kept[0]!, ...kept.slice(kept.length - ALERT_HISTORY + 1)];
}
