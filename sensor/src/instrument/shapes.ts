// The text that goes into a program. Each insertion is wrapped in marks, so that Function.prototype.toString can
// give the program its own text back, and holds no newline, so that line numbers stay. V8 keeps the text in memory:
// marks and names are short.
//
// A timed function gets its body inside try/finally. Why not catch: rethrowing moves the place that Node prints
// for an uncaught error; finally does not. Whether the body threw is told by a result that was never set. Only a
// generator needs a catch: its consumer may end it at a yield, which a finally cannot tell from a throw.
// Globals are non-enumerable constants of globalThis (measure/); locals cannot meet the program's own names,
// because a text that has one of these names in it is left alone (instrument.ts).

/** An insertion before and one behind a piece of text. */
export interface Pair {
  open: string;
  close: string;
}

/** How a body runs: sync and async functions become the running one, detached and generators do not. */
export type Flow = 'sync' | 'async' | 'detached' | 'generator';

const OPEN = '/*$<*/';
const CLOSE = '/*$>*/';
/** V8's text of an arrow function ends with the brace that closes it, inside the last insertion. */
const MARKED = /\/\*\$<\*\/.*?(?:\/\*\$>\*\/|$)/g;

/** The text without what was inserted into it. */
export function withoutInsertions(text: string): string {
  return text.includes(OPEN) ? text.replace(MARKED, '') : text;
}

function marked(text: string): string {
  return OPEN + text + CLOSE;
}

/** An insertion without the marks around it, still apart from a keyword before it. */
export function withoutMarks(insertion: string): string {
  return insertion.replaceAll(OPEN, ' ').replaceAll(CLOSE, '');
}

/** Names and marks that the insertions use: a text that has one of them is left alone. */
export const RESERVED = /\$pl[CNTFXSWRAUGHEKbtprfehk]\b|\/\*\$[<>]\*\//;

/** What a bundler's plugin leaves in a text, and minifiers keep. */
export const REGISTERED = /\$plG\(/;

/** Ids are written with as many digits always, so that others can be written over them (ids.ts). */
export const ID_PREFIX = '0x';
export const ID_DIGITS = 5;

function idDigits(id: number): string {
  return id.toString(16).padStart(ID_DIGITS, '0');
}

/** An id as the insertions below take it: a number, or an expression that may stand on the right of `=`. */
export function writtenId(id: number): string {
  return ID_PREFIX + idDigits(id);
}

const counted = (id: string) => `$plC[${id}]--`;

/** A call is timed precisely when the counter reaches 0; else by the tick. */
const started = (id: string) => `const $plt=--$plC[${id}]?$plT[0]:$plN(${id}),$plp=$plF[0];`;

const ENTER: Record<Flow, (id: string) => string> = {
  sync: (id) => `${started(id)}$plF[0]=${id};let $plr=$plU;try{`,
  async: (id) => `const $plf=$plS(${id});let $plr=$plU;try{`,
  detached: (id) => `const $plf=$plS(${id});$plW($plf);let $plr=$plU;try{`,
  generator: (id) => `${started(id)}let $plr=!1;try{`,
};

/** `args` is empty, or a list of names that begins with a comma. */
const LEAVE: Record<Flow, (id: string, args: string) => string> = {
  sync: (id, args) => `}finally{$plF[0]=$plp;if($plT[0]!==$plt||$plr===$plU)$plX(${id},$plt,$plp,$plr===$plU${args})}`,
  async: (id, args) => `}finally{$plA(${id},$plf,$plr${args})}`,
  detached: (id, args) => `}finally{$plA(${id},$plf,$plr${args})}`,
  generator: (id, args) =>
    `}catch($ple){$plr=!0;throw $ple}finally{if($plT[0]!==$plt||$plr)$plX(${id},$plt,$plp,$plr${args})}`,
};

/** Insertion at the start of a body: the sensor is told of the call, and may ask to be told of its end. */
export function probed(probe: string, keeps: boolean): string {
  return marked(`;${keeps ? 'const $plh=' : ''}$plH('${probe}',this,arguments);`);
}

/** The same of the end. Only of an asynchronous function is it told what was thrown: see above. */
const PROBED_END: Partial<Record<Flow, string>> = {
  sync: '}finally{$plE($plh,$plr,$plr===$plU);',
  async: '}catch($ple){$plE($plh,$ple,!0);throw $ple}finally{if($plr!==$plU)$plE($plh,$plr,!1);',
  detached: '}catch($ple){$plE($plh,$ple,!0);throw $ple}finally{if($plr!==$plU)$plE($plh,$plr,!1);',
};

/** Whether the end of a call can be told. */
export function hasProbedEnd(flow: Flow): boolean {
  return flow in PROBED_END;
}

/** Whether the returns of such a body have to note that it returned, and what. */
export function notesReturns(flow: Flow): boolean {
  return flow !== 'generator';
}

/** A timed function: its id as written, how it runs, and the variables that its exit hands over. */
export interface Timed {
  id: string;
  flow: Flow;
  parameters: readonly string[];
}

/**
 * Insertions around the statements of a timed body. `separator` ends a directive that has no semicolon;
 * `fallsOffTheEnd` unless its last statement returns or throws; `isProbed` where the sensor is told of the call's end.
 */
export function timedBlock(
  { id, flow, parameters }: Timed,
  separator: string,
  fallsOffTheEnd: boolean,
  isProbed = false,
): Pair {
  const end = fallsOffTheEnd && notesReturns(flow) ? ';$plr=void 0' : '';
  const leave = LEAVE[flow](id, listed(parameters));
  const told = isProbed ? leave.replace('}finally{', () => PROBED_END[flow] ?? '}finally{') : leave;
  return { open: marked(separator + ENTER[flow](id)), close: marked(end + told) };
}

/** Insertions around the expression that is the body of a timed arrow function. */
export function timedExpression({ id, flow, parameters }: Timed): Pair {
  const close = marked(`)${LEAVE[flow](id, listed(parameters))}}`);
  return { open: marked(`{${ENTER[flow](id)}return $plr=(0,`), close };
}

function listed(parameters: readonly string[]): string {
  return parameters.map((name) => `,${name}`).join('');
}

/** Insertion behind `catch` without a parameter, and the one at the start of a catch clause's block. */
export const CAUGHT_NAME = '$plk';
export const CATCH_PARAMETER = marked(`(${CAUGHT_NAME})`);
/** The text that notes, in a catch clause, that function `id` caught what `name` holds. */
export function caught(id: string, name: string): string {
  return marked(`$plK(${id},${name});`);
}

/** Insertion at the start of a counted body. */
export function countedBlock(id: string, separator: string): string {
  return marked(`${separator}${counted(id)};`);
}

/** Insertions around the expression that is the body of a counted arrow function. */
export function countedExpression(id: string): Pair {
  return { open: marked(`(${counted(id)},`), close: marked(')') };
}

/** Insertions behind `return` and behind its argument. The comma keeps an anonymous function without a name. */
export const RETURN_VALUE: Pair = { open: marked(' $plr=(0,'), close: marked(')') };

/** The same where a `finally` of the program may still replace the value: that it returned is kept, the value not. */
export const RETURN_WITHOUT_VALUE: Pair = { open: marked(' [(0,'), close: marked('),$plr=void 0][0]') };

/** Insertion behind a `return` without argument. */
export function returnNothing(needsSemicolon: boolean): string {
  return marked(` $plr=void 0${needsSemicolon ? ';' : ''}`);
}

/** Insertions around `await`, the one behind the keyword, and behind its operand. */
export const AWAIT = { open: marked('$plR($plf,'), keyword: marked('$plW($plf,'), close: marked('))') };

/** Insertions around a `for await`, around what it goes through, and around its body. */
export const LOOP: Pair = { open: marked('try{'), close: marked('}finally{$plR($plf)}') };
export const LOOP_OVER: Pair = { open: marked('$plW($plf,('), close: marked('))') };
export const LOOP_BODY: Pair = { open: marked('{$plR($plf);try{'), close: marked('}finally{$plW($plf)}}') };

/** Insertion at the start of a block that a rejected await may jump to. */
export const RESUMED = marked('$plR($plf);');
