// `prodlens doctor`: "I see no lenses". Looks at each link from the service's functions to the lens over them, in order,
// and names the one that is broken. It changes nothing, and says nothing to the collector that would be kept.

import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { printable } from '../../errors.js';
import { type CollectorAddress, tokenOption, urlOption } from '../collector-request.js';
import { askForNumbers, askForService } from './collector-numbers.js';
import { editorFindings } from './editors.js';
import type { Finding } from './finding.js';
import { nodeFinding, packageFolder, sensorFinding, serviceName } from './service-folder.js';
import { sourceFinding } from './source-file.js';

interface DoctorOptions extends CollectorAddress {
  service?: string;
  folder: string;
  json?: true;
}

const MARKS = { good: '✓', broken: '✗', unsure: '?' };

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Say why there are no numbers: checks each link from the service to the editor, and names the broken one. Exit ' +
        'code 1 where one is.',
    )
    .argument('[file]', "a source file that has no lens; without it the service's busiest one stands for all")
    .option('--folder <path>', 'of the service', '.')
    .option('--service <name>', "as its sensor names it; without it as its package.json and the sensor's settings say")
    .option('--json', 'print one JSON object a link: {state, link, text, remedy}')
    .addOption(urlOption())
    .addOption(tokenOption('read'))
    .action(async (file: string | undefined, options: DoctorOptions) => {
      const found: Finding[] = [];
      for await (const finding of examine(file ?? null, options)) {
        found.push(finding);
        console.log(options.json ? JSON.stringify(finding) : lines(finding));
      }
      if (!options.json) console.log(`\n${verdict(found)}`);
      process.exitCode = found.some(({ state }) => state === 'broken') ? 1 : 0;
    });
}

/** What a later link says is of no use where it needs one that is broken: it is left out then. */
async function* examine(file: string | null, options: DoctorOptions): AsyncGenerator<Finding> {
  const folder = packageFolder(resolve(options.folder));
  const name = options.service ?? serviceName(folder, process.env);
  yield nodeFinding();
  const { findings, service } = await askForService(options, name);
  const heard = findings.some(({ state }) => state === 'good') ? service !== null : null;
  yield sensorFinding(folder, process.env, heard);
  yield* findings;
  if (service !== null) {
    const { findings: numbers, busiestFile } = await askForNumbers(options, service);
    yield* numbers;
    const source = await sourceFinding(options, folder, file, busiestFile);
    if (source !== null) yield source;
  }
  yield* editorFindings(folder, homedir(), options.url, service);
}

/** The first broken link is the one to mend first: those behind it may be broken because of it. */
function verdict(found: Finding[]): string {
  const broken = found.find(({ state }) => state === 'broken');
  if (broken) return `The broken link: ${broken.link}.`;
  const unsure = [...new Set(found.flatMap(({ state, link }) => (state === 'unsure' ? link : [])))];
  return unsure.length === 0 ? 'No link is broken.' : `No link is broken; not certain: ${unsure.join(', ')}.`;
}

function lines({ state, text, remedy }: Finding): string {
  return `${MARKS[state]} ${printable(text)}${remedy === '' ? '' : `\n  → ${printable(remedy)}`}`;
}
