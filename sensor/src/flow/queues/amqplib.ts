// Messages of AMQP (RabbitMQ) by amqplib: a flow for each that a consumer is given. The library does not wait for what a
// consumer returns; the run is over when the asynchronous calls that it began are over, or, of a function that returns no
// promise, when the message is acknowledged, refused or lost with its channel; without acknowledgement, when it returns.
// A message that is refused has failed. What is published is a request to another service, over once it is handed on.

import { types } from 'node:util';
import { beginJob } from '../beginnings/jobs.js';
import { type Callback, releaseRun, runInFlow } from '../beginnings/runs.js';
import { currentFlow, enteredFlow, reportFlowError } from '../current-flow.js';
import type { Flow } from '../flow.js';
import { type Enter, within } from '../probes.js';
import { beginOutbound, endOutbound } from '../waiting-events.js';
import { messageText } from './message-text.js';

interface Message {
  content?: unknown;
  fields?: { deliveryTag?: unknown };
}

interface Consumer {
  callback: unknown;
  queue: string;
  noAck: boolean;
}

interface Channel {
  consumers?: unknown;
  connection?: { stream?: { remoteAddress?: unknown; remotePort?: unknown } };
}

const { isPromise } = types;

export function amqpProbes(): Record<string, Enter> {
  /** Consumers that the server has not confirmed yet. */
  const asked = new WeakMap<Channel, Consumer[]>();
  /** Flows of messages that are not acknowledged, by delivery tag, in that order. */
  const open = new WeakMap<Channel, Map<unknown, Flow>>();

  function inFlows(channel: Channel, { callback, queue, noAck }: Consumer): Callback {
    return function (this: unknown, ...parameters) {
      const [message] = parameters as [Message | null];
      const flow = message ? beginJob('amqplib', queue, () => messageText(message.content)) : undefined;
      if (flow === undefined) return Reflect.apply(callback as Callback, this, parameters);
      if (!noAck) openOf(channel).set(message!.fields?.deliveryTag, flow);
      const leave = within(enteredFlow());
      try {
        return runInFlow(flow, callback as Callback, this, parameters, (result) => !noAck && !isPromise(result));
      } catch (error) {
        // The library takes it and closes the channel.
        reportFlowError(flow, error);
        throw error;
      } finally {
        leave();
      }
    };
  }

  function openOf(channel: Channel): Map<unknown, Flow> {
    const known = open.get(channel) ?? new Map<unknown, Flow>();
    open.set(channel, known);
    return known;
  }

  /** One message, or all until then; without one all. */
  function settle(channel: Channel, message: Message | null, andBefore: boolean, failed: boolean): void {
    const flows = open.get(channel);
    const tag = message?.fields?.deliveryTag;
    for (const [one, flow] of flows ?? []) {
      const isMeant = message === null || one === tag || (andBefore && Number(one) <= Number(tag));
      if (!isMeant) continue;
      flows!.delete(one);
      if (failed) flow.failed = true;
      releaseRun(flow);
    }
  }

  return {
    'amqplib.consume': (channel: Channel, [queue, callback, options]) => {
      const consumer = { callback, queue: String(queue), noAck: options?.noAck === true };
      asked.set(channel, [...(asked.get(channel) ?? []), consumer]);
    },
    'amqplib.register':
      (channel: Channel, [tag, callback]) =>
      (_, threw) => {
        const waiting = asked.get(channel) ?? [];
        const consumer = waiting.find((one) => one.callback === callback);
        if (consumer === undefined || threw || !(channel.consumers instanceof Map)) return;
        waiting.splice(waiting.indexOf(consumer), 1);
        if (typeof callback === 'function') channel.consumers.set(tag, inFlows(channel, consumer));
      },
    'amqplib.ack': (channel, [message, upTo]) => settle(channel, message, upTo === true, false),
    'amqplib.nack': (channel, [message, upTo]) => settle(channel, message, upTo === true, true),
    'amqplib.reject': (channel, [message]) => settle(channel, message, false, true),
    'amqplib.ackAll': (channel) => settle(channel, null, true, false),
    'amqplib.nackAll': (channel) => settle(channel, null, true, true),
    'amqplib.closed': (channel) => settle(channel, null, true, false),
    'amqplib.publish': (channel: Channel, [exchange, key]) => {
      const flow = currentFlow();
      if (flow === undefined) return;
      const { remoteAddress, remotePort } = channel.connection?.stream ?? {};
      const url = `amqp://${String(remoteAddress)}:${String(remotePort)}/${String(exchange)}/${String(key)}`;
      const event = beginOutbound(flow, 'PUBLISH', url);
      return (_, threw) => endOutbound(flow, event, threw ? 'not sent' : null);
    },
  };
}
