// Loaded into the server beside it: how long its main loop was held, asked for over the channel to its parent. It wakes
// the loop two hundred times a second until it is read: what the server does when it is idle is measured after that.

const { isMainThread } = require('node:worker_threads');
const { monitorEventLoopDelay } = require('node:perf_hooks');

if (isMainThread && process.send) {
  const RESOLUTION_MS = 5;
  let delay = null;
  process.on('message', (what) => {
    if (what === 'watch') {
      delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delay.enable();
      process.send({ watching: true });
      return;
    }
    delay.disable();
    // What it reports is the time between two ticks of its timer, of which one is the timer's own.
    process.send({ longestBlockMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS) });
  });
  process.channel.unref();
}
