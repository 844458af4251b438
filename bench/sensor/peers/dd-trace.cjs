// dd-trace with its own instrumentation of packages; benchWrap wraps functions by its tracer. No agent listens where it
// sends to.

const tracer = require('./dd-release.cjs').init();

globalThis.benchWrap = (name, wrapped) => tracer.wrap(name, wrapped);
