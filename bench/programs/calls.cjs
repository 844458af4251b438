// Nanoseconds a call, by kind of function; the sum keeps the calls from being thrown away.

const CALLS = 5_000_000;

function counted(point) {
  return point.x + point.y;
}
function timed(list) {
  let sum = 0;
  for (const n of list) sum += n;
  return sum;
}
function caller(point) {
  return counted(point) + 1;
}
async function asynchronous(point) {
  return point.x;
}

const point = { x: 1, y: 2 };
const list = [1, 2, 3, 4, 5, 6, 7, 8];

function measure(call, argument, calls) {
  let sum = 0;
  for (let i = 0; i < calls / 10; i++) sum += call(argument);
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) sum += call(argument);
  const { user, system } = process.cpuUsage(start);
  if (Number.isNaN(sum) && sum === 1) console.log(sum);
  return { value: ((user + system) * 1e3) / calls, unit: 'ns/call' };
}

async function measureAsync(calls) {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) await asynchronous(point);
  const { user, system } = process.cpuUsage(start);
  return { value: ((user + system) * 1e3) / calls, unit: 'ns/call' };
}

(async () => {
  const results = {
    'counted only': measure(counted, point, CALLS),
    'timed, calls another': measure(caller, point, CALLS),
    'timed, loop of 8': measure(timed, list, CALLS),
    async: await measureAsync(CALLS / 10),
  };
  console.log(JSON.stringify(results));
})();
