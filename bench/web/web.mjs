// How soon the web app shows what was asked for: on the collector of a small service, and on 100,000 functions; and how
// smoothly one scrolls through those. In the machine's own Chromium, each view in a browser context of its own, so that
// nothing is cached.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack, unpack } from 'msgpackr';
import { chromium } from 'playwright-core';
import { WebSocket } from 'ws';
import { findChromium } from '../../scripts/installs/chromium.mjs';
import { startNode } from '../../scripts/programs.mjs';
import { ROOT } from '../../scripts/setup.mjs';
import { FLEET, functions, functionsOf, hello, serviceName, windowFrame } from '../collector/fleet.mjs';
import { median } from '../statistics.mjs';

export const HELP = `web: the first view of the overview and of the list of functions, with one service of 40 functions and with
  100,000 functions of 25 services; scrolling, searching and sorting in the latter; the size of the script.`;

const SMALL = { ...FLEET, services: 1, instances: 1, files: 4, rows: 40 };
const LARGE = { ...FLEET, services: 25, instances: 1, rows: functionsOf(FLEET) };
const ROUNDS = 5;
const SCRIPT_LIMIT_BYTES = 200_000;
/** A frame that takes longer than this is one that a person sees. */
const STUTTER_MS = 100;
/** What one task of the page may cost; the rest of its time it waits for a processor, which others may have. */
const TASK_CPU_MS = 50;

export async function run({ note }) {
  const executablePath = await findChromium({ install: true, log: note });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const rows = [];
  const add = (name, subject, metric, unit, value, goal) =>
    rows.push({
      ...{ case: name, subject, metric, unit, node: process.versions.node, value },
      ...(goal === undefined ? {} : { goal, met: value <= goal }),
    });
  try {
    for (const [name, fleet, limit] of [
      ['40 functions', SMALL, 1_000],
      ['100,000 functions', LARGE, 2_000],
    ]) {
      note(name);
      await withCollector(fleet, async (url) => {
        for (const [view, address, ready] of [
          ['overview', '', '.card td'],
          ['functions', 'functions', 'tr.row td a'],
        ]) {
          const took = [];
          for (let i = 0; i < ROUNDS; i++) took.push(await firstView(browser, `${url}/#/${address}`, ready));
          add(name, view, 'first view', 'ms', median(took), limit);
        }
        if (fleet === LARGE) {
          const { worstMs, worstCpuMs, stutters, pages } = await scrolled(browser, url);
          add(name, 'functions', 'longest task while scrolling, processor time', 'ms', worstCpuMs, TASK_CPU_MS);
          add(name, 'functions', 'longest task while scrolling', 'ms', worstMs, STUTTER_MS);
          add(name, 'functions', `tasks above ${STUTTER_MS} ms, of ${pages} steps`, '', stutters, 0);
          for (const [metric, act] of Object.entries(ACTS))
            add(name, 'functions', metric, 'ms', await acted(browser, url, act));
        }
      });
    }
    const script = await readFile(join(ROOT, 'collector/bundle/web/app.js'));
    add('size', 'script', 'gzipped', 'B', gzipSync(script).length, SCRIPT_LIMIT_BYTES);
  } finally {
    await browser.close();
  }
  return rows;
}

/** From asking for the address until the first rows are painted, ms. */
async function firstView(browser, url, ready) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const start = performance.now();
    await page.goto(url, { waitUntil: 'commit' });
    await page.locator(ready).first().waitFor();
    return performance.now() - start;
  } finally {
    await context.close();
  }
}

/** Long tasks of the page while it scrolls from the top to the end and back. */
async function scrolled(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${url}/#/functions`);
  await page.locator('tr.row td a').first().waitFor();
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  const answer = await page.evaluate(async () => {
    const tasks = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      entryTypes: ['longtask'],
    });
    const box = document.querySelector('.tall');
    const steps = 120;
    for (let i = 0; i <= steps; i++) {
      const part = i <= steps / 2 ? i / (steps / 2) : 2 - i / (steps / 2);
      box.scrollTop = part * (box.scrollHeight - box.clientHeight);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 16)));
    }
    return { tasks, steps };
  });
  const worstCpuMs = longestTaskCpuMs(JSON.parse(await browser.stopTracing()).traceEvents);
  await context.close();
  const { tasks, steps } = answer;
  return {
    worstMs: Math.max(0, ...tasks),
    worstCpuMs,
    stutters: tasks.filter((ms) => ms > STUTTER_MS).length,
    pages: steps,
  };
}

/** Of the threads on which pages run, in Chromium's trace. */
function longestTaskCpuMs(events) {
  const key = ({ pid, tid }) => `${pid} ${tid}`;
  const isPages = ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain';
  const pages = new Set(events.filter(isPages).map(key));
  const tasks = events.filter((e) => e.name.endsWith('RunTask') && e.tdur !== undefined && pages.has(key(e)));
  if (tasks.length === 0) throw new Error('the trace has no task of a page');
  return Math.max(...tasks.map(({ tdur }) => tdur / 1_000));
}

const ACTS = {
  'search, answered after': async (page) => {
    await page.getByLabel('Search functions by name').fill('operation1234');
    await page.locator('tr.row a', { hasText: 'operation1234' }).first().waitFor();
  },
  'order by errors, answered after': async (page) => {
    await page.getByRole('button', { name: 'Errors' }).click();
    await page.locator('th[aria-sort]', { hasText: 'Errors' }).waitFor();
    await page.waitForFunction(() => !document.querySelector('td .bone'));
  },
  'order by p95, answered after': async (page) => {
    await Promise.all([
      page.waitForResponse((response) => response.url().includes('sort=p95Ns')),
      page.getByRole('button', { name: 'p95' }).click(),
    ]);
  },
};

async function acted(browser, url, act) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(`${url}/#/functions`);
  await page.locator('tr.row td a').first().waitFor();
  const start = performance.now();
  await act(page);
  const took = performance.now() - start;
  await context.close();
  return took;
}

async function withCollector(fleet, measure) {
  const data = await mkdtemp(join(tmpdir(), 'prodlens-bench-'));
  const args = [join(ROOT, 'collector', 'dist', 'cli.js'), 'up', '--port', '0', '--data', data, '--json'];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PRODLENS_')));
  const collector = await startNode('The collector', args, {
    env,
    ready: (line) => /"url":\s*"(http:[^"]+)"/.exec(line)?.[1],
  });
  try {
    for (let service = 0; service < fleet.services; service++) await oneWindow(collector.ready, fleet, service);
    await measure(collector.ready);
  } finally {
    await collector.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** What all functions of a service did in ten seconds. */
async function oneWindow(url, fleet, service) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/sensor`);
  const { frame, next } = windowFrame(fleet, 1);
  next();
  await new Promise((acknowledged, failed) => {
    socket.on('error', failed);
    socket.on('open', () => socket.send(pack(hello(service, 0))));
    socket.on('message', (message) => {
      const { type } = unpack(message);
      if (type === 'configure') {
        socket.send(pack({ type: 'functions', functions: functions(fleet) }));
        socket.send(frame);
      } else if (type === 'ack') acknowledged();
    });
  });
  socket.terminate();
  if (service === fleet.services - 1) await fetch(`${url}/api/v1/functions?service=${serviceName(service)}&limit=1`);
}
