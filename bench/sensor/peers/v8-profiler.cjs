// V8's sampling profiler at its own default of a sample a millisecond.

const { Session } = require('node:inspector');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
globalThis.benchSession = session;
