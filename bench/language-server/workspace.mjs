// A service of 100,000 functions as a workspace has it and as production reports it: files of three sizes that are
// opened, and files that only the collector knows, all of them with numbers. The numbers go through a real collector.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import { pack, unpack } from 'msgpackr';
import { WebSocket } from 'ws';
import { FACTS, PROCESS } from '../../collector/dist/testing/fake-sensor.js';

export const SIZES = [100, 1_000, 20_000];
export const SERVICE = 'bench';
const FUNCTIONS = 100_000;
const FUNCTIONS_A_FILE = 20;
/** Of each size, to be opened one after the other. */
export const COPIES = 6;
const ROWS_A_FRAME = 20_000;

/** A class with five functions in its 50 lines, as often as it takes: a function each ten lines, as code has them. */
export function sourceText(lines, seed) {
  const blocks = [];
  for (let index = 0; blocks.length * 50 < lines; index++) blocks.push(cart(`${seed}x${index}`));
  return blocks.join('').split('\n').slice(0, lines).join('\n');
}

const cart = (id) => `/** Keeps what customers have put into cart ${id}, and what that costs. */
export class Cart${id} {
  private readonly prices = new Map<string, number>();
  private total = 0;

  /** Adds so many of an item. */
  async add(item: string, count: number): Promise<number> {
    if (count <= 0) throw new RangeError(\`\${count} is no number of items\`);
    const price = await this.price(item);
    for (const share of [0.25, 0.5, 0.25]) {
      this.total += price * share * count;
    }
    const related = this.items(item).map((found) => {
      const own = found.price * count;
      return own > price ? own : price;
    });
    return related.length;
  }

  /** As the shop has it today. */
  private async price(item: string): Promise<number> {
    const known = this.prices.get(item);
    if (known !== undefined) return known;
    const found = await lookup(item, { cart: '${id}' });
    this.prices.set(item, found.price);
    return found.price;
  }

  /** Those that others have bought with it. */
  items(item: string): Item[] {
    const all = list(item).filter(Boolean);
    if (all.length > 10) return all.slice(0, 10);
    return all;
  }

  /** What is to be paid. */
  sum(): { total: number; currency: string } {
    const rounded = Math.round(this.total * 100) / 100;
    return { total: rounded, currency: 'EUR' };
  }
}

`;

/** Writes the files that are opened; answers with their texts, and the functions of all files. */
export async function makeWorkspace(folder) {
  const opened = SIZES.flatMap((lines) =>
    Array.from({ length: COPIES }, (_, copy) => ({
      lines,
      file: `src/opened/lines-${lines}-${copy}.ts`,
      text: sourceText(lines, `${lines}c${copy}`),
    })),
  );
  const functions = [];
  for (const { file, text } of opened) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
    const lineOf = lineCounter(text);
    for (const { name, ordinal, kind, nameStart } of outlineTypeScript(text, file)) {
      functions.push({ file, name, ordinal, kind, line: lineOf(nameStart), column: 1, package: null, timed: true });
    }
  }
  for (let index = 0; functions.length < FUNCTIONS; index++) {
    const file = `src/part-${index % 97}/module-${Math.floor(index / FUNCTIONS_A_FILE)}.ts`;
    functions.push({
      file,
      name: `f${index}`,
      ordinal: 0,
      kind: 'function',
      line: 1,
      column: 1,
      package: null,
      timed: true,
    });
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: SERVICE }));
  return { opened, functions };
}

function lineCounter(text) {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++) if (text[at] === '\n') line++;
    return line;
  };
}

/** Reports one window with numbers of every function, and calls between neighbours. Resolves when it is durable. */
export async function report(url, root, functions) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/sensor`);
  const answers = [];
  let wake = () => {};
  socket.on('message', (data) => {
    answers.push(unpack(data));
    wake();
  });
  const next = async (type) => {
    for (;;) {
      const found = answers.find((message) => message.type === type || message.type === 'error');
      if (found?.type === 'error') throw new Error(`${found.code}: ${found.message}`);
      if (found) return answers.splice(answers.indexOf(found), 1)[0];
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  };
  const say = (message) => socket.send(pack(message));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  say(HELLO(root));
  await next('welcome');
  const named = functions.map((about, id) => ({ id, ...about }));
  for (let from = 0; from < named.length; from += ROWS_A_FRAME) {
    say({ type: 'functions', functions: named.slice(from, from + ROWS_A_FRAME) });
  }
  let sequence = 0;
  for (let from = 0; from < named.length; from += ROWS_A_FRAME) {
    const rows = named.slice(from, from + ROWS_A_FRAME).map(({ id }) => row(id));
    const edges = rows.slice(1).map(({ id }) => ({ caller: id - 1, callee: id, calls: 3, sumNs: 4e6 }));
    say({
      type: 'window',
      sequence: ++sequence,
      ageMs: 0,
      durationMs: 10_000,
      rows,
      edges: edges.slice(0, 8_000),
      facts: { ...FACTS, functions: FUNCTIONS },
      process: PROCESS,
    });
    await next('ack');
  }
  return { close: () => socket.close() };
}

function row(id) {
  const bucket = 160 + (id % 24);
  return {
    id,
    calls: 60,
    errors: id % 7 === 0 ? 1 : 0,
    sumNs: 6e8,
    maxNs: 4e7,
    buckets: [bucket, 40, bucket + 5, 20],
    selfNs: 1e8,
    cpuNs: 5e7,
  };
}

const HELLO = (root) => ({
  type: 'hello',
  protocol: 1,
  sensorVersion: '0.1.0',
  service: SERVICE,
  environment: 'production',
  version: '1.0.0',
  revision: '',
  instance: 'bench-1',
  packageName: SERVICE,
  root,
  runtime: 'node',
  host: 'bench',
  pid: 1,
});
