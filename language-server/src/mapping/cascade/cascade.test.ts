// What the cascade tells of functions that have another name, container or file, and what it leaves open.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { carryFunctions } from './cascade.js';

type Files = Record<string, string>;

/** "FILE NAME < FILE NAME stage", later state first. */
function carried(before: Files, after: Files): string[] {
  const states = (files: Files) =>
    Object.entries(files).map(([path, text]) => ({ path, functions: fingerprintTypeScript(text, path).functions }));
  return carryFunctions(states(before), states(after))
    .map(({ before: from, after: to, stage }) => {
      return `${to.path} ${to.function.name} < ${from.path} ${from.function.name} ${stage}`;
    })
    .sort();
}

const LOAD = `function load(request, reply) {
  if (request.body === null) throw new TypeError('a body is needed');
  const found = request.server.find(request.body.id, { deep: true });
  reply.header('etag', found.version).send(found.value);
}
`;
/** Edited throughout, with the same beginning. */
const LOAD_LATER = `function load(request, reply) {
  if (request.body === null) throw new TypeError('a body is needed');
  for (const id of request.ids) reply.append(cache.get(id) ?? request.server.fetch(id));
  reply.end();
}
`;
/** Of another program. */
const UNRELATED = `function load() {
  const pages = [];
  while (pages.length < 12) pages.push(new Page(pages.length * 2));
  return pages.sort(byHeight).map((page) => page.draw(canvas, 'bold')).join(', ');
}
`;

test('a file that is spelled otherwise is the same file', () => {
  assert.deepEqual(carried({ 'lib/handleRequest.js': LOAD }, { 'lib/handle-request.ts': LOAD_LATER }), [
    'lib/handle-request.ts load < lib/handleRequest.js load name',
  ]);
});

test('of two files that are spelled alike neither is taken for a third', () => {
  const before = { 'lib/handleRequest.js': LOAD, 'lib/handle_request.js': UNRELATED };
  assert.deepEqual(
    carried(before, { 'lib/handle-request.ts': LOAD_LATER }).filter((pair) => pair.endsWith(' name')),
    [],
  );
});

test('an edited function with another one around it, or made private, keeps its numbers', () => {
  assert.deepEqual(carried({ 'a.ts': LOAD }, { 'a.ts': `function loader() { ${LOAD_LATER} return load; }` }), [
    'a.ts loader.load < a.ts load own name',
  ]);
  const asMethod = (text: string, name: string) => `class Store { ${text.replace('function load', name)} }`;
  assert.deepEqual(carried({ 'a.ts': asMethod(LOAD, 'load') }, { 'a.ts': asMethod(LOAD_LATER, '#load') }), [
    'a.ts Store.#load < a.ts Store.load own name',
  ]);
});

test('an edited function is found in another file by a name that nothing else lost or got', () => {
  const stays = 'export function stays(a) { return a.map((one) => one.total - 1).filter(Boolean); }\n';
  const found = carried(
    { 'a.ts': stays + LOAD, 'b.ts': 'export const one = () => 1;' },
    { 'a.ts': stays, 'b.ts': `export const one = () => 1;\n${LOAD_LATER}` },
  );
  assert.ok(found.includes('b.ts load < a.ts load name elsewhere'), found.join('\n'));
  const two = carried({ 'a.ts': LOAD }, { 'b.ts': LOAD_LATER, 'c.ts': LOAD_LATER });
  assert.deepEqual(
    two.filter((pair) => pair.endsWith(' name elsewhere')),
    [],
  );
});

test('a name alone is not enough: the text has to have something in common', () => {
  assert.deepEqual(carried({ 'a.ts': LOAD }, { 'b.ts': UNRELATED }), []);
  assert.deepEqual(carried({ 'a.ts': LOAD }, { 'a.ts': `function loader() { ${UNRELATED} return load; }` }), []);
});
