// Functions that take a known time, measured from outside by the precise clock: calls, sum and percentiles as they
// were. `mixed` is quick mostly and slow sometimes; `waits` gives control back while it waits.

const { setImmediate: turn, setTimeout: wait } = require('node:timers/promises');

/** Times in ms; a turn of the event loop after every so many calls. */
const A_TURN = 20;

function spin5us() {
  spin(0.005);
}
function spin50us() {
  spin(0.05);
}
function spin1ms() {
  spin(1);
}
function spin30ms() {
  spin(30);
}
function mixed(call) {
  spin(call % 10 === 0 ? 2 : 0.02);
}
async function waits() {
  await wait(5);
  spin(0.1);
}

function spin(milliseconds) {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}

const CALLS = [
  [spin5us, 60_000],
  [spin50us, 8_000],
  [spin1ms, 600],
  [spin30ms, 40],
  [mixed, 2_000],
  [waits, 150],
];

async function measure(measured, calls) {
  const durationsNs = [];
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    const result = measured(call);
    if (result !== undefined) await result;
    durationsNs.push((performance.now() - start) * 1e6);
    if (call % A_TURN === 0) await turn();
  }
  durationsNs.sort((a, b) => a - b);
  return {
    calls,
    totalNs: durationsNs.reduce((sum, ns) => sum + ns, 0),
    p50Ns: durationsNs[Math.ceil(calls * 0.5) - 1],
    p95Ns: durationsNs[Math.ceil(calls * 0.95) - 1],
  };
}

process.once('message', async () => {
  const truth = {};
  for (const [measured, calls] of CALLS) truth[measured.name] = await measure(measured, calls);
  await require(process.env.BENCH_SENSOR).flush();
  process.send({ truth });
});
process.once('disconnect', () => process.exit());
process.send({ ready: true });
