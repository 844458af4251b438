// What production says of the functions that a diff touches: how often they run, how slow, from which endpoints. The
// collector has no source code, so a hunk is laid on the functions by the line numbers of the text before the change:
// right where the deployed text is the diff's old side, near it otherwise; each says by which line it was found.

import { Type } from 'typebox';
import { integer, object, text } from '../../http/api/schema.js';
import type { Agent } from '../agent.js';
import { defined, endpointName, filesLike } from '../find.js';
import {
  about,
  aboutOf,
  aboutText,
  dayWindow,
  environment,
  functionNumbers,
  functionNumbersOf,
  functionText,
  service,
  windowOf,
} from '../shapes.js';
import { tool } from '../tool.js';

/** UTF-16 units of a diff. */
const DIFF_LENGTH = 200_000;
const FILES = 200;
const FUNCTIONS = 40;

interface ChangedFile {
  /** Before the change. */
  path: string;
  /** Changed lines of the old side, 1-based, both included. */
  ranges: Array<[from: number, to: number]>;
}

/** Files and their changed lines, of the side before, out of a unified diff. Added files are left out. */
export function changedFiles(diff: string): ChangedFile[] {
  const files: ChangedFile[] = [];
  let line = 0;
  const rows = diff.split('\n');
  for (const [i, row] of rows.entries()) {
    // A removed line may begin like a file's name.
    const old = rows[i + 1]?.startsWith('+++ ') ? /^--- (?:a\/)?([^\t\r]+)/.exec(row) : null;
    const hunk = /^@@ -(\d+)/.exec(row);
    const current = files.at(-1);
    if (old !== null) files.push({ path: old[1] === '/dev/null' ? '' : old[1]!, ranges: [] });
    else if (hunk !== null) line = Number(hunk[1]);
    else if (current === undefined || (row.startsWith('+++ ') && rows[i - 1]?.startsWith('--- '))) continue;
    else if (row.startsWith('-')) note(current, line++);
    // Added between two lines: the one before it is where it happened.
    else if (row.startsWith('+')) note(current, Math.max(1, line - 1));
    else if (row.startsWith(' ')) line++;
  }
  return files.filter(({ path, ranges }) => path !== '' && ranges.length > 0);
}

function note({ ranges }: ChangedFile, line: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && line >= last[0] && line <= last[1] + 1) last[1] = Math.max(last[1], line);
  else ranges.push([line, line]);
}

export const factsForDiff = tool({
  name: 'production_facts_for_diff',
  title: 'What production says of the functions in a diff',
  description:
    'Pass a unified diff (git diff) before it is committed: for each function it touches how often it runs, its p95, ' +
    'errors, the endpoints that reach it, and alerts. Use it to see what a change puts at risk.',
  input: {
    diff: Type.String({ minLength: 1, maxLength: DIFF_LENGTH, description: 'Output of git diff' }),
    service,
    environment,
    window: dayWindow,
  },
  output: {
    about,
    functions: Type.Array(
      object({
        ...functionNumbers.properties,
        foundBy: text,
        endpoints: Type.Array(text),
        endpointCount: integer,
        alerts: Type.Array(text),
      }),
    ),
    filesWithoutData: Type.Array(text),
    files: integer,
    filesNotLookedAt: Type.Integer({ description: 'Of a diff that is too large: pass the rest of it alone' }),
  },
  most: { functions: FUNCTIONS },
  more: 'The diff of fewer files is a narrower question.',
  async run(input, agent) {
    const { window, windowSeconds } = windowOf(input.window);
    const all = changedFiles(input.diff);
    const changed = all.slice(0, FILES);
    const functions = [];
    const filesWithoutData: string[] = [];
    for (const file of changed) {
      const touched = await touchedFunctions(file, input, agent, windowSeconds);
      if (touched.length === 0) filesWithoutData.push(file.path);
      functions.push(...touched);
    }
    functions.sort((a, b) => b.calls - a.calls);
    return {
      about: aboutOf(functions, window),
      functions,
      filesWithoutData,
      files: changed.length,
      filesNotLookedAt: all.length - changed.length,
    };
  },
  say: ({ about, functions, filesWithoutData, files, filesNotLookedAt }) =>
    [
      ...(filesNotLookedAt === 0 ? [] : [`Too large: ${filesNotLookedAt} files were not looked at; pass them alone.`]),
      files === 0
        ? 'No changed line was found: pass a unified diff, as git diff prints it.'
        : `Functions that ran and are touched: ${functions.length}, in files: ${files}; ${aboutText(about)}:`,
      ...functions.map((f) => {
        const shown = f.endpoints.slice(0, 4).join(', ');
        const more = f.endpointCount - Math.min(4, f.endpoints.length);
        const rest = more > 0 ? ` and ${more} more endpoints` : '';
        const from = shown === '' ? '' : `; from ${shown}${rest}`;
        return `- ${functionText(f)}${from}${f.alerts.length === 0 ? '' : `; alerts: ${f.alerts.join('; ')}`}`;
      }),
      ...(filesWithoutData.length === 0
        ? []
        : [`Nothing is known of: ${filesWithoutData.join(', ')} (never run, new, or not part of a watched service).`]),
    ].join('\n'),
});

async function touchedFunctions(
  { path, ranges }: ChangedFile,
  input: { service?: string | undefined; environment?: string | undefined },
  agent: Agent,
  windowSeconds: number,
) {
  const known = await filesLike(path, agent, input.service);
  if (known.length === 0) return [];
  const where = { ...defined({ service: input.service, environment: input.environment }), windowSeconds };
  const { functions } = await agent.query.functions({ ...where, files: [...new Set(known.map(({ file }) => file))] });
  const inFile = new Set(known.map(({ service, file }) => `${service} ${file}`));
  const byLine = functions
    .filter(({ package: of, service, file }) => of === null && inFile.has(`${service} ${file}`))
    .sort((a, b) => a.line - b.line);
  const nearest = byLine.filter((f, i) => {
    const end = byLine.slice(i + 1).find(({ line }) => line > f.line)?.line ?? Number.POSITIVE_INFINITY;
    return ranges.some(([from, to]) => from < end && to >= f.line);
  });
  // Where a function ends is not known: behind a nested one it may be the outer one that was changed.
  const touched = byLine.filter((f) => nearest.some((n) => n === f || n.name.startsWith(`${f.name}.`)));
  return touched.map((f) => ({
    ...functionNumbersOf(f),
    foundBy: `line ${f.line} of the deployed ${f.file}`,
    endpoints: (f.endpoints ?? []).map(endpointName),
    endpointCount: f.endpointCount ?? f.endpoints?.length ?? 0,
    alerts: agent.alerts.desk
      .list({ functionId: f.id, environment: f.environment })
      .filter(({ state }) => state === 'open')
      .map(({ title }) => title),
  }));
}
