// dd-trace's continuous profiler with its wall and heap profiles, written to files instead of an agent; no tracing of
// packages beside it.

const { mkdirSync } = require('node:fs');
const { join } = require('node:path');

const profiles = join(__dirname, 'profiles');
mkdirSync(profiles, { recursive: true });
process.env.DD_PROFILING_ENABLED = 'true';
process.env.DD_PROFILING_EXPORTERS = 'file';
process.env.DD_PROFILING_PPROF_PREFIX = `${profiles}/`;

require('./dd-release.cjs').init({ plugins: false });
