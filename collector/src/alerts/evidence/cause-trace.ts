// Which way the cause of a finding lies: the functions from where it was found to where it comes from, as far as the calls
// between functions say. Added time is followed into the callee that carries most of it, but not where that is only called
// more often: then the caller is at fault. Errors are followed into the callees that fail as often, calls that ceased up to
// who made them. What is not plain leads nowhere, and is told for itself.

import { attribute } from '../../analysis/attribution.js';
import type { Finding } from '../../analysis/finding.js';
import type { Store } from '../../store/store.js';
import type { KeptAlert } from '../life/alert-book.js';
import type { Scope } from './alert-facts.js';
import { CAUSE_MINUTES, type CallParts, callPartsReader, type ReadCallParts } from './call-parts.js';

/** Functions that are followed, at most. */
const STEPS = 16;
/** Of the added time, in one callee; of the requests' added time, in one function and what it calls. */
const CARRIED = 0.5;
/** A function that adds so much of the growth itself, and is slower by so much for it, would be told of alone. */
const OWN = { share: 0.4, growth: 0.1 };
/** Of the errors, in callees. */
const PASSED_ON = 0.7;
/** Of its calls, from one caller. */
const CALLED = 0.5;
/** Of a caller's calls, that are left. */
const CEASED = 0.4;

export interface TraceParts {
  store: Store;
  read: ReadCallParts;
  /** Deployments of the scope, and the one that runs. */
  ids: number[];
  currentId: number;
  /** Processors that the service took in a time. */
  taken: Map<string, number>;
}

/** For one look; what is read is read once. */
export function startTrace(store: Store, { deployments }: Scope): TraceParts {
  const ids = deployments.map(({ id }) => id);
  return { store, ids, currentId: ids.at(-1)!, read: callPartsReader(store), taken: new Map() };
}

/** With where its cause lies. What is known of it from before stays: the traces are plainest in its first hour. */
export async function traced(
  parts: TraceParts,
  found: KeptAlert,
  finding: Finding,
  before: KeptAlert | undefined,
): Promise<KeptAlert> {
  const known = before?.alert.state === 'closed' ? undefined : before;
  const leads = known?.leads?.length ? known.leads : await causeTrace(parts, finding);
  if (known !== undefined) return { ...found, leads, ...(known.isBusier && { isBusier: true }) };
  const busier = finding.subject === 'cpu' || (finding.subject === 'latency' && (await isBusier(parts, finding)));
  return { ...found, leads, ...(busier && { isBusier: true }) };
}

/** Ids of functions, the nearest first; empty where the cause is in the place itself, or not known. */
export async function causeTrace(parts: TraceParts, finding: Finding): Promise<number[]> {
  const { functionId, endpointId, subject } = finding;
  if (endpointId !== undefined) return endpointTrace(parts, finding, endpointId);
  if (functionId === null) return [];
  switch (subject) {
    case 'latency':
    case 'tail':
    case 'cpu':
      return timeTrace(parts, finding, functionId);
    case 'errors':
    case 'error-type':
    case 'error-gone':
      return errorTrace(parts, finding, functionId);
    case 'call-rate':
      return callerTrace(parts, finding, functionId);
    default:
      return [];
  }
}

/** Minutes on each side that are looked at for the processor time of a service. */
const BUSY_MINUTES = 10;
/** Processors that a service takes more, and times what it took, from which on others may wait for it. */
const BUSY = { more: 0.02, times: 1.25 };

/** Whether the service takes so much more of the processor since that its other functions may have to wait. */
async function isBusier({ store, ids, taken }: TraceParts, { beforeMinutes, afterMinutes }: Finding): Promise<boolean> {
  const processors = async ([from, to]: [number, number]) => {
    const fromMinute = Math.max(from, to - BUSY_MINUTES);
    const key = `${fromMinute} ${to}`;
    const known = taken.get(key);
    if (known !== undefined) return known;
    let cpuNs = 0;
    for (const { functions } of await store.scalars({ fromMinute, toMinute: to - 1 }, ids))
      for (const of of functions.values()) cpuNs += of.cpuNs;
    const found = cpuNs / ((to - fromMinute) * 60e9);
    taken.set(key, found);
    return found;
  };
  const [before, after] = [await processors(beforeMinutes), await processors(afterMinutes)];
  return after - before >= BUSY.more && after >= BUSY.times * before;
}

/** The same function before and after. */
async function sides({ read, ids, currentId }: TraceParts, finding: Finding, id: number) {
  const before = await read(id, finding.beforeMinutes, finding.beforeDeployments ?? ids);
  return [before, await read(id, finding.afterMinutes, finding.isOfDeployment ? [currentId] : ids)] as const;
}

async function timeTrace(parts: TraceParts, finding: Finding, start: number): Promise<number[]> {
  const leads: number[] = [];
  let share = 1;
  for (let id = start; leads.length < STEPS; ) {
    const [before, after] = await sides(parts, finding, id);
    const [most, own] = growth(before, after, id);
    if (most === undefined || most.key === id || most.share < CARRIED) break;
    if (own !== undefined && own.share >= OWN.share && own.addedNs * before.timedCalls >= OWN.growth * before.sumNs)
      break;
    share *= Math.min(1, most.share);
    if (share < CARRIED / 2 || leads.includes(most.key) || isCalledMore(before, after, most.key, most.addedNs)) break;
    leads.push(most.key);
    id = most.key;
  }
  return leads.length > 0 ? leads : newCallers(parts, finding, start);
}

/** What grew most, and its own part. */
function growth(before: CallParts, after: CallParts, id: number) {
  const whole = ({ timedCalls: calls, sumNs, selfNs, callees }: CallParts) => ({
    ...{ calls, sumNs },
    parts: [...[...callees].map(([key, c]) => ({ key, sumNs: c.sumNs })), { key: id, sumNs: selfNs }],
  });
  const grown = attribute(whole(before), whole(after));
  return [grown[0], grown.find(({ key }) => key === id)] as const;
}

/** Whether most of what the callee adds comes of further calls of it. */
function isCalledMore(before: CallParts, after: CallParts, callee: number, addedNs: number): boolean {
  const [b, a] = [before.callees.get(callee), after.callees.get(callee)!];
  const further = a.calls / after.timedCalls - (b?.calls ?? 0) / before.timedCalls;
  return further * (a.sumNs / a.calls) >= addedNs / 2;
}

/** Who calls it since, as nobody did before: it is not slower, it is asked for more. */
async function newCallers(parts: TraceParts, finding: Finding, start: number): Promise<number[]> {
  const leads: number[] = [];
  for (let id = start; leads.length < STEPS; ) {
    const [before, after] = await sides(parts, finding, id);
    const most = mostCalls(after);
    if (most === undefined || leads.includes(most.caller) || most.caller === start) break;
    if (most.share - callerShare(before, most.caller) < CALLED) break;
    leads.push(most.caller);
    id = most.caller;
  }
  return leads;
}

/** Breadth first through callers that are hardly called any more either. */
async function callerTrace(parts: TraceParts, finding: Finding, start: number): Promise<number[]> {
  const leads: number[] = [];
  const rate = (calls: number, minutes: [number, number]) => calls / minutesOf(minutes);
  const open = [start];
  for (const id of open) {
    if (open.length > STEPS) break;
    const { callers } = await parts.read(id, finding.beforeMinutes, parts.ids);
    const ceased: Array<[id: number, calls: number]> = [];
    for (const [caller, made] of callers) {
      const [before, after] = await sides(parts, finding, caller);
      const left = rate(after.calls, finding.afterMinutes) / rate(before.calls, finding.beforeMinutes);
      if (left <= CEASED) ceased.push([caller, made]);
    }
    // Of the calls of which it is known who made them.
    const calls = [...callers.values()].reduce((a, b) => a + b, 0);
    if (ceased.reduce((sum, [, made]) => sum + made, 0) < CALLED * calls) continue;
    for (const [caller] of ceased.sort((a, b) => b[1] - a[1])) {
      if (caller === start || leads.includes(caller)) continue;
      leads.push(caller);
      open.push(caller);
    }
  }
  return leads;
}

/** Of a time of which only the last minutes are read. */
function minutesOf([from, to]: [number, number]): number {
  return Math.max(1, Math.min(CAUSE_MINUTES, to - from));
}

function mostCalls(parts: CallParts) {
  const [first] = [...parts.callers].sort((a, b) => b[1] - a[1]);
  return first && { caller: first[0], share: callerShare(parts, first[0]) };
}

function callerShare({ calls, callers }: CallParts, caller: number): number {
  return calls === 0 ? 0 : (callers.get(caller) ?? 0) / calls;
}

/** Breadth first through callees that fail as their callers do. */
async function errorTrace(parts: TraceParts, finding: Finding, start: number): Promise<number[]> {
  const { beforeMinutes, afterMinutes } = finding;
  const changeOf = async (id: number) => {
    const [before, after] = await sides(parts, finding, id);
    const change = after.errors / minutesOf(afterMinutes) - before.errors / minutesOf(beforeMinutes);
    const callees = new Set([...before.callees.keys(), ...after.callees.keys()]);
    return { id, callees, change: finding.kind === 'error-gone' ? -change : change };
  };
  const leads: number[] = [];
  const open = [await changeOf(start)];
  for (const { callees, change } of open) {
    if (open.length > STEPS) break;
    const failing = (await Promise.all([...callees].map(changeOf)))
      .filter((one) => one.change > 0)
      .sort((a, b) => b.change - a.change);
    if (failing.reduce((sum, one) => sum + one.change, 0) < PASSED_ON * change) continue;
    for (const one of failing) {
      if (one.id === start || leads.includes(one.id)) continue;
      leads.push(one.id);
      open.push(one);
    }
  }
  return leads;
}

/** Functions that carry the requests' added time with all that they call: the outermost first. */
async function endpointTrace({ store, ids, currentId }: TraceParts, finding: Finding, endpointId: number) {
  const whole = async ([from, to]: [number, number], of: number[]) => {
    const sums = await store.endpointTotals({ fromMinute: Math.max(from, to - CAUSE_MINUTES), toMinute: to - 1 }, of);
    const own = sums.filter((one) => one.endpointId === endpointId);
    const parts = new Map<number, number>();
    for (const { functions } of own)
      for (const [id, { sumNs }] of functions) parts.set(id, (parts.get(id) ?? 0) + sumNs);
    return {
      calls: own.reduce((sum, { totals }) => sum + totals.calls, 0),
      sumNs: own.reduce((sum, { totals }) => sum + totals.sumNs, 0),
      parts: [...parts].map(([key, sumNs]) => ({ key, sumNs })),
    };
  };
  const before = await whole(finding.beforeMinutes, finding.beforeDeployments ?? ids);
  const after = await whole(finding.afterMinutes, finding.isOfDeployment ? [currentId] : ids);
  return attribute(before, after)
    .filter(({ share }) => share >= CARRIED)
    .slice(0, STEPS)
    .map(({ key }) => key);
}
