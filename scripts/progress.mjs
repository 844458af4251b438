// One line for each step of a script: what is being done and for how long. On a terminal the line counts along; in a
// log there is one line when the step begins and one when it ends, and in between one now and then, on stderr.

const SPINNER_MS = 250;
const LOG_MS = process.stderr.isTTY ? 5_000 : 60_000;

/**
 * Runs `work` and reports it as `title`. `work` gets `note(text)`, which shows what it is at: in a log once in `logMs`.
 * Resolves and rejects as `work` does. With `quiet`, only a failure is reported.
 */
export async function step(title, work, { quiet = false, logMs = LOG_MS } = {}) {
  const start = performance.now();
  const line = quiet ? silentLine() : process.stdout.isTTY ? terminalLine() : logLine(logMs);
  let doing = '';
  const show = () => line.now(`${title}  ${seconds(start)}${doing && `  ${doing}`}`);
  line.begin(title);
  const timer = setInterval(show, SPINNER_MS);
  try {
    const result = await work((text) => {
      doing = text;
    });
    line.end(`✓ ${title}  ${seconds(start)}`);
    return result;
  } catch (error) {
    line.end(`✗ ${title}  ${seconds(start)}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** A line of its own between steps. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Ends the script with a message for the person instead of a stack, which belongs to unforeseen errors alone. */
export class Failure extends Error {}

/** Runs a script's main function; whatever it throws is printed, and the script's exit code is then 1. */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`\n${error instanceof Failure ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

function terminalLine() {
  const replace = (text, end = '') => {
    process.stdout.write(`\r\x1b[K${text.slice(0, (process.stdout.columns || 80) - 1)}${end}`);
  };
  return { begin: () => {}, now: (text) => replace(`  ${text}`), end: (text) => replace(text, '\n') };
}

function logLine(everyMs) {
  let lastMs = performance.now();
  const now = (text) => {
    if (performance.now() - lastMs < everyMs) return;
    lastMs = performance.now();
    process.stderr.write(`  ${text}\n`);
  };
  return { begin: (title) => say(`  ${title} …`), now, end: say };
}

function silentLine() {
  return { begin: () => {}, now: () => {}, end: (text) => text.startsWith('✗') && say(text) };
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
