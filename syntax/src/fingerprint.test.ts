import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { fingerprintEstree } from './estree-leaves.js';
import type { Fingerprint } from './fingerprint.js';
import { packFingerprint, unpackFingerprint } from './fingerprint-text.js';
import { compile, FIXTURES, parseJs } from './testing/fixtures.js';
import { fingerprintTypeScript, outlineTypeScript } from './typescript.js';

const plain = ({ hx, hn, tokenCount, arity, shingles, complete }: Fingerprint) => {
  return { hx, hn, tokenCount, arity, shingles: [...shingles], complete };
};

/** One parser counts the word export in. */
function anywhere<T extends { start: number }>({ start: _, ...rest }: T) {
  return rest;
}

function typeScript(source: string, file = 'x.ts') {
  return fingerprintTypeScript(source, file).functions.map(({ fingerprint, ...f }) => ({
    ...f,
    ...plain(fingerprint),
  }));
}

function estree(source: string) {
  const program = parseJs(source, ts.ModuleKind.ESNext);
  return fingerprintEstree(program, source).map(({ fingerprint, ...f }) => ({ ...f, ...plain(fingerprint) }));
}

const TOKENS = `
  #!/usr/bin/env node
  export function literals({ a, b: [c = 1, ...rest] }, d = /[/"]x/g, ...e) {
    // a comment; \`another\`
    const t = \`x \${a + \`\${c}\`} \${\`{\`}{\${d}}\`, u = tag\`y\`;
    label: for (const [k, v] of Object.entries(rest)) { if (k?.[v] ?? e) continue label; /* more */ }
    try { new.target; import.meta.url; } catch { return null; } finally { void true; }
    return { a, 'b': 0x1F, c: 1_000n, [d]: this, get f() { return super.x; }, async *g() { yield* [undefined]; } };
  }
  class A extends (class { static { this.x = 'it\\'s'; } }) { static #p = 1; #q() { return #p in this; } }
`.trimStart();

for (const [title, source] of [
  ...Object.entries(FIXTURES).map(([title, { source }]) => [title, compile(source, ts.ModuleKind.ESNext)] as const),
  ['every sort of token', TOKENS] as const,
]) {
  test(`${title}: the same from both parsers`, () => {
    const found = estree(source);
    assert.ok(found.length > 1);
    assert.deepEqual(found.map(anywhere), typeScript(source, 'x.js').map(anywhere));
  });
}

test('types, and what formatters change, do not count', () => {
  const written = `function f<T extends object>(this: Window, a: Map<string, T>, b?: number, ...c: T[]): asserts a is never {
    interface Local { x: 1 }
    const found = a.get('k')! as unknown as T, other: T = <T>found satisfies T;
    function g(x: string): void; function g(x: any) { return x; }
    if (b) return void g(\`\${found}\`);
    return c.map<T>((x) => x), other
  }`;
  const plainly = `async function renamed(a, b, ...c) {
    const found = a.get("k"), other = found;
    function h(x) { return 0 }
    if (b) { return void g(\`\${found}\`) }
    return (c.map(y => ({ y })), other);
  }`;
  const [a] = typeScript(written);
  const [b] = estree(plainly);
  assert.equal(a!.tokenCount, b!.tokenCount);
  assert.equal(a!.hx, b!.hx);
  assert.notEqual(a!.hx, estree(plainly.replace('"k"', '"l"'))[0]!.hx);
  assert.notEqual(a!.hx, estree(plainly.replace('"k"', 'k'))[0]!.hx);
});

test('a function made an arrow, a method or an expression keeps its hashes', () => {
  const forms = [
    'function f(a, b) { return a + b; }',
    'const f = (a, b) => a + b;',
    'const f = async (a, b) => { return a + b }',
    'class C { static async *f(a, b) { return a + b } }',
    'const o = { f: function named(a, b) { return a + b } };',
    'class C { constructor(private a: number, readonly b: number) { return a + b } }',
  ];
  for (const form of forms) assert.equal(typeScript(form)[0]!.hx, typeScript(forms[0]!)[0]!.hx, form);
});

test('hn is the same when locals are renamed, and only then', () => {
  const hn = (source: string) => typeScript(source)[0]!.hn;
  const before = 'function f(rows) { let sum = 0; for (const row of rows) sum += row.price * rate; return { sum }; }';
  const renamed = before
    .replaceAll('rows', 'list')
    .replaceAll(/\brow\b/g, 'it')
    .replaceAll('sum', 'total');
  assert.equal(hn(before), hn(renamed));
  assert.notEqual(typeScript(before)[0]!.hx, typeScript(renamed)[0]!.hx);
  assert.notEqual(hn(before), hn(before.replace('price', 'cost')), 'a property');
  assert.notEqual(hn(before), hn(before.replace('rate', 'tax')), 'a name from outside');
  assert.notEqual(hn(before), hn(before.replace('row.price', 'rows.price')), 'another local');
});

test('a function inside is one mark: what changes in it is not of the one around it', () => {
  const source =
    'function outer() { const x = 1; return rows.map((row) => row.a + x).filter(function () { return 1; }); }';
  const [outer, map] = typeScript(source);
  const [outerAfter, mapAfter] = typeScript(source.replace('row.a + x', '{ const long = row.b; return long * x; }'));
  assert.equal(outer!.hx, outerAfter!.hx);
  assert.notEqual(map!.hx, mapAfter!.hx);
  assert.notEqual(outer!.hx, typeScript(source.replace('.filter(function () { return 1; })', ''))[0]!.hx);
  assert.deepEqual(
    typeScript(source).map(({ parent }) => parent),
    [-1, 0, 0],
  );
});

test('a half-typed text says so and keeps the functions around the fault', () => {
  const { functions, broken } = fingerprintTypeScript('function a() { return 1; }\nfunction b( {', 'x.ts');
  assert.equal(broken, true);
  assert.equal(functions[0]?.name, 'a');
  assert.equal(functions[0]?.fingerprint.hx, typeScript('function a() { return 1; }')[0]!.hx);
  assert.equal(fingerprintTypeScript('const a = () => <b>{1}</b>;', 'x.tsx').broken, false);
});

test('as text and back', () => {
  const long = `function f() { ${Array.from({ length: 80 }, (_, i) => `call${i}(${i});`).join(' ')} }`;
  for (const source of ['function f() {}', 'const g = (a, b) => a + b', long]) {
    const { fingerprint } = fingerprintTypeScript(source, 'x.js').functions[0]!;
    const packed = packFingerprint(fingerprint);
    assert.ok(packed.length <= 201, `${packed.length}`);
    const back = unpackFingerprint(packed)!;
    const shingles = [...fingerprint.shingles].slice(0, 32);
    assert.deepEqual(plain(back), { ...plain(fingerprint), shingles, complete: fingerprint.shingles.length <= 32 });
    assert.equal(packFingerprint(back), packed);
  }
  for (const wrong of ['', '1', '2AAAA', '1AAAA', '1=', 'nonsense!'])
    assert.equal(unpackFingerprint(wrong), null, wrong);
});

test('the scripts of Vue and Svelte files, at their places in the whole file', () => {
  const vue = `<!-- <script>function no() {}</script> -->
<template><button @click="() => add()">{{ 'a < b' }}</button></template>
<script lang="ts">export const outside = (x: number): number => x;</script>
<script setup lang="ts" generic="T extends Record<string, 'a' | '>'>">
  async function add(n: number) { await fetch('</p>'); }
</script>
<script type="application/json">{ "not": "code" }</script>
<style>.a { color: red }</style>\r
`;
  const found = outlineTypeScript(vue, '/a/Cart.vue');
  assert.deepEqual(
    found.map(({ name, nameStart, nameEnd, start, end }) => [
      name,
      vue.slice(nameStart, nameEnd),
      vue.slice(start, end),
    ]),
    [
      ['outside', 'outside', '(x: number): number => x'],
      ['add', 'add', "async function add(n: number) { await fetch('</p>'); }"],
    ],
  );
  const svelte = '<script context="module">export function load() {}</script>\n<script>\n  let f = () => 1;\n<';
  assert.deepEqual(
    outlineTypeScript(svelte, 'a.svelte').map(({ name }) => name),
    ['load', 'f'],
  );
  assert.deepEqual(outlineTypeScript('<template/>', 'a.vue'), []);
});
