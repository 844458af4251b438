// One cause, one alert: which alerts of a service are consequences of another. Callers and endpoints whose time is carried
// by a function that has an alert, the callers of what throws, what is no longer called because its caller is not, what has
// outliers because something holds up the event loop. They keep their own lives, and are listed in the alert of the cause.
// Pure; what is not plainly a consequence stands for itself.

import { type Alert, type AlertReached, REACHED } from '@prodlens/protocol';
import type { Subject } from '../../analysis/finding.js';
import type { KeptAlert } from './alert-book.js';

/** Of what follows from each other; a fault of one kind is no consequence of one of another kind. */
const FAMILIES: Partial<Record<Subject, string>> = {
  latency: 'time',
  tail: 'time',
  endpoint: 'time',
  cpu: 'time',
  errors: 'errors',
  'error-type': 'errors',
  'error-gone': 'gone',
  'call-rate': 'calls',
};
/** What begins so soon one after the other may be one thing. */
const TOGETHER_MS = 30 * 60_000;
/** So many without a call between them, when something keeps the processor busy. */
const BESIDE = 3;
/** Times as much as the middle one of the functions that a shift is about. */
const MUCH_MORE = 1.5;
/** A consequence that outlasts its cause by so much has another one. */
const OUTLASTS_MS = 2 * 3_600_000;

/**
 * Which of the open alerts of a service and environment are part of which other one; what was part of one that has
 * closed stays so for two hours. `all`: of the scope, closed ones too.
 */
export function partsOfCauses(all: readonly KeptAlert[], nowUnixMs: number): Map<string, string> {
  const open = all.filter(({ alert }) => alert.state !== 'closed');
  const parents = new Map<string, string>();
  for (const one of open) {
    const parent = causeAmong(one, open) ?? lastingCause(one, all, nowUnixMs);
    if (parent !== null) parents.set(one.alert.id, parent);
  }
  for (const [one, parent] of heldUp(open.filter(({ alert }) => !parents.has(alert.id)))) parents.set(one, parent);
  const roots = new Map<string, string>();
  for (const id of parents.keys()) {
    const root = rootOf(id, parents);
    if (root !== id) roots.set(id, root);
  }
  return roots;
}

/** Over the parents to the one that has none; of a circle, the first by id. */
function rootOf(id: string, parents: Map<string, string>): string {
  const seen = [id];
  for (let at = parents.get(id); at !== undefined; at = parents.get(at)) {
    const since = seen.indexOf(at);
    if (since !== -1) return seen.slice(since).sort()[0]!;
    seen.push(at);
  }
  return seen.at(-1)!;
}

function causeAmong(one: KeptAlert, open: readonly KeptAlert[]): string | null {
  const family = FAMILIES[one.subject];
  if (family === undefined) return null;
  const others = open.filter((other) => other !== one && FAMILIES[other.subject] === family && isSameError(one, other));
  const outer = others.find((other) => isWithin(one, other));
  if (outer !== undefined) return outer.alert.id;
  const same = others.find((other) => isSameFunction(one, other));
  if (same !== undefined) return same.alert.id;
  const leads = one.leads ?? [];
  for (const functionId of [...leads].reverse()) {
    const cause = others.find((other) => functionIdOf(other) === functionId && !isWithin(other, one));
    if (cause !== undefined) return firstOf(cause, others).alert.id;
  }
  // Both lead to what has no alert of its own: the nearest to it stands for it.
  const end = leads.at(-1);
  const nearest = others
    .filter(({ leads: of = [] }) => end !== undefined && of.at(-1) === end && of.length < leads.length)
    .sort((a, b) => a.leads!.length - b.leads!.length)[0];
  return nearest?.alert.id ?? shiftOf(one, open);
}

/** Of the alerts about the function of `cause`, the one that stands for them. */
function firstOf(cause: KeptAlert, others: readonly KeptAlert[]): KeptAlert {
  return others.find((other) => isSameFunction(cause, other)) ?? cause;
}

/** A callback is part of the function that it is written in, where that leads to it; it ceases with it in any case. */
function isWithin(inner: KeptAlert, outer: KeptAlert): boolean {
  const [a, b] = [inner.alert.place, outer.alert.place];
  if (a?.type !== 'function' || b?.type !== 'function' || a.file !== b.file) return false;
  const leadsToIt = outer.subject === 'call-rate' || (outer.leads ?? []).includes(functionIdOf(inner) ?? -1);
  return leadsToIt && a.name.startsWith(`${b.name}.`);
}

/**
 * Slower, outliers, processor time of one function, or more errors and those of a new type: what was seen first stands
 * for it. Two new types of errors are two things.
 */
function isSameFunction(one: KeptAlert, other: KeptAlert): boolean {
  const id = functionIdOf(one);
  if (id === null || id !== functionIdOf(other) || one.subject === other.subject) return false;
  return isAtOnce(one, other) && isEarlier(other, one);
}

function isEarlier({ alert: a }: KeptAlert, { alert: b }: KeptAlert): boolean {
  return a.openedUnixMs < b.openedUnixMs || (a.openedUnixMs === b.openedUnixMs && a.id < b.id);
}

function isAtOnce({ alert: a }: KeptAlert, { alert: b }: KeptAlert): boolean {
  return Math.abs(a.sinceUnixMs - b.sinceUnixMs) <= TOGETHER_MS;
}

/** What throws an error of its own is no consequence of another's. */
function isSameError({ alert: a, subject }: KeptAlert, { alert: b }: KeptAlert): boolean {
  if (a.error === undefined || (subject !== 'error-type' && a.kind !== 'new-error')) return true;
  const [own, other] = [a.error, b.error];
  if (other === undefined) return false;
  if (own.line !== null && own.line === other.line && own.file === other.file) return true;
  return own.type === other.type && own.fingerprint === other.fingerprint;
}

/** The shift of the service, if it is one of the functions that it is about, came later, and rose no more than others. */
function shiftOf(one: KeptAlert, open: readonly KeptAlert[]): string | null {
  const id = functionIdOf(one);
  if (FAMILIES[one.subject] !== 'time' || id === null) return null;
  const shift = open.find(
    (other) =>
      other.watched?.members?.some(({ functionId }) => functionId === id) &&
      isAtOnce(one, other) &&
      isEarlier(other, one) &&
      riseOf(one) <= MUCH_MORE * riseOf(other),
  );
  return shift?.alert.id ?? null;
}

function riseOf({ watched, alert }: KeptAlert): number {
  return alert.evidence.change?.ratio ?? (watched === null ? 1 : watched.after / watched.before);
}

/**
 * What waits for the event loop: the shift of the service, or several outliers and endpoints at once, none of which calls
 * the other, beside what is much slower and keeps the processor busier.
 */
function heldUp(alone: readonly KeptAlert[]): Array<[string, string]> {
  const [first] = alone
    .filter(({ isBusier }) => isBusier)
    .sort((a, b) => (b.alert.evidence.extraMsPerSecond ?? 0) - (a.alert.evidence.extraMsPerSecond ?? 0));
  if (first === undefined) return [];
  const beside = alone.filter((one) => one !== first && isAtOnce(one, first));
  const shifts = beside.filter(
    (one) => one.alert.kind === 'environment-shift' && riseOf(first) >= MUCH_MORE * riseOf(one),
  );
  const waiting = beside.filter(({ subject, isBusier }) => (subject === 'tail' || subject === 'endpoint') && !isBusier);
  return [...shifts, ...(waiting.length < BESIDE ? [] : waiting)].map(({ alert }) => [alert.id, first.alert.id]);
}

/** What it was part of, as long as the effects may last. */
function lastingCause({ partOf, alert }: KeptAlert, all: readonly KeptAlert[], nowUnixMs: number): string | null {
  const cause = all.find((other) => other.alert.id === partOf)?.alert;
  if (cause === undefined) return null;
  if (cause.state !== 'closed') return cause.id;
  const isOver = nowUnixMs - (cause.closedUnixMs ?? 0) > OUTLASTS_MS || alert.openedUnixMs > cause.closedUnixMs!;
  return isOver ? null : cause.id;
}

function functionIdOf({ watched }: KeptAlert): number | null {
  return watched?.functionId ?? null;
}

/** The alert as people see it: with where else it shows, and as grave as the gravest of that. */
export function withReached(alert: Alert, parts: readonly KeptAlert[]): Alert {
  const of = parts
    .filter((one) => one.partOf === alert.id && isOfNow(one.alert, alert))
    .map((one) => one.alert)
    .sort((a, b) => (b.evidence.extraMsPerSecond ?? 0) - (a.evidence.extraMsPerSecond ?? 0));
  if (of.length === 0) return alert;
  const reached = of.slice(0, REACHED).map(({ id, kind, title, place }): AlertReached => {
    return { alertId: id, kind, title, place };
  });
  const isCritical = of.some(({ severity, state }) => severity === 'critical' && state !== 'closed');
  return { ...alert, reached, severity: isCritical ? 'critical' : alert.severity };
}

/** Where it is, and where else its cause shows; null is all of the service. */
export function placesOf({ place, reached = [] }: Alert): Array<Alert['place']> {
  return [place, ...reached.map((one) => one.place)];
}

/** Not of the last time that the alert was open. */
function isOfNow(part: Alert, { openedUnixMs }: Alert): boolean {
  return part.state !== 'closed' || part.updatedUnixMs >= openedUnixMs;
}
