// Fingerprints as a sensor makes them of the JavaScript that runs, against the TypeScript in the editor.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FingerprintedFunction } from '@prodlens/syntax';
import { packFingerprint } from '@prodlens/syntax/fingerprint-text';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { transformSync } from 'esbuild';
import { service, stats } from '../testing/stats.js';
import { mapFunctions } from './mapped-functions.js';

const DEPLOYED = `export class Cart {
  add(item: string, count: number): void {
    const price = this.prices.get(item) ?? lookup(item);
    this.total += price * count;
  }
  sum(): { total: number } {
    const rounded = Math.round(this.total * 100) / 100;
    return { total: rounded };
  }
}
export const twice = (list: number[]) => list.map((one) => one * 2 + Math.max(one, 3));
`;

/** "NAME here: NAME deployed KIND", of each function of the text. */
function matched(text: string, built = (code: string) => code): string[] {
  const running = built(transformSync(DEPLOYED, { loader: 'ts', target: 'es2022' }).code);
  const functions = fingerprintTypeScript(running, 'cart.js').functions.map((f: FingerprintedFunction, line: number) =>
    stats(f.name, { ordinal: f.ordinal, line: line + 1, fingerprint: packFingerprint(f.fingerprint) }),
  );
  const { functions: outline } = fingerprintTypeScript(text, 'cart.ts');
  const deployed = [{ service: service('shop'), environment: 'production', functions }];
  return mapFunctions(text, outline, deployed).map(({ outlined, readings: [reading], absence }) => {
    if (!reading) return `${outlined.name}: ${absence?.reason}`;
    return `${outlined.name}: ${reading.stats.name} ${reading.match.kind}`;
  });
}

test('the same text is exact, also where types were taken away', () => {
  assert.deepEqual(matched(DEPLOYED), [
    'Cart.add: Cart.add exact',
    'Cart.sum: Cart.sum exact',
    'twice: twice exact',
    'twice.list.map#0: twice.list.map#0 exact',
  ]);
});

test('renamed, edited and new ones are told apart without the deployed text', () => {
  const text = DEPLOYED.replace('sum()', 'amount()').replace('price * count', 'price * count * 1.2');
  assert.deepEqual(matched(`function fresh() { return lookup('x'); }\n${text}`), [
    'fresh: new',
    'Cart.add: Cart.add edited',
    'Cart.amount: Cart.sum renamed',
    'twice: twice exact',
    'twice.list.map#0: twice.list.map#0 exact',
  ]);
});

test('where a build has changed most of a file, nothing is called edited', () => {
  const counted = (code: string) => code.replace(/\) \{/g, ') { covered(7);').replace('=> one', '=> covered(8) || one');
  const found = matched(DEPLOYED, counted);
  assert.deepEqual(found.slice(0, 2), ['Cart.add: Cart.add exact', 'Cart.sum: Cart.sum exact']);
  assert.ok(
    found.every((line) => !line.endsWith(' edited')),
    found.join('\n'),
  );
});
