// Whether the language server finds the functions of a file of this folder among those that run: by the same program
// that editors start.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CollectorAddress } from '../collector-request.js';
import { annotate } from '../lens.js';
import { broken, type Finding, good, unsure } from './finding.js';

const LINK = 'Source';
const LENS = /^\s*\/\/ ◂ (?<lens>.*)$/;

/** `file`: as it was given; null where the busiest one, as production knows it, stands for all. */
export async function sourceFinding(
  address: CollectorAddress,
  folder: string,
  file: string | null,
  busiest: string | null,
): Promise<Finding | null> {
  if (file === null && busiest === null) return null;
  const path = file === null ? join(folder, busiest!) : resolve(file);
  if (file === null && !existsSync(path)) {
    const text = `${busiest} runs, but is not in ${folder}.`;
    const remedy =
      'Run this in the folder of the service, or give a source file of it. Where folders have other names here than ' +
      'there, prodlens.pathMappings says so to editors.';
    return unsure(LINK, text, remedy);
  }
  const child = annotate([path], address, 'pipe');
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  const lenses = out.split('\n').flatMap((line) => LENS.exec(line)?.groups?.lens ?? []);
  const numbers = lenses.filter((lens) => !/no data|not called|never called/.test(lens));
  if (numbers.length > 0) {
    const lens = `of ${lenses.length} functions with a lens in ${path}, ${numbers.length} have numbers: ${numbers[0]}`;
    return good(LINK, `The language server finds them: ${lens}.`);
  }
  const reason = (err.trim() || lenses[0] || 'it has no lens').replace(`${path}: `, '');
  return broken(
    LINK,
    `The language server has no numbers for ${path}: ${reason}.`,
    'docs/troubleshooting.md names each reason.',
  );
}
