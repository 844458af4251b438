import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import ts from 'typescript';
import { instrument } from '../instrument/instrument.js';
import { originalPositions, sourceMapUrl } from './original-position.js';

const SOURCE = `interface Ignored { a: number }

export class Cart {
  // A comment that the compiler keeps.
  async total(items: Ignored[]): Promise<number> {
    return items.map((item) => item.a).reduce((a, b) => a + b, 0);
  }
}
export const free = <T,>(value: T): T => value;
`;
const folder = mkdtempSync(join(tmpdir(), 'prodlens-maps-'));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'dist'));
const path = join(folder, 'dist/cart.js');

function compile(inline: boolean): string {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    sourceMap: !inline,
    inlineSourceMap: inline,
    sourceRoot: inline ? `file://${folder}/src` : '',
  };
  const { outputText, sourceMapText } = ts.transpileModule(SOURCE, { compilerOptions, fileName: 'cart.ts' });
  if (sourceMapText) {
    const map = JSON.parse(sourceMapText);
    writeFileSync(`${path}.map`, JSON.stringify({ ...map, sources: ['../src/cart.ts'] }));
    return outputText.replace(/sourceMappingURL=\S+/, 'sourceMappingURL=cart.js.map');
  }
  return outputText;
}

for (const inline of [false, true]) {
  test(`each name lands on the same name in the source, map ${inline ? 'inline' : 'in a file'}`, () => {
    const code = compile(inline);
    const result = instrument(code, { path, format: 'module' });
    assert.ok('functions' in result);
    const position = originalPositions(path, sourceMapUrl(code), folder);
    const found = result.functions.map((f) => {
      const at = position(f.line, f.column);
      assert.equal(at.path, join(folder, 'src/cart.ts'));
      return [f.name, SOURCE.split('\n')[at.line]!.slice(at.column, at.column + 5)];
    });
    assert.deepEqual(
      found.filter(([name]) => !name!.includes('#')),
      [
        ['Cart.total', 'total'],
        ['free', 'free '],
      ],
    );
  });
}

test('without a map, or with one that cannot be read, positions stay', () => {
  for (const url of [null, 'missing.js.map', 'data:application/json;base64,e30=']) {
    assert.deepEqual(originalPositions('/x.js', url, '/')(3, 4), { path: '/x.js', line: 3, column: 4 });
  }
});

test('a bundler’s sources are relative to the root', () => {
  for (const source of ['webpack://shop/./src/a.ts', 'webpack:///src/a.ts']) {
    const map = { version: 3, sources: [source], names: [], mappings: 'AAAA' };
    const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
    assert.deepEqual(originalPositions('/srv/dist/main.js', url, '/srv')(0, 5), {
      path: '/srv/src/a.ts',
      line: 0,
      column: 0,
    });
  }
});

test('the address of a map is that of the last comment for one, on a line of its own', () => {
  const comment = (url: string) => `//# sourceMappingURL=${url}`;
  assert.equal(sourceMapUrl('let x'), null);
  assert.equal(sourceMapUrl(comment('a.map')), 'a.map');
  assert.equal(sourceMapUrl(`${comment('a.map')}\nx;\r\n\t//@ sourceMappingURL=b.map \r\n`), 'b.map');
  assert.equal(sourceMapUrl(`x;\n${comment('a.map')}\nlet text = '${comment('b.map')}';\n`), 'a.map');
  assert.equal(sourceMapUrl(`let text = '${comment('b.map')}';`), null);
});
