// The packages whose own tests are run: popular ones that ship them. Versions are pinned, so that a run can be
// repeated; what their tests import comes from the devDependencies that they state.

/**
 * `files`: paths of the test files in the package; each runs in a process of its own, prints TAP, and is known by it.
 * `needs`: devDependencies that no test file names. `exceptions`: files that may differ, with the cause.
 */
export const suites = [
  { name: 'avvio', version: '9.3.1', files: /^test\/.*\.test\.m?js$/ },
  {
    name: 'fast-json-stringify',
    version: '7.3.6',
    files: /^test\/.*\.test\.js$/,
    exceptions: {
      'test/deopt.test.js':
        'asks V8 whether machine code was thrown away since: code with a timed function inlined is, once, when a call of it is first timed in another way',
    },
  },
  { name: 'fastify', version: '5.12.8', files: /^test\/(?!bundler\/|types\/).*\.test\.m?js$/ },
  { name: 'fastq', version: '1.20.3', files: /^test\/(test|promise)\.js$/ },
  { name: 'find-my-way', version: '9.10.1', files: /^test\/.*\.test\.js$/ },
  { name: 'light-my-request', version: '6.8.1', files: /^test\/.*\.test\.js$/ },
  { name: 'minimist', version: '1.2.8', files: /^test\/.*\.js$/ },
  { name: 'pino', version: '10.4.0', files: /^test\/(?!jest\/|types\/).*\.test\.m?js$/ },
  { name: 'qs', version: '6.16.0', files: /^test\/[^/]*\.js$/ },
  { name: 'resolve', version: '1.22.13', files: /^test\/[^/]*\.js$/ },
  { name: 'sonic-boom', version: '5.0.2', files: /^test\/.*\.test\.js$/ },
];
