// What is claimed, measured: `npm run bench`, or `npm run bench -- NAME …`; with --json one object a line.

import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { Failure, runScript, say } from '../scripts/progress.mjs';
import { setup } from '../scripts/setup.mjs';
import { goals, table } from './table.mjs';

const BENCHES = {
  sensor: () => import('./sensor/sensor.mjs'),
  'language-server': () => import('./language-server/language-server.mjs'),
  detection: () => import('./detection/detection.mjs'),
  collector: () => import('./collector/collector.mjs'),
  mapping: () => import('./mapping/mapping.mjs'),
  web: () => import('./web/web.mjs'),
  vscode: () => import('./vscode/vscode.mjs'),
};
const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  full: { type: 'boolean' },
  case: { type: 'string', multiple: true },
  node: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  repo: { type: 'string', multiple: true },
};

await runScript(async () => {
  const { values: options, positionals } = parsed();
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
  const unknown = names.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    throw new Failure(`No such bench: ${unknown.join(', ')}. There is ${Object.keys(BENCHES).join(', ')}.`);
  }
  const quiet = options.json === true || options.help === true;
  await setup({ quiet });
  await build({ quiet });
  if (options.help) say('npm run bench -- [NAME …] [--json] [options]\n');
  for (const name of names) {
    const { run, HELP } = await BENCHES[name]();
    if (options.help) {
      say(HELP);
      continue;
    }
    const note = (text) => process.stderr.write(`  ${text}\n`);
    const shown = [];
    const show = (rows) => {
      shown.push(rows);
      if (options.json) for (const row of rows) say(JSON.stringify({ bench: name, ...row }));
      else say(table(name, rows));
    };
    show(await run({ note, show, options }));
    if (shown.length > 1 && !options.json) say([`\n${name}, all of it`, ...goals(shown.flat())].join('\n'));
  }
});

function parsed() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error.message} (--help lists what there is.)`);
  }
}
