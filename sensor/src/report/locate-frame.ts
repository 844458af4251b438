// Which instrumented function a frame of a stack is in. V8 says where the function begins: at the word `function` where it
// has one, else at its parameters; so it is the nearest function that bears the name, before the place or behind it.

import { originalColumn } from '../instrument/insertion-columns.js';
import type { StackFrame } from '../load/stack-trace.js';
import { type ProfiledModule, pathOf } from './cpu-profile.js';

/** Columns between the word `function`, or a name, and the place where another begins. */
const NEAR_COLUMNS = 200;

/** The id of the function; null where it is none of ours. */
export function locateFrame(frame: StackFrame, moduleAt: (path: string) => ProfiledModule | null): number | null {
  const { file, functionName, enclosingLine, enclosingColumn } = frame;
  const path = file === '' || enclosingLine < 1 ? null : pathOf(file);
  const module = path === null ? null : moduleAt(path);
  if (!module) return null;
  const line = enclosingLine - 1;
  const column = originalColumn(module.columns, line, enclosingColumn - 1);
  let found: number | null = null;
  let nearest = NEAR_COLUMNS;
  for (const [i, f] of module.functions.entries()) {
    if (f.line !== line || !bearsName(f, functionName)) continue;
    const distance = Math.abs(f.column - column);
    if (distance >= nearest) continue;
    nearest = distance;
    found = module.firstId + i;
  }
  return found;
}

/** V8 has no name for what is only an argument or has a computed one, and calls a constructor by its class. */
function bearsName({ name, kind }: ProfiledModule['functions'][number], v8Name: string): boolean {
  if (v8Name === '') return true;
  const parts = name.split(/[. ]/);
  if (kind === 'constructor') return parts.at(-2) === v8Name;
  return parts.at(-1)!.replace(/^#/, '') === v8Name.replace(/^.*[. ]/, '').replace(/^#/, '');
}
