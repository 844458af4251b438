// Messages of Kafka by kafkajs: a flow for each that a consumer is given, or for each batch where the program takes batches;
// what a producer sends is a request to another service, once for each broker that it goes to.

import { beginJob, runJob } from '../beginnings/jobs.js';
import type { Callback } from '../beginnings/runs.js';
import { currentFlow } from '../current-flow.js';
import type { Enter } from '../probes.js';
import { beginOutbound, endOutbound } from '../waiting-events.js';
import { messageText } from './message-text.js';

interface Message {
  value?: unknown;
}
/** Messages of a batch that its flow shows. */
const SHOWN = 50;

export function kafkaProbes(): Record<string, Enter> {
  const wrapped = new WeakSet<object>();
  /** The program's functions as a runner keeps them. kafkajs waits for what they return. */
  function inFlows(runner: Record<string, unknown>, key: string, bodyOf: (payload: never) => () => unknown): void {
    const callback = runner[key];
    if (typeof callback !== 'function' || wrapped.has(callback)) return;
    const inFlow: Callback = function (...parameters) {
      const [payload] = parameters as [{ topic?: unknown; batch?: { topic?: unknown } }];
      const topic = String(payload.topic ?? payload.batch?.topic);
      return runJob(beginJob('kafkajs', topic, bodyOf(payload as never)), callback as Callback, this, parameters);
    };
    wrapped.add(inFlow);
    runner[key] = inFlow;
  }
  return {
    'kafkajs.messages': (runner) =>
      inFlows(
        runner,
        'eachMessage',
        ({ message }: { message: Message }) =>
          () =>
            messageText(message.value),
      ),
    'kafkajs.batches': (runner) =>
      inFlows(
        runner,
        'eachBatch',
        ({ batch }: { batch: { messages: Message[] } }) =>
          () =>
            batch.messages.slice(0, SHOWN).map(({ value }) => messageText(value)),
      ),
    'kafkajs.produce': (broker, [request]) => {
      const flow = currentFlow();
      const topics: { topic: unknown }[] | undefined = request?.topicData;
      if (flow === undefined || !Array.isArray(topics)) return;
      const names = topics.map(({ topic }) => String(topic)).join(',');
      const event = beginOutbound(flow, 'PUBLISH', `kafka://${String(broker?.brokerAddress)}/${names}`);
      return (result, threw) => endOutbound(flow, event, threw ? result : null);
    },
  };
}
