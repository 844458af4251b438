// The text that goes into a program. Each insertion is wrapped in marks, so that Function.prototype.toString can
// give the program its own text back, and holds no newline, so that line numbers stay.
//
// A timed function gets its body inside try/finally. Why not catch: rethrowing moves the place that Node prints
// for an uncaught error; finally does not. Whether the body threw is told by a result that was never set.
// Globals are non-enumerable constants of globalThis (runtime.ts); locals cannot meet the program's own names,
// because a text that has the prefix in it is left alone (instrument.ts).

/** An insertion before and one behind a piece of text. */
export interface Pair {
  open: string;
  close: string;
}

const OPEN = '/*$pl{*/';
const CLOSE = '/*}$pl*/';
/** V8's text of an arrow function ends with the brace that closes it, inside the last insertion. */
const MARKED = /\/\*\$pl\{\*\/.*?(?:\/\*\}\$pl\*\/|$)/g;

/** The text without what was inserted into it. */
export function withoutInsertions(text: string): string {
  return text.includes(OPEN) ? text.replace(MARKED, '') : text;
}

function marked(text: string): string {
  return OPEN + text + CLOSE;
}

/** Names that the insertions use: a text that has one of them is left alone. */
export const RESERVED = /\$pl(?:[CMTNPXAU]\b|_[tr]\b|[{}]\*)/;

/** A call is timed precisely when its number reaches the one at which the next sample is due; else by the tick. */
const enterSync = (id: number) => `const $pl_t=$plC[${id}]++<$plM[${id}]?$plT[0]:$plN(${id});let $pl_r=$plU;try{`;
const enterAsync = (id: number) => `$plC[${id}]++;const $pl_t=$plP();let $pl_r=$plU;try{`;
const leaveSync = (id: number) => `}finally{if($plT[0]!==$pl_t||$pl_r===$plU)$plX(${id},$pl_t,$pl_r===$plU)}`;
const leaveAsync = (id: number) => `}finally{$plA(${id},$pl_t,$pl_r)}`;
const enter = (id: number, isAsync: boolean) => (isAsync ? enterAsync(id) : enterSync(id));
const leave = (id: number, isAsync: boolean) => (isAsync ? leaveAsync(id) : leaveSync(id));

/**
 * Insertions around the statements of a timed body. `separator` ends a directive that has no semicolon;
 * `fallsOffTheEnd` unless its last statement returns or throws.
 */
export function timedBlock(id: number, isAsync: boolean, separator: string, fallsOffTheEnd: boolean): Pair {
  return {
    open: marked(separator + enter(id, isAsync)),
    close: marked((fallsOffTheEnd ? ';$pl_r=void 0' : '') + leave(id, isAsync)),
  };
}

/** Insertions around the expression that is the body of a timed arrow function. */
export function timedExpression(id: number, isAsync: boolean): Pair {
  return { open: marked(`{${enter(id, isAsync)}return $pl_r=(0,`), close: marked(`)${leave(id, isAsync)}}`) };
}

/** Insertion at the start of a counted body. */
export function countedBlock(id: number, separator: string): string {
  return marked(`${separator}$plC[${id}]++;`);
}

/** Insertions around the expression that is the body of a counted arrow function. */
export function countedExpression(id: number): Pair {
  return { open: marked(`($plC[${id}]++,`), close: marked(')') };
}

/** Insertions behind `return` and behind its argument. The comma keeps an anonymous function without a name. */
export const RETURN_VALUE: Pair = { open: marked(' $pl_r=(0,'), close: marked(')') };

/** The same where a `finally` of the program may still replace the value: that it returned is kept, the value not. */
export const RETURN_WITHOUT_VALUE: Pair = { open: marked(' [(0,'), close: marked('),$pl_r=void 0][0]') };

/** Insertion behind a `return` without argument. */
export function returnNothing(needsSemicolon: boolean): string {
  return marked(` $pl_r=void 0${needsSemicolon ? ';' : ''}`);
}
