// Istanbul's counters in every file of the application and its packages, as its own command line puts them there.
// Instrumented text is kept on disk: Istanbul takes many times longer to make it than a program takes to run.

const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const module_ = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const KEPT = join(__dirname, 'istanbul');
/** Above this, instrumenting takes minutes. */
const LARGEST_TEXT = 10 * 2 ** 20;

mkdirSync(KEPT, { recursive: true });

/** Instrumented text of a file, or the text itself where Istanbul cannot read it. */
function instrumented(path, source, esModules) {
  if (source.length > LARGEST_TEXT) return source;
  const kept = join(KEPT, createHash('sha256').update(`${path}\n${esModules}\n${source}`).digest('hex'));
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const text = instrument(path, source, esModules);
    writeFileSync(`${kept}.${process.pid}`, text);
    renameSync(`${kept}.${process.pid}`, kept);
    return text;
  }
}

function instrument(path, source, esModules) {
  const { createInstrumenter } = require('istanbul-lib-instrument');
  try {
    return createInstrumenter({ esModules, compact: false }).instrumentSync(source, path);
  } catch {
    return source;
  }
}

module.exports = { instrumented };

if (process.env.BENCH_ISTANBUL_LOADER === undefined) {
  process.env.BENCH_ISTANBUL_LOADER = 'started';
  const compile = module_.prototype._compile;
  module_.prototype._compile = function (content, filename, ...rest) {
    const text = filename.startsWith(__dirname) ? content : instrumented(filename, content, false);
    return compile.call(this, text, filename, ...rest);
  };
  module_.register('./istanbul-modules.mjs', pathToFileURL(__filename));
}
