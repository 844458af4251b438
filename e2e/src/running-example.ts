// The running example that the end-to-end tests look at: a collector of its own on empty data, and the order service
// under the sensor with customers' traffic, first 1.0.0, then 2.0.0, whose discounts became slow. Every part is the
// real program in a process of its own, on loopback and on free ports.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionStats } from '@prodlens/protocol';
import { eventually } from './eventually.js';
import { type Program, REPOSITORY, SENSOR, startCollector, startProgram } from './program.js';

export const { deploy } = (await import(new URL('examples/order-service/deploy.mjs', REPOSITORY).href)) as {
  /** Path of the deployed version's dist/server.js. */
  deploy(version: string, directory: string): Promise<string>;
};
const { traffic } = (await import(new URL('examples/order-service/traffic.mjs', REPOSITORY).href)) as {
  traffic(options: { url: string; signal: AbortSignal; ratePerSecond: number }): Promise<unknown>;
};

export interface RunningExample {
  /** http://127.0.0.1:PORT */
  collectorUrl: string;
  /** Ends the collector; the function that it answers with starts it again, on the same data and port. */
  endCollector(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** The function that 2.0.0 made slow, as the collector names it. */
export const SLOWED = { file: 'src/pricing.ts', name: 'PricingService.applyDiscounts' };

const VERSIONS = ['1.0.0', '2.0.0'];
const REQUESTS_PER_SECOND = 20;
/** Calls of the slowed function that each version is seen with before it counts as known: the slow first ones are then few. */
const CALLS_TO_COMPARE = 150;
const LISTENING = /listening on (http:\S+)/;

/** Resolves when the collector has numbers of both versions; traffic against 2.0.0 goes on until stop(). */
export async function startRunningExample(): Promise<RunningExample> {
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-example-'));
  const programs: Program[] = [];
  const started = async (starting: Promise<Program>) => {
    const program = await starting;
    programs.push(program);
    return program;
  };
  const customers = new AbortController();
  let visits: Promise<unknown> = Promise.resolve();
  const stop = async () => {
    customers.abort();
    await visits;
    for (const program of programs.reverse()) await program.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const collector = await started(startCollector(join(folder, 'collector')));
    const entries = await Promise.all(VERSIONS.map((version) => deploy(version, join(folder, version))));
    const rates = await started(startProgram([join(folder, '2.0.0/dist/rates-server.js')], { PORT: '0' }, LISTENING));
    for (const [index, version] of VERSIONS.entries()) {
      const args = ['--enable-source-maps', '--import', SENSOR, entries[index]!];
      const settings = {
        PORT: '0',
        RATES_URL: rates.url,
        DATA_DIR: join(folder, 'orders'),
        PRODLENS_URL: collector.url,
        PRODLENS_ENVIRONMENT: 'production',
      };
      const service = await started(startProgram(args, settings, LISTENING));
      const ofVersion = new AbortController();
      const signal = AbortSignal.any([customers.signal, ofVersion.signal]);
      visits = traffic({ url: service.url, signal, ratePerSecond: REQUESTS_PER_SECOND });
      await callsAreKnown(collector.url, version);
      if (version === VERSIONS.at(-1)) break;
      ofVersion.abort();
      await visits;
      await service.stop();
    }
    const endCollector = async () => {
      await collector.stop();
      programs.splice(programs.indexOf(collector), 1);
      const port = Number(new URL(collector.url).port);
      return async () => void (await started(startCollector(join(folder, 'collector'), port)));
    };
    return { collectorUrl: collector.url, endCollector, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the collector answers about a function of the example; undefined while it knows nothing of it. */
export async function functionStats(
  collectorUrl: string,
  { file, name, ...of }: { file: string; name: string; version?: string; environment?: string },
): Promise<FunctionStats | undefined> {
  const query = new URLSearchParams({ service: 'order-service', file, window: '1h', ...of });
  const response = await fetch(`${collectorUrl}/api/v1/functions?${query}`);
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  const { functions } = (await response.json()) as { functions: FunctionStats[] };
  return functions.find((candidate) => candidate.name === name);
}

async function callsAreKnown(collectorUrl: string, version: string): Promise<void> {
  await eventually(`${CALLS_TO_COMPARE} calls of ${SLOWED.name} in ${version}`, async () => {
    const stats = await functionStats(collectorUrl, { ...SLOWED, version });
    return stats && stats.calls >= CALLS_TO_COMPARE ? true : undefined;
  });
}
