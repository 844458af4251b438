// Runs a program's load and work, and tells the bench the processor time of each: of all threads, so that what a sensor
// or a peer does beside the program counts as well, and of the work that of the program's own thread.

const { existsSync, readFileSync } = require('node:fs');

/** Linux's account of the program's thread: nanoseconds on a processor come first. */
const OWN_THREAD = `/proc/self/task/${process.pid}/schedstat`;

/** `load` gives what `work` needs; the first is a program's start, the second what it is for. Both may be async. */
exports.measured = async (load, work) => {
  const atLoad = process.cpuUsage();
  const loaded = await load();
  const atWork = process.cpuUsage();
  const ownAtWork = ownThreadMs();
  await work(loaded);
  const ownAtEnd = ownThreadMs();
  const atEnd = process.cpuUsage();
  await exports.report();
  const times = {
    loadMs: cpuMs(atWork) - cpuMs(atLoad),
    workMs: cpuMs(atEnd) - cpuMs(atWork),
    ownThreadMs: ownAtEnd - ownAtWork,
  };
  process.send(times, () => process.disconnect());
};

/** Lets the sensor, where there is one, tell what it has measured. */
exports.report = async () => {
  const { BENCH_SENSOR } = process.env;
  if (BENCH_SENSOR) await require(BENCH_SENSOR).flush();
};

function cpuMs({ user, system }) {
  return (user + system) / 1000;
}

/** NaN where the system does not say. */
function ownThreadMs() {
  return existsSync(OWN_THREAD) ? Number(readFileSync(OWN_THREAD, 'utf8').split(' ')[0]) / 1e6 : Number.NaN;
}
