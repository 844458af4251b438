// The thread of one agent: a realm with its side of `$262.agent`, in which the agent's script runs.

import vm from 'node:vm';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { RECEIVED, STARTED, sleep } from './agents.mjs';
import { modes } from './modes.mjs';
import { measure } from './realm.mjs';

const { source, mode: name, cells, port } = workerData;
const mode = modes.find((mode) => mode.name === name);
const global = vm.createContext(vm.constants.DONT_CONTEXTIFY);
if (mode.isInstrumented) measure(global);

const agent = {
  receiveBroadcast(receive) {
    let got = receiveMessageOnPort(port);
    for (; !got; got = receiveMessageOnPort(port)) sleep(1);
    advance(RECEIVED);
    receive(got.message.buffer, got.message.number);
  },
  report: (message) => port.postMessage(String(message)),
  sleep,
  leaving() {},
  monotonicNow: () => performance.now(),
};
global.$262 = { agent, global };
// What waits asynchronously does not keep a thread alive; stopAgents() ends it.
setInterval(() => {}, 1_000);
advance(STARTED);
vm.runInContext(mode.rewrite(source, 'agent', 'commonjs'), global);

function advance(cell) {
  Atomics.add(cells, cell, 1);
  Atomics.notify(cells, cell);
}
