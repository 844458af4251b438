import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import { carryOutline, editBetween } from './carried-outline.js';

const TEXT = `export function first() { return 1; }
class Cart {
  add(item) { return () => item; }
  price() { return 1; }
}
`;

/** What the parser says of the new text, which the carried outline must say as well. */
function check(replace: string, by: string): void {
  const after = TEXT.replace(replace, by);
  assert.notEqual(after, TEXT);
  const carried = carryOutline(outlineTypeScript(TEXT, 'a.js'), [editBetween(TEXT, after)]);
  const places = (all: typeof carried) => all.map(({ start, end, nameStart }) => [start, end, nameStart]);
  assert.deepEqual(places(carried), places(outlineTypeScript(after, 'a.js')));
}

test('functions move with lines above them and grow with what is typed in them', () => {
  check('class', '\n\n// more\nclass');
  check('export function first', 'function first');
  check('return 1; }\n}', 'const two = 2;\n    return two; }\n}');
  check('return () => item', 'log(); return () => item');
  check('  price', '\n  price');
  check('return 1; }\nclass', 'return 1; }\n\nclass');
});

test('a function that is replaced as a whole is gone, and the one around it stays', () => {
  const after = TEXT.replace('() => item', 'item.total');
  const carried = carryOutline(outlineTypeScript(TEXT, 'a.js'), [editBetween(TEXT, after)]);
  assert.deepEqual(
    carried.map(({ name }) => name),
    ['first', 'Cart.add', 'Cart.price'],
  );
  assert.equal(carryOutline(carried, [{ start: 0, end: after.length, length: 3 }]).length, 0);
});

test('edits one after the other carry as all of them at once, and what none moves is the same', () => {
  const outline = outlineTypeScript(TEXT, 'a.js');
  const steps = [
    TEXT,
    `// a\n${TEXT}`,
    `// a\n${TEXT.replace('() => item', 'null')}`,
    `// ab\n${TEXT.replace('() => item', 'null')}`,
  ];
  const edits = steps.slice(1).map((after, i) => editBetween(steps[i]!, after));
  const oneByOne = edits.reduce((carried, edit) => carryOutline(carried, [edit]), outline);
  assert.deepEqual(carryOutline(outline, edits), oneByOne);
  assert.equal(oneByOne.length, 3);
  assert.equal(carryOutline(outline, [{ start: TEXT.length, end: TEXT.length, length: 9 }]), outline);
});

test('a half typed line takes no function away', () => {
  const after = TEXT.replace('return 1; }\n}', 'if (item { return 1; }\n}');
  const carried = carryOutline(outlineTypeScript(TEXT, 'a.js'), [editBetween(TEXT, after)]);
  for (const { name, nameStart, nameEnd } of carried) {
    if (nameEnd > nameStart) assert.equal(name.split('.').at(-1), after.slice(nameStart, nameEnd));
  }
  assert.equal(carried.length, 4);
});

test('the edit between two texts is the smallest', () => {
  assert.deepEqual(editBetween('abcd', 'abXcd'), { start: 2, end: 2, length: 1 });
  assert.deepEqual(editBetween('aaaa', 'aaa'), { start: 3, end: 4, length: 0 });
  assert.deepEqual(editBetween('', ''), { start: 0, end: 0, length: 0 });
});
