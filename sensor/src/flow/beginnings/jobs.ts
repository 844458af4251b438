// A flow for each job that a BullMQ worker takes from its queue, and for each run of a schedule (node-cron, croner). It
// begins where the library calls the program's function, and ends with the promise that it gives back, which the library
// awaits.

import { types } from 'node:util';
import { beginFlow, endFlow, reportFlowError } from '../current-flow.js';
import type { Flow, FlowKind } from '../flow.js';
import { type Enter, within } from '../probes.js';
import { ownValue } from './http-server.js';
import type { Callback } from './runs.js';

const { apply } = Reflect;
const { isPromise } = types;
// Taken now: a program may replace it.
const { then } = Promise.prototype;

/** What a job brings; it has no method or headers. */
function begin(kind: FlowKind, method: string, route: string, body: () => unknown): Flow | undefined {
  const none = () => undefined;
  const request = { method: '', url: '', headers: {}, params: none, query: none, body };
  return beginFlow(kind, method, route, kind === 'timer' ? null : request);
}

/** Ends the flow with what the program's function has returned; the library awaits it, so that it is handled. */
function endWith(flow: Flow, result: unknown, threw: boolean): void {
  const failed = (error: unknown) => {
    flow.failed = true;
    reportFlowError(flow, error);
    endFlow(flow);
  };
  if (threw) failed(result);
  else if (isPromise(result)) apply(then, result, [() => endFlow(flow), failed]);
  else endFlow(flow);
}

/** The call of the program's function, in a flow of its own. The library waits for the promise that it returns. */
export function runJob(flow: Flow | undefined, callback: Callback, self: unknown, parameters: unknown[]): unknown {
  const leave = within(flow);
  try {
    const result = apply(callback, self, parameters);
    if (flow) endWith(flow, result, false);
    return result;
  } catch (error) {
    if (flow) endWith(flow, error, true);
    throw error;
  } finally {
    leave();
  }
}

/** By the names of their points in probe-points.ts. */
export function jobProbes(): Record<string, Enter> {
  return { ...bullmq(), ...schedules() };
}

/** A job of a queue; `body` is asked for what it brings only when it is captured. */
export function beginJob(system: string, queue: string, body: () => unknown): Flow | undefined {
  return begin('job', system, queue, body);
}

function bullmq(): Record<string, Enter> {
  return {
    'bullmq.process': (worker, [job]) => {
      const flow = begin('job', 'bullmq', String(worker?.name), () => ownValue(job, 'data'));
      const leave = within(flow);
      return (result, threw) => {
        leave();
        if (flow === undefined) return;
        // What it throws at once the library catches; the insertion does not see which error that is.
        if (threw) endWith(flow, undefined, true);
        else endWith(flow, result, false);
      };
    },
  };
}

/** The program's functions as libraries keep them, once they are wrapped. */
const wrapped = new WeakSet<object>();

function schedules(): Record<string, Enter> {
  /** Puts the function that `holder` keeps under `key` into flows. */
  function inFlows(holder: Record<string, unknown> | undefined, key: string, name: string): void {
    const callback = holder?.[key];
    if (typeof callback !== 'function' || wrapped.has(callback)) return;
    const inFlow: Callback = function (...parameters) {
      return runJob(
        begin('timer', 'cron', name, () => undefined),
        callback as Callback,
        this,
        parameters,
      );
    };
    wrapped.add(inFlow);
    holder![key] = inFlow;
  }
  return {
    'cron.task': (task) => {
      // Without a name of its own it has its id for one, another each time.
      const named = task?.name !== task?.id ? task?.name : task?.cronExpression;
      inFlows(task?.runner, 'onMatch', String(named));
    },
    'croner.trigger': (job) => inFlows(job, 'fn', String(job?.name || job?._states?.pattern?.pattern)),
  };
}
