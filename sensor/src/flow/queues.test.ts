// Messages of real brokers, each a job in a flow of its own, and what is sent to them. Where a broker is not installed, its
// test says so and is skipped.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { flowPrograms, type ShownFlow } from '../testing/flow-programs.js';
import { onServer } from '../testing/on-server.js';
import { startKafka, startRabbitMq } from '../testing/servers.js';

const programs = flowPrograms();
after(programs.remove);

const shown = ({ method, route, failed, errors, request, events }: ShownFlow) => ({
  job: `${method} ${route}${failed ? ` failed: ${errors}` : ''}`,
  body: request!.body,
  did: events.map((event) =>
    event.type === 'log' ? `log ${event.values}` : `${event.method} ${event.url} ${event.error}`,
  ),
});

onServer(
  'amqplib: consumers of each kind, messages that are refused, what is published',
  startRabbitMq,
  async (port) => {
    programs.write(
      'amqp.cjs',
      `const amqp = require('amqplib');
    const callbacks = require('amqplib/callback_api');
    const { currentFlow } = require(process.env.SENSOR);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    process.on('unhandledRejection', () => {});
    (async () => {
      const connection = await amqp.connect('amqp://guest:guest@127.0.0.1:${port}');
      const channel = await connection.createChannel();
      const confirmed = await connection.createConfirmChannel();
      for (const queue of ['orders', 'mails', 'copies', 'calls']) await channel.assertQueue(queue, { exclusive: true });
      let left = 7;
      let done;
      const all = new Promise((resolve) => { done = () => { if (--left === 0) setTimeout(resolve, 20); }; });
      await channel.consume('orders', async (message) => {
        const { sku } = JSON.parse(message.content);
        await pause();
        if (sku === 'nothing') { channel.nack(message, false, false); done(); return; }
        confirmed.sendToQueue('mails', Buffer.from('ordered ' + sku));
        channel.ack(message);
        done();
        await pause();
        console.log('IN', currentFlow()?.route);
      });
      await channel.consume('mails', (message) => {
        pause().then(() => { channel.publish('', 'copies', message.content); channel.ack(message); done(); });
      });
      await channel.consume('copies', (message) => { console.log('COPY', message.content.toString()); done(); }, { noAck: true });
      callbacks.connect('amqp://127.0.0.1:${port}', (error, other) => other.createChannel((error, channel) => {
        channel.assertQueue('elsewhere', { exclusive: true });
        channel.consume('elsewhere', (message) => { done(); throw new RangeError('thrown'); }, {}, () => {
          channel.sendToQueue('elsewhere', Buffer.from('x'));
        });
        channel.on('error', () => {});
        other.on('error', () => {});
      }));
      channel.sendToQueue('orders', Buffer.from('{"sku":"lamp"}'));
      channel.sendToQueue('orders', Buffer.from('{"sku":"nothing"}'));
      channel.sendToQueue('mails', Buffer.from('hello'));
      await all;
      process.exit();
    })();`,
    );
    const { flows, output } = await programs.run('amqp.cjs', { SENSOR: programs.sensor });
    const to = `amqp://127.0.0.1:${port}/`;
    assert.match(output, /IN orders/);
    const published = (queue: string) => `PUBLISH ${to}/${queue} null`;
    assert.deepEqual(
      flows.map(shown).sort((a, b) => (`${a.job} ${a.body}` < `${b.job} ${b.body}` ? -1 : 1)),
      [
        { job: 'amqplib copies', body: 'hello', did: [] },
        { job: 'amqplib copies', body: 'ordered lamp', did: [] },
        { job: 'amqplib elsewhere failed: thrown', body: 'x', did: [] },
        { job: 'amqplib mails', body: 'hello', did: [published('copies')] },
        { job: 'amqplib mails', body: 'ordered lamp', did: [published('copies')] },
        { job: 'amqplib orders failed: ', body: '{"sku":"nothing"}', did: [] },
        { job: 'amqplib orders', body: '{"sku":"lamp"}', did: [published('mails')] },
      ],
    );
  },
);

onServer(
  'kafkajs: messages one by one and in batches, those that fail too, and what is sent',
  startKafka,
  async (port) => {
    programs.write(
      'kafka.cjs',
      `const { Kafka, logLevel } = require('kafkajs');
    const kafka = new Kafka({ brokers: ['127.0.0.1:${port}'], logLevel: logLevel.NOTHING, retry: { retries: 20, initialRetryTime: 50 } });
    (async () => {
      const admin = kafka.admin();
      await admin.connect();
      await admin.createTopics({ topics: ['orders', 'mails', 'counts'].map((topic) => ({ topic, numPartitions: 1 })) });
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic: 'orders', messages: [{ value: 'lamp' }, { value: 'nothing' }] });
      const one = kafka.consumer({ groupId: 'one' });
      await one.connect();
      await one.subscribe({ topic: 'orders', fromBeginning: true });
      let failures = 0;
      const mailed = new Promise((resolve) => one.run({ eachMessage: async ({ message }) => {
        if (String(message.value) === 'nothing' && ++failures === 1) throw new Error('no such thing');
        await producer.send({ topic: 'mails', messages: [{ value: 'about ' + message.value }] });
        if (String(message.value) === 'nothing') setTimeout(resolve, 20);
      } }));
      await mailed;
      const many = kafka.consumer({ groupId: 'many' });
      await many.connect();
      await many.subscribe({ topic: 'mails', fromBeginning: true });
      await new Promise((resolve) => many.run({ eachBatch: async ({ batch }) => { setTimeout(resolve, 20); } }));
      process.exit();
    })();`,
    );
    const { flows } = await programs.run('kafka.cjs');
    const sent = { did: [`PUBLISH kafka://127.0.0.1:${port}/mails null`] };
    assert.deepEqual(flows.map(shown), [
      { job: 'kafkajs orders', body: 'lamp', ...sent },
      { job: 'kafkajs orders failed: no such thing', body: 'nothing', did: [] },
      { job: 'kafkajs orders', body: 'nothing', ...sent },
      { job: 'kafkajs mails', body: ['about lamp', 'about nothing'], did: [] },
    ]);
  },
);
