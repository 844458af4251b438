// Runs of the program's own timers, each a flow; and that a timer is what it is without the sensor.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fakeCollector } from '../../testing/fake-collector.js';
import { flowPrograms } from '../../testing/flow-programs.js';
import { Programs } from '../../testing/side-by-side.js';

const programs = flowPrograms();
const sideBySide = new Programs({ 'package.json': '{ "name": "timers", "version": "1.0.0" }' });
after(() => {
  programs.remove();
  sideBySide.remove();
});

const PROGRAM = `const http = require('node:http');
const { setContext } = require(process.env.SENSOR_API);
const pause = () => new Promise((resolve) => setTimeout(resolve, 3));
process.on('uncaughtException', () => {}).on('unhandledRejection', () => {});
class Poller {
  #turns = 0;
  start() { this.timer = setInterval(() => this.poll(), 1); }
  async poll() {
    if (++this.#turns > 1) return;
    clearInterval(this.timer);
    await pause();
    await later();
  }
}
async function later() { await pause(); throw new RangeError('no answer'); }
function breaks(what) { setContext({ what }); throw new TypeError('broken by ' + what); }
function cleanUp(a, b) { if (this.constructor.name !== 'Timeout' || a + b !== 3) console.log('NOT THE SAME'); }
new Poller().start();
const breaking = setInterval(breaks, 2, 'a part');
setTimeout(() => clearInterval(breaking), 3);
setTimeout(cleanUp, 1000, 1, 2);
setTimeout(cleanUp, 10, 1, 2);
require('library').start();
http.createServer((request, response) => {
  const timer = setInterval(function inRequest() { clearInterval(timer); response.end(); }, 1);
}).listen(0, '127.0.0.1', function () {
  http.get({ port: this.address().port, agent: false }, (r) => r.resume().once('end', () => this.close()));
});`;

test('setInterval and long setTimeout: a flow each run to its end, in the name of its function, also of those that fail', async (t) => {
  const collector = await fakeCollector({});
  t.after(() => collector.close());
  programs.write(
    'node_modules/library/index.js',
    'exports.start = () => { const t = setInterval(() => clearInterval(t), 1) };',
  );
  programs.write('program.cjs', PROGRAM);
  const api = programs.sensor.replace('sensor.cjs', 'index.cjs');
  const { flows, output } = await programs.run('program.cjs', { SENSOR_API: api, PRODLENS_URL: collector.url });
  assert.doesNotMatch(output, /NOT THE SAME/);
  assert.deepEqual(flows.map(({ kind, method, failed }) => `${kind} ${method} ${failed}`).sort(), [
    'http GET false',
    'timer setInterval true',
    'timer setInterval true',
    'timer setTimeout false',
  ]);
  const named = collector.endpoints
    .filter(({ kind }) => kind === 'timer')
    .map(({ method, route }) => `${method} ${route}`);
  assert.deepEqual(named.sort(), [
    'setInterval Poller.start.setInterval#0 (program.cjs)',
    'setInterval breaks (program.cjs)',
    'setTimeout cleanUp (program.cjs)',
  ]);
  const captured = collector.snapshots.map(({ trigger, flow, error, function: f, calls }) => [
    ...[trigger, flow?.route, error?.type, f?.name],
    ...calls.filter(({ threw }) => threw).map((call) => call.function.name),
  ]);
  assert.deepEqual(captured.sort(), [
    ['unhandled', 'Poller.start.setInterval#0 (program.cjs)', 'RangeError', 'later', 'later', 'Poller.poll'],
    ['unhandled', 'breaks (program.cjs)', 'TypeError', 'breaks', 'breaks'],
  ]);
  const attributes = collector.snapshots.find(({ error }) => error?.type === 'TypeError')!.attributes;
  assert.match(JSON.stringify(attributes), /a part/);
});

test('a timer is what it is without the sensor', () => {
  const seen = sideBySide.checkSame(
    'timers.cjs',
    `const timers = require('node:timers');
    const { promisify, inspect } = require('node:util');
    for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout']) {
      const f = globalThis[name];
      console.log(name, f === timers[name], String(f), f.name, f.length, inspect(Object.getOwnPropertyDescriptors(f)));
      console.log(inspect(Object.getOwnPropertyDescriptor(globalThis, name)), Object.getPrototypeOf(f) === Function.prototype);
    }
    console.log(promisify(setTimeout) === require('node:timers/promises').setTimeout, Object.keys(globalThis), Object.keys(timers));
    for (const bad of [[], ['text'], [null, 5], [{}, 2000]])
      try { setTimeout(...bad) } catch (error) { console.log(error.code, error.stack.replace(/:\\d+:\\d+/g, '')) }
    const plain = (timer) => inspect(timer).replace(/(_idleStart|asyncId\\)\\]|Symbol\\(\\w+\\)|expiry|msecs|priorityQueuePosition): \\d+/g, '$1: n');
    const f = function named(a, b) { console.log('ran', this === long, a, b, arguments.length); return 5 };
    const long = setTimeout(f, 1000, 'a', 2);
    console.log(long.constructor.name, long.hasRef(), long.unref() === long, long.hasRef(), long.ref() === long, plain(long), +long > 0);
    console.log(long._onTimeout.name, long._repeat, long._timerArgs, typeof long[Symbol.dispose]);
    const cleared = setTimeout(f, 1500); clearTimeout(+cleared); console.log(cleared._destroyed);
    const byText = setTimeout(f, '1200'); clearTimeout(String(+byText)); console.log(byText._destroyed, setTimeout(() => {}, 2 ** 40)._idleTimeout);
    let n = 0;
    const every = setInterval(function () { console.log('every', this === every, ++n); if (n === 3) clearInterval(this); else if (n === 2) this.refresh(); }, 2);
    setTimeout(() => { setTimeout(() => { throw new Error('last') }, 1001); }, 1000).unref();
    setInterval(() => {}, 1000).unref();
    setInterval(async () => { throw new Error('rejected') }, 1300);
    process.on('unhandledRejection', (error, promise) => { console.log(error.message, promise instanceof Promise); });
    process.on('rejectionHandled', () => console.log('handled'));`,
  );
  assert.match(seen.stdout, /ran true a 2 2/);
  assert.match(seen.stdout, /rejected true/);
  assert.match(seen.stderr, /Error: last/);
  sideBySide.checkSame(
    'timers.mjs',
    `import timers, { setInterval as every, setTimeout as after } from 'node:timers';
    import { setTimeout as pause } from 'node:timers/promises';
    console.log(after === setTimeout, every === setInterval, timers.setTimeout === after, String(after));
    await pause(1);
    const aborted = pause(5000, null, { signal: AbortSignal.timeout(5) }).catch((error) => console.log(error.name));
    await aborted;
    after(() => console.log('long'), 1000);`,
  );
});
