// The one place that names functions. The two parsers' adapters (estree.ts, typescript.ts) say where a function
// stands; this file turns that into its qualified name, so that the sensor, which sees compiled JavaScript, and
// the language server, which sees TypeScript, give one function one name. What compilers change about a place
// (exports.x = …, module_1.x, fields moved into the constructor, x.prototype.y) is undone here and only here.

import type { FunctionKind } from '@prodlens/protocol';
import type { OutlinedFunction } from './outline.js';

/** Where a function, class or object literal stands in the source. */
export type Place =
  /** Its own name, or the dotted path of the variable, property or assignment target that receives it. */
  | { as: 'target'; path: string }
  /** Argument `index` of a call of the dotted path `callee`, whose first argument is the literal `string`. */
  | { as: 'argument'; callee: string; string: string | null; index: number }
  | { as: 'return' }
  /** Called on the spot. */
  | { as: 'iife' }
  | { as: 'default' }
  | { as: 'unknown' };

/** A function, or a class or object literal that gives its functions part of their name; a tree as in the source. */
export interface Scope<Node> {
  node: Node;
  kind: FunctionKind | 'class' | 'object';
  place: Place;
  /** Offsets as in OutlinedFunction. */
  start: number;
  end: number;
  nameStart: number;
  nameEnd: number;
  children: Scope<Node>[];
}

const LONGEST_STRING = 60;

/** The functions among the scopes, in source order, named. O(n log n). */
export function nameFunctions<Node>(scopes: Scope<Node>[]): (OutlinedFunction & { node: Node })[] {
  const functions: (OutlinedFunction & { node: Node })[] = [];
  const seen = new Map<string, number>();
  const visit = (scope: Scope<Node>, outer: string[]) => {
    const chain = chainOf(scope, outer);
    if (scope.kind !== 'class' && scope.kind !== 'object') {
      const name = chain.join('.');
      const ordinal = seen.get(name) ?? 0;
      seen.set(name, ordinal + 1);
      const { node, kind, start, end, nameStart, nameEnd } = scope;
      functions.push({ name, ownName: chain.at(-1) ?? '', ordinal, kind, start, end, nameStart, nameEnd, node });
    }
    // Compilers wrap classes and namespaces in functions that are called on the spot: those name nothing inside.
    visitAll(scope.children, scope.place.as === 'iife' ? outer : chain);
  };
  const visitAll = (list: Scope<Node>[], chain: string[]) => {
    for (const scope of [...list].sort((a, b) => a.start - b.start || b.end - a.end)) visit(scope, chain);
  };
  visitAll(scopes, []);
  return functions;
}

function chainOf<Node>(scope: Scope<Node>, outer: string[]): string[] {
  const { place, kind } = scope;
  if (kind === 'object' && place.as !== 'target' && place.as !== 'argument') return outer;
  if (place.as !== 'target') return [...outer, segmentOf(place)];
  const path = sourcePath(place.path);
  if (path.startsWith('this.')) {
    const owner = outer.at(-1) === 'constructor' ? outer.slice(0, -1) : outer;
    return [...owner, path.slice('this.'.length)];
  }
  if (kind === 'getter') return [...outer, `get ${path}`];
  if (kind === 'setter') return [...outer, `set ${path}`];
  return [...outer, path];
}

function segmentOf(place: Exclude<Place, { as: 'target' }>): string {
  switch (place.as) {
    case 'argument': {
      const string = place.string === null ? '' : `'${place.string.slice(0, LONGEST_STRING)}'`;
      return `${sourceCallee(place.callee)}${string}#${place.index}`;
    }
    case 'return':
      return '(return)';
    case 'iife':
      return '(iife)';
    case 'default':
      return 'default';
    case 'unknown':
      return '(anonymous)';
  }
}

/** exports.a.b -> a.b; A.prototype.b -> A.b; default_1, which tsc calls an anonymous default export -> default */
function sourcePath(path: string): string {
  return path
    .replace(/^(module\.)?exports\.(?=.)/, '')
    .replace(/\.prototype(?=\.)/g, '')
    .replace(/^exports$/, 'module.exports')
    .replace(/^default_\d+$/, 'default');
}

/** The name that CommonJS output gives an import, express_1.Router, is express's Router in the source. */
function sourceCallee(callee: string): string {
  return callee.replace(/^[\w$]+_\d+\.(?=.)/, '');
}
