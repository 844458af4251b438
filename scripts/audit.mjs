// Whether anything that is shipped depends on a package with a known hole: `npm run audit`. npm asks the registry, and not
// every registry answers that: then this says so, and is a failure where CI=true, since nothing was checked.

import { runNpm } from './programs.mjs';
import { Failure, runScript, say } from './progress.mjs';
import { ROOT } from './setup.mjs';

if (process.argv[1] === import.meta.filename) {
  await runScript(async () => {
    const { output } = await runNpm(['audit', '--omit=dev', '--json'], { cwd: ROOT });
    const { isClean, text } = verdict(output);
    if (isClean === false || (isClean === null && process.env.CI === 'true')) throw new Failure(text);
    say(text);
  });
}

/** Of what `npm audit --json` printed: isClean is null where nothing was checked. */
export function verdict(output) {
  const report = json(output);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) {
    const why = report?.message ?? report?.error?.summary ?? (output.trim().split('\n').at(-1) || 'npm said nothing');
    return { isClean: null, text: `Dependencies were not audited: ${why}` };
  }
  const count = report.metadata.dependencies?.prod ?? 0;
  if (counts.total === 0) return { isClean: true, text: `No known hole in the ${count} packages that are shipped.` };
  const lines = Object.values(report.vulnerabilities ?? {}).map(
    ({ name, severity, range }) => `  ${name} ${range}: ${severity}`,
  );
  return { isClean: false, text: [`${counts.total} packages with known holes:`, ...lines].join('\n') };
}

/** What npm warns of stands before or behind it. */
function json(output) {
  const [from, to] = [output.indexOf('{'), output.lastIndexOf('}')];
  try {
    return JSON.parse(output.slice(from, to + 1));
  } catch {
    return null;
  }
}
