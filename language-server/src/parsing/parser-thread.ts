// The thread that parses, as a program. A parser takes far longer than a keystroke may, so that the thread that speaks to
// the editor has none; this one has nothing else, and answers one question after the other.

import { parentPort } from 'node:worker_threads';
import { costsTypeScript } from '@prodlens/syntax/costs';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { isReadable } from '../source-files.js';
import type { ParserAnswer, ParserQuestion } from './parser.js';

const PARSE = {
  outline: (text: string, path: string) => fingerprintTypeScript(text, path).functions,
  costs: costsTypeScript,
};

parentPort?.on('message', ({ id, what, text, path }: ParserQuestion) => {
  const found = isReadable(text) ? PARSE[what](text, path) : [];
  parentPort?.postMessage({ id, found } satisfies ParserAnswer);
});
