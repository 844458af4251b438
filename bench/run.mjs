// What is claimed, measured: `npm run bench`, or `npm run bench -- NAME …`; with --json one object a line.

import { build } from '../scripts/build.mjs';
import { Failure, runScript, say } from '../scripts/progress.mjs';
import { setup } from '../scripts/setup.mjs';

const BENCHES = { sensor: () => import('./sensor.mjs') };

await runScript(async () => {
  const json = process.argv.includes('--json');
  const names = process.argv.slice(2).filter((argument) => argument !== '--json');
  const unknown = names.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    throw new Failure(`No such bench: ${unknown.join(', ')}. There is ${Object.keys(BENCHES).join(', ')}.`);
  }
  await setup({ quiet: json });
  await build({ quiet: json });
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const { run } = await BENCHES[name]();
    const rows = await run({ note: (text) => json || say(`  ${text}`) });
    if (json) for (const row of rows) say(JSON.stringify({ bench: name, ...row }));
    else print(name, rows);
  }
});

function print(name, rows) {
  say(`\n${name}`);
  for (const { case: what, subject, metric, value, unit, ratio, goal, met } of rows) {
    const against = ratio === undefined ? '' : `  ${ratio.toFixed(2)} of plain`;
    const verdict = met === undefined ? '' : met ? `  goal ${goal}: met` : `  goal ${goal}: missed`;
    say(
      `  ${what.padEnd(26)} ${subject.padEnd(9)} ${metric.padEnd(20)} ${format(value).padStart(9)} ${unit}${against}${verdict}`,
    );
  }
}

function format(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
