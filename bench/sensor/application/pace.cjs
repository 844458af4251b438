// A program that does nothing, or with --busy calls functions without a pause: for what the sensor's own threads take.
// Answers with the processor time in ms of the program's thread and of all others, by Linux's own account of each.

const { readdirSync, readFileSync } = require('node:fs');
const shop = require('./shop.cjs');

const TASKS = '/proc/self/task';

if (process.argv[2] === '--busy') {
  setImmediate(function work() {
    for (let i = 0; i < 20; i++) shop.searchProducts('blue lamp', i);
    setImmediate(work);
  });
}

process.on('message', () => {
  let othersMs = 0;
  let ownMs = 0;
  for (const task of readdirSync(TASKS)) {
    const ms = Number(readFileSync(`${TASKS}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    if (Number(task) === process.pid) ownMs += ms;
    else othersMs += ms;
  }
  process.send({ ownMs, othersMs });
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
