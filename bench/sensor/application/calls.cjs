// Nanoseconds a call, by kind of function. Each kind has a loop of its own, so that V8 may inline what it would inline,
// and each call depends on the one before, so that none can be left out or moved.

const { setImmediate: turn } = require('node:timers/promises');
const { Account, asynchronous, caller, counted, fibonacci, generate, looping } = require('./functions.cjs');

const WARM_UP_MS = 100;
const MEASURE_MS = Number(process.argv[2]);
/** Calls of the first batch; the next ones grow until a batch is long enough to be timed. */
const FIRST_BATCH = 50;
const BATCH_MS = 5;

const account = new Account();

/** Each takes a number of calls and makes as many; fibonacci(10) is 177 calls. */
const KINDS = {
  'counted only': (calls) => {
    let n = 0;
    for (let i = 0; i < calls; i++) n = counted(n);
    return n;
  },
  'calls another': (calls) => {
    let n = 0;
    for (let i = 0; i < calls; i++) n = caller(n);
    return n;
  },
  'loop of 8': (calls) => {
    let n = 0;
    for (let i = 0; i < calls; i++) n = looping(n);
    return n;
  },
  method: (calls) => {
    let n = 0;
    for (let i = 0; i < calls; i++) n = account.deposit(i);
    return n;
  },
  recursion: (calls) => {
    let n = 0;
    for (let i = 0; i < calls; i += 177) n = (n + fibonacci(10)) | 0;
    return n;
  },
  generator: (calls) => {
    let n = 0;
    for (let i = 0; i < calls; i++) for (const value of generate(n)) n = (value + 1) | 0;
    return n;
  },
  async: async (calls) => {
    let n = 0;
    for (let i = 0; i < calls; i++) n = await asynchronous(n);
    return n;
  },
};

/** Processor time of a call in ns: all of the process, since a peer's other threads and its garbage cost as well. */
async function measure(run) {
  let calls = FIRST_BATCH;
  for (const until = performance.now() + WARM_UP_MS; performance.now() < until; await turn()) {
    const start = performance.now();
    await run(calls);
    if (performance.now() - start < BATCH_MS) calls *= 2;
  }
  let made = 0;
  const before = process.cpuUsage();
  // The turn in between lets a peer export what it has collected.
  for (const until = performance.now() + MEASURE_MS; performance.now() < until; await turn()) {
    await run(calls);
    made += calls;
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / made;
}

(async () => {
  const nanoseconds = {};
  for (const [kind, run] of Object.entries(KINDS)) nanoseconds[kind] = await measure(run);
  process.send({ nanoseconds }, () => process.disconnect());
})();
