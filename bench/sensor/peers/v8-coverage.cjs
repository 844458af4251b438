// V8's precise coverage: calls of each function, counted by V8 itself.

const { Session } = require('node:inspector');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
globalThis.benchSession = session;
