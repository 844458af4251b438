// Loaded before the sensor: time that the program's thread was held, and of it what handing a snapshot over to the
// sensor's own thread took. On Linux without the time in which the thread waited for a processor, which says more about
// the machine than about the sensor.

const { existsSync, openSync, readSync } = require('node:fs');
const { Worker } = require('node:worker_threads');

const ACCOUNT = `/proc/self/task/${process.pid}/schedstat`;
const account = existsSync(ACCOUNT) ? openSync(ACCOUNT) : null;
const bytes = Buffer.alloc(100);

/** Nanoseconds that the thread has waited for a processor until now. */
function waitedNs() {
  if (account === null) return 0;
  return Number(bytes.toString('latin1', 0, readSync(account, bytes, 0, bytes.length, 0)).split(' ')[1]);
}

/** A function that gives the milliseconds that the thread was held since. */
exports.startClock = () => {
  const waitedBefore = waitedNs();
  const start = performance.now();
  return () => {
    const elapsed = performance.now() - start;
    return Math.max(elapsed - (waitedNs() - waitedBefore) / 1e6, 0);
  };
};

const native = Worker.prototype.postMessage;
const isSnapshot = (message) => message?.type === 'snapshot';

/** Milliseconds, one for each snapshot in the order in which they were handed over. */
exports.handedOverMs = [];

Worker.prototype.postMessage = function postMessage(messages, ...more) {
  const snapshots = Array.isArray(messages) ? messages.filter(isSnapshot).length : 0;
  const heldMs = exports.startClock();
  try {
    return native.call(this, messages, ...more);
  } finally {
    const ms = heldMs();
    for (let i = 0; i < snapshots; i++) exports.handedOverMs.push(ms / snapshots);
  }
};
