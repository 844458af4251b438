// `prodlens measuring`: the kill switch at the command line.

import { Command } from 'commander';
import type { MeasuringRule } from '../store/store.js';
import { askCollector, type CollectorAddress, tokenOption, urlOption } from './collector-request.js';

interface Where extends CollectorAddress {
  service: string;
  environment?: string;
}

export function measuringCommand(): Command {
  const command = new Command('measuring')
    .usage('[off|on|list] [options]')
    .description('Show where measuring is switched off, or switch it off and on again while services run.');
  command
    .command('list', { isDefault: true })
    .description('Where measuring was switched off, and where on in spite of that; the same as without a command.')
    .addOption(urlOption())
    .addOption(tokenOption('read'))
    .action(list);
  for (const measuring of [false, true]) {
    command
      .command(measuring ? 'on' : 'off')
      .usage('--service <name> [options]')
      .description(
        measuring
          ? 'Measure a service again, in one environment or in all of them.'
          : 'Stop measuring a service, in one environment or in all of them. Its sensors stop within moments and stay ' +
              'off, also after a restart of the service or of the collector, until measuring is switched on again.',
      )
      .requiredOption('--service <name>', 'the service, as sensors name it')
      .option('--environment <name>', 'only there; without it: in every environment')
      .addOption(urlOption())
      .addOption(tokenOption('admin'))
      .action((where: Where) => set(where, measuring));
  }
  return command;
}

async function list(address: CollectorAddress): Promise<void> {
  const { rules } = await askCollector<{ rules: MeasuringRule[] }>(address, 'GET', '/api/v1/measuring');
  if (rules.length === 0) console.log('Every service is measured.');
  for (const { service, environment, measuring, changedUnixMs } of rules) {
    const since = new Date(changedUnixMs).toISOString();
    console.log(`${measuring ? 'on ' : 'off'}  ${service}  ${place(environment)}  since ${since}`);
  }
}

async function set({ service, environment, ...address }: Where, measuring: boolean): Promise<void> {
  const body = JSON.stringify({ service, measuring, ...(environment !== undefined && { environment }) });
  const { told } = await askCollector<{ told: number }>(address, 'PUT', '/api/v1/measuring', body);
  const sensors = told === 1 ? '1 connected sensor was told' : `${told} connected sensors were told`;
  console.log(`Measuring is ${measuring ? 'on' : 'off'} for ${service}, ${place(environment ?? null)}; ${sensors}.`);
}

function place(environment: string | null): string {
  return environment ?? 'every environment';
}
