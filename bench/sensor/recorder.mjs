// Stands where a collector would, takes what sensors send, and keeps what they say about themselves: how many functions
// they measure, what they left out, what they cost. It keeps no numbers of functions.

import { once } from 'node:events';
import { pack, unpack } from 'msgpackr';
import { WebSocketServer } from 'ws';

/** { url, facts(service): the last facts of a service's sensor, undefined before there are any; stop() } */
export async function startRecorder() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const facts = new Map();
  server.on('connection', (socket) => {
    let service;
    const answer = (message) => socket.send(pack(message));
    socket.on('message', (data) => {
      const message = unpack(data);
      if (message.type === 'hello') {
        service = message.service;
        answer({ type: 'welcome', protocol: message.protocol, collectorVersion: 'bench', lastSequence: 0 });
      } else if (message.type === 'window') {
        facts.set(service, message.facts);
        answer({ type: 'ack', sequence: message.sequence });
      }
    });
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    facts: (service) => facts.get(service),
    stop: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

/** Rows that say how much of a program the sensor measured, beside `base`: { case, subject, node }. */
export function measuredRows(base, facts) {
  if (facts === undefined) {
    return [{ ...base, metric: 'functions measured', unit: '', value: null, reason: 'the sensor said nothing' }];
  }
  const skipped = Object.entries(facts.skipped).map(([reason, modules]) => `${modules} ${reason}`);
  const leftOut = Object.values(facts.skipped).reduce((sum, modules) => sum + modules, 0);
  return [
    { ...base, metric: 'measured', unit: 'functions', value: facts.functions },
    { ...base, metric: 'left as they were', unit: 'modules', value: leftOut, reason: skipped.join(', ') },
  ];
}
