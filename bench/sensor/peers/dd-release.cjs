// The release of dd-trace for this Node, told to talk to nobody: release 5 is the last one for Node 20.

process.env.DD_INSTRUMENTATION_TELEMETRY_ENABLED = 'false';
process.env.DD_REMOTE_CONFIGURATION_ENABLED = 'false';
process.env.DD_TRACE_STARTUP_LOGS = 'false';
process.env.DD_TRACE_AGENT_URL = 'http://127.0.0.1:9';

const isOld = Number(process.versions.node.split('.')[0]) < 22;
module.exports = require(isOld ? 'dd-trace-5' : 'dd-trace');
